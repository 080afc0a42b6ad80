"""Sends the most expensive requests that the document allows, and compares their cost on a record twice as large."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, cast

from starlette.testclient import TestClient

from api.commands.charts.renderer import Pictures, renderer
from api.composition import compose
from api.http.exchange.kept_answers import KeptAnswers
from api.web.drawing import _environment
from api.web.site import create_site
from domain.spelling.many_names import fold_names
from domain.spelling.names import spell
from domain.spelling.words import make_word
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
"""How many times the cost may grow if everything is twice as large."""
FLOOR: Final = Cost(calls=20_000, database=300, size=20_000)
"""Lower costs count as equal: they do not depend on the size of the record."""
FLOOR_OF_PAGES: Final = Cost(calls=80_000, database=1_200, size=80_000)
"""The same for lists with several pages, where the size of the last page is random."""
SHOWN: Final = 10
_NEXT: Final = " …next"


class DearError(AssertionError):
    """Requests whose cost grew more than the record or the request."""


@dataclass
class Ledger:
    """{kind of request: its cost and its status}."""

    costs: dict[str, tuple[Cost, int]] = field(default_factory=dict)

    def dearest(self) -> list[str]:
        """The ten most expensive kinds."""
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
    """Send requests to a record and to one half as large, with bodies half as large; DearError for costs that grew.

    Gives the ten most expensive kinds. `of_all` chooses from all kinds of request those that are sent.
    """
    floor = FLOOR_OF_PAGES if thorough else FLOOR
    large = _count_costs(urls[0], Form(size, body, thorough), folder / "whole", of_all)
    dear = {kind for kind, (cost, _) in large.costs.items() if not cost.within(0, cost, floor)}
    small = _count_costs(
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


def _count_costs(
    url: str, form: Form, folder: Path, of_all: Callable[[Collection[str]], Collection[str]]
) -> Ledger:
    """The cost of each chosen kind of request."""
    folder.mkdir()
    settings = settings_of(url, PARLEY_LOG_KEY_FILE=str(folder / "parley.key"), **UNBOUNDED)
    ledger = Ledger()
    with counting() as counter:
        parley = compose(settings, upgrade=False, signs=True)
        populate(parley.ledger, form.size)
        parley.catch_up()
        app = create_site(parley)
        paths = app.openapi()["paths"]
        fold_names([""])  # makes the table of letters, once in a process
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
    """Send a request; if its answer has a next page, ask for that, too."""
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
    """Clear the caches of earlier requests: answers, pictures, facts, and how names are spelt."""
    spell.cache_clear()
    make_word.cache_clear()
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
    """Make what a process makes once: the columns by which a table is read, and the templates of pages."""
    templates = _environment()
    for name in templates.list_templates():
        templates.get_template(name)
    http.post(
        f"/v1/negotiations/{SLUG}/import", content=b"kind\n", headers={"Content-Type": "text/csv"}
    )


def _names(http: TestClient) -> dict[str, Sequence[str]]:
    """The values for the parts of a path: the most expensive thing of each sort in the record."""
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
