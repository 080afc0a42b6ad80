"""A new view with a parameter needs a fold, a route and a command, and no other edit."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Final

import pytest
import typer
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.cli.ask import ask
from api.cli.options import Slug, take_perspective
from api.cli.session import open_record
from api.cli.text import print_json
from api.http import app as application
from api.http import routes
from tests.api import asking
from tests.api.asking import TALKS, Client, authorize
from tests.databases import SEAL_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from api.composition import Parley

pytestmark = pytest.mark.either_database

VIEW: Final = f"{TALKS}/speakers"
FOLD: Final = '''
"""Counts what each speaker has said."""

from collections import Counter


def speakers(seen, least):
    """The speakers with at least so many statements, and how many each has made."""
    facts = [each.version.record.fact for each in seen]
    counts = Counter(str(fact.speaker) for fact in facts if fact.kind == "statement")
    return [{"speaker": name, "statements": n} for name, n in sorted(counts.items()) if n >= least]
'''
ROUTE: Final = '''
"""Who has spoken, and how often."""

from typing import Annotated

from fastapi import APIRouter, Depends

from api.http.exchange.operation import reads
from api.http.exchange.parameters import Parameter, whole_number
from api.http.exchange.perspective import Asked, Asking
from api.http.threads import LaneRoute
from domain.views.brief import describe_perspective
from fold_of_speakers import speakers

router = APIRouter(route_class=LaneRoute, tags=["reading"])
_LEAST = Parameter(
    "least", "With so many statements at least.", {"type": "integer", "minimum": 1, "default": 1}
)
_ASKING = Asking(_LEAST)


@router.get(
    "/v1/negotiations/{slug}/speakers",
    **reads("readSpeakers", "Who has spoken", "Negotiations", _ASKING.parameters),
)
def read_speakers(slug: str, asked: Annotated[Asked, Depends(_ASKING)]):
    """List the speakers at the perspective."""
    least = whole_number(asked.parameters, "least", 1) or 1
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        id_ = reading.negotiation(slug, perspective.position).id
        items = speakers(reading.timeslice(id_, perspective), least)
        content = {"perspective": describe_perspective(perspective), "items": items}
        return asked.answer(content, perspective, reading)
'''


@pytest.fixture(autouse=True)
def view(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add the files of the fold and of the route while a test runs."""
    (tmp_path / "fold_of_speakers.py").write_text(FOLD)
    (tmp_path / "routes").mkdir()
    (tmp_path / "routes" / "speakers.py").write_text(ROUTE)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(routes, "__path__", [*routes.__path__, str(tmp_path / "routes")])
    monkeypatch.setattr(application, "_DOCUMENTS", {})
    monkeypatch.setattr(asking, "hold", lambda *_: None)  # no model describes the view's answers
    application._routes.cache_clear()
    yield
    for name in ("fold_of_speakers", f"{routes.__name__}.speakers"):
        sys.modules.pop(name, None)
    application._routes.cache_clear()


@pytest.fixture
def client(signing: Parley) -> Client:
    """A client of a signed record in which two people made statements, one of them two."""
    client = Client(TestClient(application.create_app(signing), headers=authorize(signing)))
    client.open()
    for speaker, valid in (("Ann", "2025-01"), ("Ann", "2025-02"), ("Bo", "2025-03")):
        client.record(kind="statement", speaker=speaker, valid=valid)
    return client


def test_it_is_asked_at_any_perspective_with_its_parameter(client: Client) -> None:
    every = [{"speaker": "Ann", "statements": 2}, {"speaker": "Bo", "statements": 1}]
    assert client.get(VIEW).json["items"] == every
    assert client.get(f"{VIEW}?least=2").json["items"] == every[:1]
    assert client.get(f"{VIEW}?position=3").json["items"][0]["statements"] == 2
    assert client.get(f"{VIEW}?position=2").json["items"][0]["statements"] == 1
    assert client.get(f"{VIEW}?least=none").pointers == ["/query/least"]
    assert client.get(f"{VIEW}?most=2").pointers == ["/query/most"]


def test_its_fixed_form_names_the_parameter_and_can_be_kept_and_certified(
    client: Client, signing: Parley
) -> None:
    answer = client.get(f"{VIEW}?least=2")
    fixed = answer.headers["link"].partition(">")[0].removeprefix("<")
    assert "least=2" in fixed
    kept = client.get(fixed)
    assert kept.json["items"] == answer.json["items"]
    assert kept.headers["cache-control"].startswith("private, max-age")
    assert client.get(fixed, if_none_match=kept.headers["etag"]).status == 304
    assert signing.publisher is not None
    signing.publisher.publish()
    assert client.post("/v1/certificates", {"question": fixed}).status == 201


def test_it_is_documented_and_its_scope_is_checked(client: Client, signing: Parley) -> None:
    operation = client.get("/openapi.json").json["paths"]["/v1/negotiations/{slug}/speakers"]["get"]
    assert "least" in {parameter["name"] for parameter in operation["parameters"]}
    writer = Client(TestClient(client.http.app, headers=authorize(signing, "Ann", "fact:write")))
    assert writer.get(VIEW).status == 403


def test_its_command_takes_the_options_of_every_perspective(
    client: Client, signing: Parley, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = typer.Typer()

    @program.command()
    @take_perspective()
    def speakers(slug: Slug, *, least: int = 1, asked: dict[str, object]) -> None:
        with open_record() as parley:
            path = f"/v1/negotiations/{slug}/speakers"
            print_json(ask(parley, path, {**asked, "least": least}).body)

    url = signing.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("PARLEY_DATABASE_URL", url)
    monkeypatch.setenv("PARLEY_SEAL_KEY", SEAL_KEY)
    result = CliRunner().invoke(program, ["talks", "--least", "2", "--position", "4"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["items"] == client.get(f"{VIEW}?least=2").json["items"]
