"""Hides private negotiations from everyone but their members, as if they did not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Text,
    bindparam,
    exists,
    not_,
    or_,
    select,
    true,
)

from infrastructure.tables.record import negotiation, negotiation_member

if TYPE_CHECKING:
    from domain.access import Principal

SHOWN: Final = or_(
    bindparam("sees_all", type_=Boolean),
    not_(negotiation.c.private),
    exists().where(
        negotiation_member.c.negotiation_id == negotiation.c.id,
        negotiation_member.c.person == bindparam("person", type_=Text),
    ),
)
"""As `visible_negotiations`, in a statement that is made once: `bind_principal` gives its parameters."""


def bind_principal(principal: Principal) -> dict[str, Any]:
    """The parameters of `SHOWN`."""
    return {"sees_all": principal.sees_all, "person": principal.person}


def visible_negotiations(principal: Principal) -> ColumnElement[bool]:
    """The condition that a principal sees the negotiation of a row of `negotiation`."""
    if principal.sees_all:
        return true()
    if principal.person is None:
        return not_(negotiation.c.private)
    member = negotiation_member.c
    is_member = exists().where(
        member.negotiation_id == negotiation.c.id, member.person == principal.person
    )
    return not_(negotiation.c.private) | is_member


def visible_through(principal: Principal, id_: ColumnElement[str]) -> ColumnElement[bool]:
    """The condition that a principal sees the negotiation whose id is in a column.

    The statement that looks for a row has this condition. So it reads no hidden row, and a hidden row cannot be told
    from a missing one.
    """
    if principal.sees_all:
        return true()
    return exists().where(negotiation.c.id == id_, visible_negotiations(principal))


def list_hidden(connection: Connection, principal: Principal) -> list[str]:
    """The ids, as the tables have them, of the negotiations that a principal does not see."""
    if principal.sees_all:
        return []
    statement = select(negotiation.c.id).where(
        negotiation.c.private, not_(visible_negotiations(principal))
    )
    return list(connection.execute(statement).scalars())
