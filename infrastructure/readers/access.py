"""A private negotiation is there for its members alone; for anybody else it is as if it had never been."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, exists, not_, select, true

from infrastructure.tables.record import negotiation, negotiation_member

if TYPE_CHECKING:
    from domain.access import Principal

__all__ = ["hidden_negotiations", "visible_negotiations", "visible_through"]


def visible_negotiations(principal: Principal) -> ColumnElement[bool]:
    """That a row of `negotiation` is there for somebody."""
    if principal.sees_all:
        return true()
    if principal.person is None:
        return not_(negotiation.c.private)
    member = negotiation_member.c
    mine = exists().where(
        member.negotiation_id == negotiation.c.id, member.person == principal.person
    )
    return not_(negotiation.c.private) | mine


def visible_through(principal: Principal, id_: ColumnElement[str]) -> ColumnElement[bool]:
    """That what a column names the negotiation of is there for somebody.

    As a condition of the statement that looks for it: what is hidden is then found as little as what is not there,
    and nothing of it is read.
    """
    if principal.sees_all:
        return true()
    return exists().where(negotiation.c.id == id_, visible_negotiations(principal))


def hidden_negotiations(connection: Connection, principal: Principal) -> list[str]:
    """The ids, as the tables have them, of the negotiations that are not there for somebody."""
    if principal.sees_all:
        return []
    statement = select(negotiation.c.id).where(
        negotiation.c.private, not_(visible_negotiations(principal))
    )
    return list(connection.execute(statement).scalars())
