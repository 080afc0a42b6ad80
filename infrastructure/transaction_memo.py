"""Remembers what a transaction has read, so that it is read only once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection, RootTransaction

TRANSACTIONLESS: Final = "parley_transactionless"
"""The execution option of connections without transactions, on which nothing is remembered."""
_T = TypeVar("_T")
_MEMOS: Final[WeakKeyDictionary[RootTransaction, dict[Any, Any]]] = WeakKeyDictionary()


def read_once(connection: Connection, read: Callable[[Connection], _T]) -> _T:
    """The result of `read`, which is called once in a transaction; without a transaction it is called each time."""
    transaction = connection.get_transaction()
    if transaction is None or connection.get_execution_options().get(TRANSACTIONLESS):
        return read(connection)
    memo = _MEMOS.setdefault(transaction, {})
    if read not in memo:
        memo[read] = read(connection)
    result: _T = memo[read]
    return result


def remember(connection: Connection, read: Callable[[Connection], _T], result: _T) -> None:
    """Set the result of `read` for this transaction, because another statement has read it."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _MEMOS.setdefault(transaction, {})[read] = result


def forget(connection: Connection, read: Callable[[Connection], Any]) -> None:
    """Have `read` called again, because the data was changed, or a lock was taken after it was read."""
    transaction = connection.get_transaction()
    if transaction is not None:
        _MEMOS.get(transaction, {}).pop(read, None)
