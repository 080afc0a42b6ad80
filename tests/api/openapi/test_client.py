"""A client generated from the OpenAPI document works, without a warning, against a server on both databases."""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
import uvicorn
from openapi_python_client import generate
from openapi_python_client.config import Config, ConfigFile, MetaType

from api.commands.examples import CORRECTION, CSV_LINES, FACTS, NDJSON_LINES, NEGOTIATION
from api.composition import compose
from api.http.app import create_app
from tests.api.asking import authorize
from tests.api.serving import Served
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from openapi_python_client.parser.errors import GeneratorError

    from api.composition import Parley

PACKAGE: Final = "parley_client"
CONFIGURATION: Final = Path(__file__).resolve().parents[3] / "docs" / "client.yml"
SLUG: Final = str(NEGOTIATION["slug"])
ENVOY: Final = FACTS["an envoy is appointed"]
KINDS: Final = {
    "appointment": "AppointmentFact",
    "release": "ReleaseFact",
    "prisoner_count": "PrisonerCountFact",
    "proposal": "ProposalFact",
    "response": "ResponseFact",
}


def generate_client(document: dict[str, Any], folder: Path, **more: Any) -> list[GeneratorError]:  # noqa: ANN401
    """Generate a client into a folder; gives the generator's warnings."""
    written = folder / "openapi.json"
    written.write_text(json.dumps(document))
    chosen = ConfigFile.load_from_path(CONFIGURATION).model_copy(update={"post_hooks": [], **more})
    assert chosen.package_name_override == PACKAGE
    config = Config.from_sources(
        chosen, MetaType.NONE, written, "utf-8", overwrite=True, output_path=folder / PACKAGE
    )
    return list(generate(config=config))


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The document of an application with an empty record."""
    url = f"sqlite:///{tmp_path_factory.mktemp('document') / 'parley.db'}"
    parley = compose(settings_of(url))
    document = create_app(parley).openapi()
    parley.close()
    return document


@pytest.fixture(scope="module")
def package(
    document: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModuleType]:
    """The generated package, imported."""
    folder = tmp_path_factory.mktemp("client")
    assert generate_client(document, folder) == []
    sys.path.insert(0, str(folder))
    yield importlib.import_module(PACKAGE)
    sys.path.remove(str(folder))
    for name in [module for module in sys.modules if module.split(".", maxsplit=1)[0] == PACKAGE]:
        del sys.modules[name]


class Calls:
    """The operations of the client, by tag and name, on a server."""

    def __init__(self, package: ModuleType, server: Served, parley: Parley) -> None:
        host, port = server.address
        token = authorize(parley)["Authorization"].removeprefix("Bearer ")
        self.models = importlib.import_module(f"{PACKAGE}.models")
        self.types = importlib.import_module(f"{PACKAGE}.types")
        self.client = package.AuthenticatedClient(f"http://{host}:{port}", token)

    def __call__(self, place: str, *arguments: object, **named: object) -> Any:  # noqa: ANN401
        """Call one: its status, headers, and `parsed` answer."""
        operation = importlib.import_module(f"{PACKAGE}.api.{place}")
        return operation.sync_detailed(*arguments, client=self.client, **named)

    def body(self, name: str, content: dict[str, Any]) -> Any:  # noqa: ANN401
        """A body, as an object of the client's own class."""
        return getattr(self.models, name).from_dict(content)


@pytest.fixture
def call(package: ModuleType, parley: Parley) -> Iterator[Calls]:
    """The client of a server on each database in turn."""
    server = Served(uvicorn.Config(create_app(parley), log_config=None))
    calls = Calls(package, server, parley)
    with calls.client:
        yield calls
    server.stop()


@pytest.fixture
def call_in_talks(call: Calls) -> Calls:
    """The same, its negotiation open."""
    answer = call(
        "negotiations.open_negotiation", body=call.body("NegotiationBody", {**NEGOTIATION})
    )
    assert answer.status_code == 201
    return call


def record_fact(call: Calls, content: dict[str, Any], **named: object) -> Any:  # noqa: ANN401
    """Record a fact by the client's class for its kind."""
    body = call.body(KINDS[content["kind"]], json.loads(json.dumps(content)))
    answer = call("facts.record_fact", SLUG, body=body, **named)
    assert answer.status_code == 201, answer.content
    return answer


def test_every_module_of_it_can_be_imported(package: ModuleType) -> None:
    names = [module.name for module in pkgutil.walk_packages(package.__path__, f"{PACKAGE}.")]
    for name in names:
        importlib.import_module(name)
    assert len(names) > 200


def test_every_operation_is_generated(package: ModuleType, document: dict[str, Any]) -> None:
    folder = Path(cast("str", package.__file__)).parent / "api"
    modules = {each.stem for each in folder.glob("*/*.py") if each.stem != "__init__"}
    assert len(modules) == sum(map(len, document["paths"].values()))


def test_the_generator_warns_where_a_media_type_is_not_in_the_configuration(
    document: dict[str, Any], tmp_path: Path
) -> None:
    assert generate_client(document, tmp_path, content_type_overrides={})


def test_it_records_corrects_and_reads_a_fact(call_in_talks: Calls) -> None:
    first = record_fact(call_in_talks, ENVOY)
    assert first.parsed.fact.person == ENVOY["person"]
    id_, tag = str(first.parsed.id), first.headers["etag"]
    body = call_in_talks.body("CorrectionBody", {**CORRECTION, "changes": {"matter": "coale"}})
    corrected = call_in_talks("facts.correct_fact", id_, body=body, if_match=tag)
    assert (corrected.status_code, corrected.parsed.version) == (200, 2)
    stale = call_in_talks("facts.correct_fact", id_, body=body, if_match=tag)
    assert (stale.status_code, stale.parsed.status) == (412, 412)
    read = call_in_talks("facts.read_fact", id_)
    assert read.parsed.fact.matter == "coale"
    assert read.parsed.fact.citations[0].publisher == ENVOY["citations"][0]["publisher"]
    before = call_in_talks("facts.read_fact", id_, position=first.parsed.position)
    assert before.parsed.fact.matter == ENVOY["matter"]


@pytest.mark.either_database
def test_every_example_is_read_as_it_was_recorded(call_in_talks: Calls) -> None:
    for sent in FACTS.values():
        answer = record_fact(call_in_talks, sent)
        read = call_in_talks("facts.read_fact", str(answer.parsed.id)).parsed.fact.to_dict()
        plain = {name: part for name, part in sent.items() if not isinstance(part, list)}
        assert {name: read[name] for name in plain} == plain


@pytest.mark.either_database
def test_it_sends_an_idempotency_key(call_in_talks: Calls) -> None:
    first = record_fact(call_in_talks, ENVOY, idempotency_key="one")
    again = record_fact(call_in_talks, ENVOY, idempotency_key="one")
    assert again.parsed.id == first.parsed.id
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.either_database
@pytest.mark.parametrize(("format_", "lines"), [("csv", CSV_LINES), ("ndjson", NDJSON_LINES)])
def test_it_imports_a_file_of_either_format(call_in_talks: Calls, format_: str, lines: str) -> None:
    answer = call_in_talks(
        "import_.import_lines",
        SLUG,
        body=call_in_talks.types.File(payload=BytesIO(lines.encode())),
        format_=call_in_talks.models.ImportLinesFormat(format_),
        partial=True,
    )
    assert (answer.status_code, answer.parsed.recorded) == (200, 1)


def test_it_reads_the_state_the_timeline_and_a_diff(call_in_talks: Calls) -> None:
    for fact in FACTS.values():
        record_fact(call_in_talks, fact)
    state = call_in_talks("negotiations.read_state", SLUG, as_of="2025-11-30").parsed
    assert [post.fact.summary for post in state.posts] == [ENVOY["summary"]]
    assert state.prisoners.released.low == 52
    timeline = call_in_talks("reading.read_timeline", SLUG, limit=1000).parsed
    assert len(timeline.items) == len(FACTS)
    diff = call_in_talks("reading.read_diff", SLUG, from_="2020").parsed
    assert len(diff.added) == len(FACTS)


@pytest.mark.either_database
def test_a_refusal_is_read_as_a_problem(call_in_talks: Calls) -> None:
    body = call_in_talks.body(KINDS["appointment"], {**ENVOY, "valid": "yesterday"})
    answer = call_in_talks("facts.record_fact", SLUG, body=body)
    assert answer.status_code == 422
    assert [error.pointer for error in answer.parsed.errors] == ["/valid"]
