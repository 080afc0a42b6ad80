"""Compile each statement once for each kind of database, instead of once for the engines of each test."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache

STATEMENTS: Final = 5_000


class _Compiled(LRUCache[Any, Any]):
    """The cache of compiled statements that all engines of one kind share."""

    def get(self, key: Any, default: Any = None) -> Any:  # noqa: ANN401 -- as LRUCache has it
        return super().get(_drop_instance(key), default)

    def __getitem__(self, key: Any) -> Any:  # noqa: ANN401
        return super().__getitem__(_drop_instance(key))

    def __setitem__(self, key: Any, value: Any) -> None:  # noqa: ANN401
        super().__setitem__(_drop_instance(key), value)


def compile_once() -> None:
    """Let all engines that this process makes from now on share their compiled statements."""
    shared = _Compiled(STATEMENTS)
    Engine._compiled_cache = property(lambda _: shared, lambda *_: None)  # type: ignore[assignment]


def _drop_instance(key: Any) -> Any:  # noqa: ANN401
    dialect, *rest = key
    return type(dialect), *rest
