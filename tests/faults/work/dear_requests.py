"""The most expensive requests that the document allows: every question, page and picture, and every body, enlarged."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import cycle, product
from typing import TYPE_CHECKING, Any, Final

from fastapi.routing import APIRoute

from api.commands.charts.subjects import SUBJECTS
from api.web.site import _routers
from tests.faults.work.dear_record import LONG_NAME, SLUG

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

_PERSPECTIVE: Final = {"as_of", "as_known_at", "position", "clock", "match"}
#: Meaningless text, to be repeated as often as there is room for it.
_NONSENSE: Final = (
    ("[", b"["),
    ("{", b'{"a":'),
    ("{ lines", b"{\n"),
    ("blank lines", b"\n"),
    ("digits", b"9"),
    ("commas", b",,;"),
)
_GIVEN_TO_PAGES: Final = ("", "clock=published", "as_of=9999", "as_of=1950", "match=certain")
_NEEDED_BY_PAGES: Final = {
    "/n/{slug}/compare": "from=1950",
    "/n/{slug}/person": "name=Cited",
    "/n/{slug}/certificate": f"of=/v1/negotiations/{SLUG}",
}
_TEXTS: Final = ("released", LONG_NAME, "a")
_DAYS: Final = ("9999", "1950")
_TRIED: Final = {"what": ("held", *_TEXTS)}
"""Parameters whose largest values are not those of their schema."""


@dataclass(frozen=True)
class Asked:
    """A request; `kind` identifies it on records with different addresses."""

    kind: str
    method: str
    address: str
    body: bytes | None = None
    media: str = "application/json"


@dataclass(frozen=True)
class Form:
    """How many facts, how many bytes of a body, and whether every value and every body is tried on every route."""

    size: int
    body: int
    thorough: bool


def list_questions(
    paths: Mapping[str, Any], names: Mapping[str, Sequence[str]], form: Form
) -> Iterator[Asked]:
    """Every GET of the document, with values of each parameter, and with all of the largest together."""
    for path, methods in paths.items():
        if "get" not in methods:
            continue
        parameters = [p for p in methods["get"].get("parameters", []) if p["in"] == "query"]
        needed = {p["name"]: str(p["example"]) for p in parameters if p["required"]}
        for query in _queries(parameters, form):
            given = "&".join(f"{name}={value}" for name, value in {**needed, **query}.items())
            kind, address = (
                f"{each}?{given}".rstrip("?") for each in (path, _address(path, names))
            )
            yield Asked(f"GET {kind}", "GET", address)


def list_pages(names: Mapping[str, Sequence[str]], form: Form) -> Iterator[Asked]:
    """Every page of a negotiation, and every picture: now, on the published clock, and at the ends of time."""
    paths = [
        route.path
        for router in _routers()
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and "{slug}" in route.path
    ]
    for path, given in product(sorted(paths), _GIVEN_TO_PAGES[: None if form.thorough else 1]):
        needed = _NEEDED_BY_PAGES.get(path, "")
        query = "&".join(each for each in (needed, given) if each)
        for name in _parts_of(path):
            shown = re.sub(r"\{(name|what:path)\}", name, path)
            kind, address = (
                f"{each}?{query}".rstrip("?") for each in (shown, _address(shown, names))
            )
            yield Asked(f"GET {kind}", "GET", address)


def _parts_of(path: str) -> Collection[str]:
    """The values for the part of a page's path that names a picture, a number or a form."""
    if "{what" in path:
        return ("released", "held")
    return SUBJECTS if "{name}" in path and "facts" not in path else ("correct",)


def _queries(parameters: Sequence[Mapping[str, Any]], form: Form) -> Iterator[dict[str, str]]:
    values = {
        p["name"]: _TRIED.get(p["name"], ()) or _values(p["schema"])
        for p in parameters
        if p["name"] != "cursor"
    }
    yield {}
    for name, found in values.items():
        tried = found if form.thorough or name in {"by", "per"} else found[:1]
        yield from ({name: value} for value in tried if name not in _PERSPECTIVE or form.thorough)
    most = {name: found[0] for name, found in values.items() if name in {"limit", "as_of"}}
    chosen = [name for name in values if name in {"by", "clock", "match"}]
    for each in product(*(values[n] if form.thorough else values[n][:2][-1:] for n in chosen)):
        yield {**most, **dict(zip(chosen, each, strict=True))}


def _values(schema: Mapping[str, Any]) -> Sequence[str]:
    """The largest values that a parameter takes."""
    if "enum" in schema:
        return [str(each) for each in schema["enum"]]
    if schema.get("type") == "integer":
        return [str(schema["maximum"])] if schema.get("maximum", 10**9) <= 10_000 else []
    if schema.get("maxLength", 0) <= 40 and "pattern" in schema and "include" not in schema:
        return _DAYS if "retracted" not in schema["pattern"] else ["retracted,ahead"]
    return _TEXTS


def _address(path: str, names: Mapping[str, Sequence[str]]) -> str:
    for name, (value, *_) in names.items():
        path = path.replace(f"{{{name}}}", value).replace(f"{{{name}:path}}", value)
    return path


def list_changes(
    paths: Mapping[str, Any], names: Mapping[str, Sequence[str]], form: Form
) -> Iterator[Asked]:
    """Every POST of the document, its example enlarged in each way, and meaningless bodies."""
    nonsense = cycle(_NONSENSE)
    for path, methods in paths.items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        for media, described in content.items():
            bodies = dict(_swell_example(described, form.body))
            for label, junk in _NONSENSE if form.thorough else [next(nonsense)]:
                bodies[label] = junk * (form.body // len(junk))
            for label, body in bodies.items():
                kind = f"POST {path} {media} {label}"
                yield Asked(kind, "POST", _address(path, names), body, media)


def _swell_example(described: Mapping[str, Any], size: int) -> Iterator[tuple[str, bytes]]:
    """The first example with longer lists, longer texts or more members, or as many lines as there is room for."""
    example = next((example["value"] for example in described.get("examples", {}).values()), None)
    if isinstance(example, dict):
        for label, swell in (
            ("lists", _with_lists),
            ("texts", _with_texts),
            ("names", _with_names),
        ):
            yield label, _fit_example(example, size, swell)
    elif isinstance(example, str):
        line = f"{example.rstrip()}\n".encode()
        yield "lines", line * (size // len(line))


def _fit_example(
    example: dict[str, Any], size: int, swell: Callable[[dict[str, Any], int], Any]
) -> bytes:
    """The example enlarged to about that many bytes."""
    bare, more = (len(json.dumps(swell(example, many))) for many in (1, 11))
    many = max(1, (size - bare) * 10 // (more - bare + 1))
    return json.dumps(swell(example, many)).encode()


def _with_lists(part: Any, many: int) -> Any:  # noqa: ANN401 -- any JSON
    """Every list that many times as long, with different texts."""
    if isinstance(part, dict):
        return {name: _with_lists(each, many) for name, each in part.items()}
    if isinstance(part, list) and all(isinstance(each, str) for each in part):
        return [f"Name {number}" for number in range(many)]
    return part * many if isinstance(part, list) else part


def _with_texts(part: Any, many: int) -> Any:  # noqa: ANN401 -- any JSON
    if isinstance(part, dict):
        kept = {"kind", "form", "stage", "reason"}
        return {n: each if n in kept else _with_texts(each, many) for n, each in part.items()}
    if isinstance(part, list):
        return [_with_texts(each, many) for each in part]
    return part * many if isinstance(part, str) else part


def _with_names(part: dict[str, Any], many: int) -> Any:  # noqa: ANN401 -- any JSON
    return {**part, **{f"n{number}": 0 for number in range(many)}}
