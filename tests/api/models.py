"""Every JSON response in a test must match its model in the OpenAPI document, without additional fields."""

from __future__ import annotations

import json
from functools import cache, reduce
from operator import or_
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter

from api.http.openapi.document import models
from domain.confidential import Confidential
from domain.fact import KINDS

if TYPE_CHECKING:
    from fastapi import FastAPI

    from domain.fact import Fact

JSON: Final = frozenset({"application/json", "application/problem+json"})
_CONFIDENTIAL: Final = TypeAdapter(Confidential | None)
_DOCUMENTS: dict[tuple[type[Fact], ...], dict[str, Any]] = {}


def hold(app: FastAPI, method: str, address: str, status: int, body: bytes) -> str | None:
    """Validate the body of a response against its models; gives their names, or None if no operation answered."""
    kinds = tuple(KINDS.values())
    if kinds not in _DOCUMENTS:
        _DOCUMENTS[kinds] = app.openapi()
    path = address.partition("?")[0]
    for route in app.state.addresses:
        if method in route.methods and route.path_regex.match(path):
            operations = _DOCUMENTS[kinds]["paths"].get(route.path_format, {})
            if method.lower() not in operations:
                continue
            names = list_models(operations[method.lower()], status)
            shown = _leave_out_sources(json.loads(body)) if b'"confidential"' in body else None
            _adapter(kinds, names).validate_json(
                body if shown is None else json.dumps(shown), strict=True
            )
            return " | ".join(names)
    return None


def _leave_out_sources(part: Any) -> Any:  # noqa: ANN401 -- JSON is anything
    """A response without the confidential parts of its citations, which are validated by themselves."""
    if isinstance(part, dict):
        if "publisher" in part:
            _CONFIDENTIAL.validate_python(part.pop("confidential", None))
        return {name: _leave_out_sources(each) for name, each in part.items()}
    return [_leave_out_sources(each) for each in part] if isinstance(part, list) else part


def list_models(operation: dict[str, Any], status: int) -> tuple[str, ...]:
    """The names of the models for a response with a status."""
    content = operation["responses"][str(status)]["content"]
    (media,) = JSON & set(content)
    schema = content[media]["schema"]
    return tuple(each["$ref"].rpartition("/")[2] for each in schema.get("anyOf", [schema]))


@cache
def _adapter(kinds: tuple[type[Fact], ...], names: tuple[str, ...]) -> TypeAdapter[Any]:
    found = {model.__name__: model for model in _models(kinds)}
    return TypeAdapter(reduce(or_, [found[name] for name in names]))


@cache
def _models(kinds: tuple[type[Fact], ...]) -> list[Any]:
    assert kinds == tuple(KINDS.values())
    return models()
