"""One request after another, each as dear as the document lets it be: what it costs, and on a record twice as large."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from starlette.testclient import TestClient

from api.commands.charts.renderer import Pictures, renderer
from api.composition import compose
from api.http.exchange.kept_answers import KeptAnswers
from api.web.drawing import _environment
from api.web.site import create_site
from infrastructure.readers.state.kept_facts import KeptSlices
from tests.api.asking import authorize
from tests.databases import UNBOUNDED, settings_of
from tests.faults.work.counting import Cost, Counter, counting
from tests.faults.work.dear_record import SLUG, populate
from tests.faults.work.dear_requests import Asked, Form, list_changes, list_pages, list_questions

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
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


class DearError(AssertionError):
    """Requests that cost more than the record, or what was sent, grew."""


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
                *list_questions(paths, names, form),
                *list_pages(names, form),
                *list_changes(paths, names, form),
            ]
            wanted = of_all({each.kind for each in every})
            for each in every:
                if each.kind in wanted or f"{each.kind}{_NEXT}" in wanted:
                    _ask(http, counter, each, ledger)
        parley.close()
    return ledger


def _ask(http: TestClient, counter: Counter, asked: Asked, found: Ledger) -> None:
    """Ask, and where the answer goes on, for its next page too."""
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
    """Forget what earlier requests left: answers, pictures and facts that are kept."""
    state = cast("FastAPI", http.app).state
    state.kept_answers, state.kept_pages = KeptAnswers(), KeptAnswers()
    state.pictures = Pictures(renderer())
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
