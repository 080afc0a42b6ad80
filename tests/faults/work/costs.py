"""One request after another, each as dear as the document lets it be: what it costs, and on a record twice as large."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import cycle, product
from typing import TYPE_CHECKING, Any, Final, cast

from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from api.commands.charts.renderer import Pictures, renderer
from api.commands.charts.subjects import SUBJECTS
from api.composition import compose
from api.http.exchange.kept_answers import KeptAnswers
from api.web.drawing import _environment
from api.web.site import _routers, create_site
from infrastructure.readers.state.kept_facts import KeptSlices
from tests.api.asking import authorize
from tests.databases import UNBOUNDED, settings_of
from tests.faults.work.counting import Cost, Counter, counting
from tests.faults.work.dear_record import LONG_NAME, SLUG, populate

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    import httpx2
    from fastapi import FastAPI

TIMES: Final = 2.6
"""How much more may be done for twice as much."""
FLOOR: Final = Cost(calls=20_000, database=300, size=20_000)
"""What no request is blamed for: the parts that do not grow."""
FLOOR_OF_PAGES: Final = Cost(calls=80_000, database=1_200, size=80_000)
"""The same where a record has several pages: what is left for the last of them is a matter of chance."""
SHOWN: Final = 10
_NEXT: Final = " …next"
_PERSPECTIVE: Final = {"as_of", "as_known_at", "position", "clock", "match"}
#: What is no sense, to be sent as often as there is room for it.
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
"""Parameters for which other values are wide than for others of their schema."""


class DearError(AssertionError):
    """Requests that cost more than the record, or what was sent, grew."""


@dataclass(frozen=True)
class Asked:
    """A request: `kind` says what it is where the addresses are of different records."""

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


@dataclass
class Ledger:
    """What each kind of request came to, and the answer's status."""

    costs: dict[str, tuple[Cost, int]] = field(default_factory=dict)

    def dearest(self) -> list[str]:
        """The ten that cost most."""
        ordered = sorted(self.costs.items(), key=lambda item: -item[1][0].weight)
        return [f"{cost} {status} {kind}" for kind, (cost, status) in ordered[:SHOWN]]


def compare(
    urls: tuple[str, str],
    size: int,
    body: int,
    folder: Path,
    *,
    thorough: bool,
    of_all: Callable[[Collection[str]], Collection[str]] = set,
) -> list[str]:
    """Ask a record and one half as large, with bodies half as large; the ten dearest, or DearError for what grew.

    `of_all` says which of all kinds of request are asked.
    """
    floor = FLOOR_OF_PAGES if thorough else FLOOR
    large = _asked_of(urls[0], Form(size, body, thorough), folder / "whole", of_all)
    dear = {kind for kind, (cost, _) in large.costs.items() if not cost.within(0, cost, floor)}
    small = _asked_of(
        urls[1], Form(size // 2, body // 2, thorough), folder / "half", lambda _: dear
    )
    grown = [
        f"{kind}\n  {small.costs[kind][0]}\n  {cost}"
        for kind, (cost, _) in large.costs.items()
        if kind in small.costs and not cost.within(TIMES, small.costs[kind][0], floor)
    ]
    if grown:
        raise DearError("\n".join(grown))
    return large.dearest()


def _asked_of(
    url: str, form: Form, folder: Path, of_all: Callable[[Collection[str]], Collection[str]]
) -> Ledger:
    """What each kind of request comes to that is wanted."""
    folder.mkdir()
    settings = settings_of(url, PARLEY_LOG_KEY_FILE=str(folder / "parley.key"), **UNBOUNDED)
    ledger = Ledger()
    with counting() as counter:
        parley = compose(settings, upgrade=False, signs=True)
        populate(parley.ledger, form.size)
        parley.catch_up()
        app = create_site(parley)
        paths = app.openapi()["paths"]
        with TestClient(app, headers=authorize(parley)) as http:
            _begin(http)
            names = _names(http)
            every = [
                *_questions(paths, names, form),
                *_pages(names, form),
                *_changes(paths, names, form),
            ]
            wanted = of_all({each.kind for each in every})
            for each in every:
                if each.kind in wanted or f"{each.kind}{_NEXT}" in wanted:
                    _ask(http, counter, each, ledger)
        parley.close()
    return ledger


def _ask(http: TestClient, counter: Counter, asked: Asked, found: Ledger) -> None:
    """Ask, and where the answer goes on, for its next page too."""
    if asked.address.startswith("/n/"):
        _forget(http)
    cost, answer = counter.cost(lambda: _send(http, asked))
    if answer.status_code >= 500 and answer.status_code != 503:
        raise DearError(f"{asked.kind}: {answer.status_code}")
    found.costs[asked.kind] = cost, answer.status_code
    following = answer.json().get("next") if asked.method == "GET" and _is_json(answer) else None
    if isinstance(following, str) and "cursor=" not in asked.address:
        path = asked.address.partition("?")[0]
        page = f"{path}?cursor={following}"
        _ask(http, counter, Asked(asked.kind + _NEXT, "GET", page), found)


def _forget(http: TestClient) -> None:
    """Forget the kept answers and pictures, which pages share."""
    state = cast("FastAPI", http.app).state
    state.kept_answers, state.pictures = KeptAnswers(), Pictures(renderer())
    vars(state.parley.kept).update(vars(KeptSlices()))


def _is_json(answer: httpx2.Response) -> bool:
    return answer.headers.get("content-type", "").startswith("application/json")


def _send(http: TestClient, asked: Asked) -> httpx2.Response:
    headers = {"If-Match": "*", "Content-Type": asked.media} if asked.body is not None else {}
    return http.request(asked.method, asked.address, content=asked.body, headers=headers)


def _begin(http: TestClient) -> None:
    """Have made what is made once for a process: the columns that a table is read by, and the templates of pages."""
    templates = _environment()
    for name in templates.list_templates():
        templates.get_template(name)
    http.post(
        f"/v1/negotiations/{SLUG}/import", content=b"kind\n", headers={"Content-Type": "text/csv"}
    )


def _names(http: TestClient) -> dict[str, Sequence[str]]:
    """What stands for each part of a path: the dearest of each sort that the record has."""
    listed = http.get(f"/v1/negotiations/{SLUG}/timeline?limit=1000&kind=appointment").json()[
        "items"
    ]
    cited = max(listed, key=lambda item: len(item["fact"]["citations"]))
    http.get(f"/v1/facts/{cited['id']}")  # a statement is compiled once for a process
    http.post(f"/v1/negotiations/{SLUG}/snapshots", json={"name": "all"})
    return {
        "slug": [SLUG],
        "fact_id": [cited["id"]],
        "name": ["all"],
        "change_request_id": [cited["id"]],
        "level": ["0"],
        "index": ["000"],
        "id_": [cited["id"]],
        "matter": ["many"],
        "what": ["released"],
    }


def _questions(
    paths: Mapping[str, Any], names: Mapping[str, Sequence[str]], form: Form
) -> Iterator[Asked]:
    """Every GET of the document, with values of each parameter, and with all of the widest together."""
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


def _pages(names: Mapping[str, Sequence[str]], form: Form) -> Iterator[Asked]:
    """Every page of a negotiation, and every picture, now, on the published clock and at the ends of time."""
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
    """What stands in turn for the part of a page's path that names a picture, a number or a form."""
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
    """The widest values that a parameter takes."""
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


def _changes(
    paths: Mapping[str, Any], names: Mapping[str, Sequence[str]], form: Form
) -> Iterator[Asked]:
    """Every POST of the document, its example swollen in each way, and what is no sense at all."""
    nonsense = cycle(_NONSENSE)
    for path, methods in paths.items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        for media, described in content.items():
            bodies = dict(_swollen(described, form.body))
            for label, junk in _NONSENSE if form.thorough else [next(nonsense)]:
                bodies[label] = junk * (form.body // len(junk))
            for label, body in bodies.items():
                kind = f"POST {path} {media} {label}"
                yield Asked(kind, "POST", _address(path, names), body, media)


def _swollen(described: Mapping[str, Any], size: int) -> Iterator[tuple[str, bytes]]:
    """The first example with longer lists, longer texts or more members, or with as many lines as there is room for."""
    example = next((example["value"] for example in described.get("examples", {}).values()), None)
    if isinstance(example, dict):
        for label, swell in (
            ("lists", _with_lists),
            ("texts", _with_texts),
            ("names", _with_names),
        ):
            yield label, _fitting(example, size, swell)
    elif isinstance(example, str):
        line = f"{example.rstrip()}\n".encode()
        yield "lines", line * (size // len(line))


def _fitting(
    example: dict[str, Any], size: int, swell: Callable[[dict[str, Any], int], Any]
) -> bytes:
    """The example swollen to about that many bytes."""
    bare, more = (len(json.dumps(swell(example, many))) for many in (1, 11))
    many = max(1, (size - bare) * 10 // (more - bare + 1))
    return json.dumps(swell(example, many)).encode()


def _with_lists(part: Any, many: int) -> Any:  # noqa: ANN401 -- any JSON
    """Every list that many times as long, of texts that differ."""
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
