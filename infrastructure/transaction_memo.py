"""Remembers what holds for a whole transaction, so that it is read once in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, RootTransaction

__all__ = ["TRANSACTIONLESS", "forget", "remember", "remembered"]

TRANSACTIONLESS: Final = "parley_transactionless"
"""The execution option of connections on which each statement sees what stands when it is made."""
_T = TypeVar("_T")
_MEMOS: Final[WeakKeyDictionary[RootTransaction, dict[Any, Any]]] = WeakKeyDictionary()


def remembered(connection: Connection, read: Callable[[Connection], _T]) -> _T:
    """The result of `read`, which is called once in each transaction, and each time on a connection without one."""
    transaction = connection.get_transaction()
    if transaction is None or connection.get_execution_options().get(TRANSACTIONLESS):
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
    """Have it read again, because it was changed, or because a lock was taken after it was read."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _MEMOS.get(transaction, {}).pop(read, None)
