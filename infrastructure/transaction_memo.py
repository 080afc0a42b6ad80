"""Remembers what holds for a whole transaction, so that it is read once in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, RootTransaction

__all__ = ["forget", "remember", "remembered"]

_T = TypeVar("_T")
_MEMOS: Final[WeakKeyDictionary[RootTransaction, dict[Any, Any]]] = WeakKeyDictionary()


def remembered(connection: Connection, read: Callable[[Connection], _T]) -> _T:
    """What `read` gave when it was first called in the transaction under way; it is called where it was not yet."""
    transaction = connection.get_transaction()
    if transaction is None:
        return read(connection)
    memo = _MEMOS.setdefault(transaction, {})
    if read not in memo:
        memo[read] = read(connection)
    found: _T = memo[read]
    return found


def remember(connection: Connection, read: Callable[[Connection], _T], found: _T) -> None:
    """Set what `read` returns in this transaction, if it was already read with something else."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _MEMOS.setdefault(transaction, {})[read] = found


def forget(connection: Connection, read: Callable[[Connection], Any]) -> None:
    """Have it read again: it was changed, or a lock was taken since, under which it may read otherwise."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _MEMOS.get(transaction, {}).pop(read, None)
