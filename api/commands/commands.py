"""Reads request bodies by the domain's own classes, so that a newly registered kind can be sent at once.

pydantic reads the domain's dataclasses strictly: no unknown field, no coercion. Every fault becomes
a `ContentError` with RFC 6901 pointers into what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Annotated, Any, Generic, ParamSpec, TypeVar, Union

from pydantic import Discriminator, TypeAdapter
from typing_extensions import TypeAliasType

import domain.kinds  # noqa: F401 -- importing the package registers its kinds
from api.commands.bodies import (
    STRICT,
)
from api.commands.json_text import read_repeating
from api.commands.shapes import ShapeError, validate_json
from api.commands.stand_ins import Place, faults_elsewhere, put_stand_ins
from domain.errors import ContentError
from domain.fact import KINDS, Fact
from domain.fact_checks import check_fact
from domain.gathering import Gathering

Body = TypeVar("Body")
P = ParamSpec("P")


class BodyParser(Generic[Body]):
    """Reads one class of body, which the document calls `name`."""

    def __init__(self, body: type[Body], check: Callable[[Body], object] | None = None) -> None:
        self._body = body
        self._check = check
        self.name = body.__name__
        self.adapter: TypeAdapter[Body] = TypeAdapter(body)

    def parse(self, raw: bytes | dict[str, Any]) -> Body:
        """Read a body; ContentError with every fault of its shape, and then those that `check` finds beside them."""
        document = _document(raw, self.parse)
        try:
            body: Body = validate_json(self.adapter, document, self._body)
        except ShapeError as wrong:
            gathered = Gathering(wrong.faults, wrong.more)
            if isinstance(document, dict) and self._check is not None:
                gathered.take(self._check_rest, self._check, document, wrong.places)
            gathered.refuse()
            raise AssertionError from wrong
        return body

    def _check_rest(
        self, check: Callable[[Body], object], document: dict[str, Any], places: Sequence[Place]
    ) -> None:
        with suppress(ShapeError):
            rest = validate_json(
                self.adapter, put_stand_ins(document, places, self._body), self._body
            )
            _check_besides(places, check, rest)


def _document(raw: bytes | dict[str, Any], parse: Callable[..., object], *args: object) -> Any:  # noqa: ANN401
    """What was sent; ContentError with all that is wrong with it where a name comes twice."""
    if not isinstance(raw, bytes):
        return raw
    document, repeated = read_repeating(raw)
    if repeated.faults:
        gathered = Gathering(repeated.faults)
        gathered.take(parse, document, *args)
        gathered.refuse()
    return document


@lru_cache(maxsize=2)
def _adapter_of(kinds: tuple[type[Fact], ...]) -> TypeAdapter[Any]:
    """One adapter for all parsers of the same kinds, because it is expensive to make."""
    return TypeAdapter(make_fact_type(kinds), config=STRICT)


def make_fact_type(kinds: tuple[type[Fact], ...]) -> Any:  # noqa: ANN401 -- a type that is made at run time
    """Give the type `Fact`, which is one of these kinds."""
    union = Annotated[Union[kinds], Discriminator("kind")]  # type: ignore[valid-type]  # noqa: UP007
    return TypeAliasType("Fact", union)


class FactParser:
    """Reads a fact of any kind that is registered when the parser is made."""

    def __init__(self) -> None:
        self.kinds = tuple(KINDS.values())
        self.adapter = _adapter_of(self.kinds)

    def parse(self, raw: bytes | dict[str, Any], standing: Fact | None = None) -> Fact:
        """Read a fact, its quantities' bounds filled in; ContentError with every fault that `standing` has not."""
        document = _document(raw, self.parse, standing)
        try:
            fact: Fact = validate_json(self.adapter, document, None)
        except ShapeError as wrong:
            gathered = Gathering(wrong.faults, wrong.more)
            if isinstance(document, dict):
                gathered.take(self._check_rest, document, wrong, standing)
            gathered.refuse()
            raise AssertionError from wrong
        return check_fact(fact, standing)

    def parse_common(self, document: dict[str, Any], standing: Fact | None = None) -> None:
        """ContentError with what is wrong in the fields that every fact has."""
        self.parse({**document, "kind": _plainest()}, standing)

    def _check_rest(
        self, document: dict[str, Any], wrong: ShapeError, standing: Fact | None
    ) -> None:
        """ContentError with the other faults, besides those of the shape.

        If the kind is unknown, only the fields that every fact has are checked.
        """
        if wrong.is_of_kind:
            common = {field.name for field in fields(Fact)}
            rest = {name: value for name, value in document.items() if name in common}
            self.parse_common(rest, standing)
            return
        with suppress(ShapeError):
            cls = KINDS[document["kind"]]
            fact = validate_json(self.adapter, put_stand_ins(document, wrong.places, cls), None)
            _check_besides(wrong.places, check_fact, fact, standing)


def _check_besides(
    places: Sequence[Place], check: Callable[P, object], *args: P.args, **named: P.kwargs
) -> None:
    """ContentError with the faults that a check finds elsewhere than at places that have stand-ins."""
    try:
        check(*args, **named)
    except ContentError as error:
        raise ContentError(*faults_elsewhere(error.faults, places)) from error


def _plainest() -> str:
    """A kind that has no field of its own which has to be given."""
    return next(
        name
        for name, cls in KINDS.items()
        if all(
            field.default is not MISSING or field.name in Fact.__dataclass_fields__
            for field in fields(cls)
        )
    )
