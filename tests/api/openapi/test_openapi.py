"""The document says what the application does; schemathesis, set on it, finds nothing."""

from __future__ import annotations

import json
import re
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

import pytest
import schemathesis
from schemathesis import Case, GenerationMode
from schemathesis.engine import events, from_schema
from starlette.testclient import TestClient

from api.commands.examples import FACTS, NEGOTIATION, SETTINGS
from api.composition import compose
from api.http.app import create_app
from api.http.exchange.operation import IDEMPOTENCY_KEY
from api.http.openapi.descriptions import read_descriptions
from api.http.problem_kinds import PROBLEMS
from domain.fact import KINDS
from domain.placeholders import NO_MATTER, NO_NAME, NO_ORIGIN
from domain.views.state import list_registers
from tests import edtf_format
from tests.api.asking import authorize
from tests.api.openapi.patterns_once import remember_patterns
from tests.databases import UNBOUNDED, settings_of
from tests.thorough import THOROUGH, often, some_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from fastapi import FastAPI
    from schemathesis.engine.recorder import ScenarioRecorder

    from tests.api.asking import Client

ANSWERED = ["2xx", "3xx", 401, 403, 404, 409, 410, 412, 429, "5xx"]
"""What a well-formed request may be answered. That a fact is gone by then (410), or stands at another version than an
If-Match names (412), depends on what was sent before, and no schema can say it."""
REFUSED = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429, "5xx"]
"""How a malformed request may be refused: a precondition that fails (412) is answered before the body is read."""
CONFIG: dict[str, Any] = {
    "seed": 20251126,
    "max-failures": 20,
    "parameters": {"wait": 0},  # a question that waits in vain is answered 503
    "generation": {"max-examples": often(2, 20), "database": "none"},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ANSWERED},
        "negative_data_rejection": {"expected-statuses": REFUSED},
        "missing_required_header": {"expected-statuses": REFUSED},
    },
    "phases": {
        "coverage": {"enabled": THOROUGH},
        "stateful": {"generation": {"max-examples": often(2, 8)}, "max-steps": 10},
    },
}
RECORDED: Final = "/v1/negotiations/{slug}/facts"
RECORDING: Final = f"POST {RECORDED}"
"""It has most to be drawn."""
WHO: Final = SETTINGS["members"][0]
"""A member still where the example of the settings has made the record private."""
CLOSING: Final = "POST /v1/negotiations/{slug}/settings"
#: Where words stand that no schema can tell to be a number, a patch that has to fit the kind of its fact, parameters of
#: which one goes with another (`from` and `to`), a cursor that no answer gave, a key that came with another body
#: before, and a tag that was drawn without its quotation marks beside a valid body.
NUMBERS: Final = re.compile(
    r"/quantities/\d+/(?:text|comparator|value|low|high)|/changes(?:/.*)?|/query/(?:what|kind|reason|why|from|cursor)"
    r"|/header/(?:Idempotency-Key|If-Match)",
    re.DOTALL,
)
NO_NAMES: Final = frozenset({NO_NAME, NO_MATTER, NO_ORIGIN})
"""How it is refused what stands for no name, such as "?", which is drawn now and then."""
KINDS_TESTED: Final = 1
"""Of how many kinds of fact, drawn each time, the schema is left; in the long form of all."""
COVERED: Final = 3
"""Of how many operations, drawn each time, every value at a limit is tried, as of all in the long form.

Examples of the document, drawn requests and sequences of them are tried of every operation each time.
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    """An application on a record that holds the examples of the documentation."""
    url = f"sqlite:///{tmp_path / 'parley.db'}"
    settings = settings_of(url, PARLEY_LOG_KEY_FILE=str(tmp_path / "parley.key"), **UNBOUNDED)
    parley = compose(settings, signs=True)
    app = create_app(parley)
    client = TestClient(app, headers=authorize(parley, WHO))
    client.post("/v1/negotiations", json=NEGOTIATION)
    for fact in FACTS.values():
        client.post("/v1/negotiations/us-belarus/facts", json=fact)
    assert parley.publisher is not None
    parley.publisher.publish()
    app.router.lifespan_context = _nothing
    yield app
    parley.close()


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[None]:
    """Follow nothing: schemathesis starts an application and never stops it."""
    yield


def test_schemathesis_finds_nothing(app: FastAPI) -> None:
    edtf_format.teach()
    remember_patterns()
    document = app.openapi()
    config = schemathesis.Config.from_dict(
        {
            **CONFIG,
            "headers": authorize(app.state.parley, WHO),
            "operations": _operations(document["paths"]),
        }
    )
    kinds = _leave_kinds(document)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, config=config)
    found: list[str] = []
    tested: set[str] = set()
    for event in from_schema(schema).execute():
        if isinstance(event, (events.NonFatalError, events.FatalError)):
            found.append(str(getattr(event, "value", None) or getattr(event, "exception", None)))
        elif isinstance(event, events.ScenarioFinished):
            tested.add(event.recorder.label)
            found += _failures(event.recorder)
    assert not found, "\n\n".join([f"of the kinds {kinds}:", *found])
    assert len(tested) == 49, "48 operations, and their sequences"


def _operations(paths: dict[str, Any]) -> list[dict[str, Any]]:
    """Those of which more is tried: at the limits of some, and most of what is recorded."""
    named = sorted(f"{method.upper()} {path}" for path, each in paths.items() for method in each)
    drawn = {"generation": {"max-examples": often(4, 200)}}
    covered: dict[str, Any] = {
        name: {"phases": {"coverage": {"enabled": True}}} for name in some_of(named, COVERED)
    }
    more = {**covered, RECORDING: {**covered.get(RECORDING, {}), **drawn}}
    return [{"include-name": name, **each} for name, each in more.items()]


def _leave_kinds(document: dict[str, Any]) -> list[str]:
    """Leave some kinds in the schema of a fact to record, which is most of what is tested; theirs are all its cases."""
    fact = document["components"]["schemas"]["Fact"]
    named: dict[str, str] = fact["discriminator"]["mapping"]
    drawn = some_of(sorted(named), KINDS_TESTED)
    content = document["paths"][RECORDED]["post"]["requestBody"]["content"]
    content["application/json"]["schema"] = {
        "oneOf": [{"$ref": named[kind]} for kind in drawn],
        "discriminator": {
            "propertyName": "kind",
            "mapping": {kind: named[kind] for kind in drawn},
        },
    }
    return drawn


def _failures(recorder: ScenarioRecorder) -> list[str]:
    return [
        f"{recorder.label}: {check.failure_info.failure}\n{check.failure_info.code_sample}"
        for case, checks in recorder.checks.items()
        for check in checks
        if check.failure_info
        and not _taken_for_valid(recorder.cases[case].value, check.name)
        and not _no_number_or_name(recorder, case, check.name)
        and not _closed(recorder, check.name)
    ]


def _no_number_or_name(recorder: ScenarioRecorder, case: str, check: str) -> bool:
    """Whether all that was refused are words that are no number or no name, which no schema can tell."""
    answer = recorder.interactions[case].response
    if check != "positive_data_acceptance" or answer is None:
        return False
    return answer.status_code in {400, 422} and all(
        NUMBERS.fullmatch(error["pointer"]) or error["detail"] in NO_NAMES
        for error in answer.json()["errors"]
    )


def _closed(recorder: ScenarioRecorder, check: str) -> bool:
    """Whether what was created and is not found was made private meanwhile, for others than who asks."""
    if check != "ensure_resource_availability":
        return False
    changed = [
        interaction.response
        for case, interaction in recorder.interactions.items()
        if recorder.cases[case].value.operation.label == CLOSING
    ]
    answers = [each.json() for each in changed if each is not None and each.status_code == 200]
    return any(answer["visibility"] == "private" for answer in answers)


def _taken_for_valid(case: Case[Any], check: str) -> bool:
    """Whether a malformed part was expected to be accepted: an optional header's, with a body drawn as valid."""
    drawn = [] if case.meta is None else case.meta.components.values()
    malformed = GenerationMode.NEGATIVE in [each.mode for each in drawn]
    return check == "positive_data_acceptance" and malformed


def test_every_operation_says_how_it_refuses(light_client: Client) -> None:
    document = light_client.get("/openapi.json").json
    operations = [
        (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    assert len(operations) == 48
    for method, path, operation in operations:
        refusals = {code: r for code, r in operation["responses"].items() if code >= "400"}
        assert {"500", "503"} <= set(refusals), path
        for code, refusal in refusals.items():
            assert code in {str(kind.status) for kind in PROBLEMS.values()}
            content = refusal["content"]["application/problem+json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemResponse"}
        if method == "post" and path.startswith("/v1/facts/"):
            assert {"412", "428"} <= set(refusals)
            assert "If-Match" in [parameter["name"] for parameter in operation["parameters"]]
        if method == "post":
            assert IDEMPOTENCY_KEY in operation["parameters"]


def test_every_reference_leads_somewhere(light_client: Client) -> None:
    document = light_client.get("/openapi.json").json
    schemas = document["components"]["schemas"]
    waiting, met = [document], set()
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            met |= {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    assert {each.removeprefix("#/components/schemas/") for each in met} <= set(schemas)
    assert set(schemas["Fact"]["discriminator"]["mapping"]) == set(KINDS)


def test_the_examples_are_the_real_record(light_client: Client) -> None:
    operation = light_client.get("/openapi.json").json["paths"]["/v1/negotiations/{slug}/facts"]
    examples = operation["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert {example["value"]["external_id"] for example in examples.values()} >= {
        "BY-047",
        "BY-071",
    }


def test_every_field_is_described(light_client: Client) -> None:
    schemas = light_client.get("/openapi.json").json["components"]["schemas"]
    fields = {
        (name, field): part
        for name, schema in schemas.items()
        for field, part in schema.get("properties", {}).items()
    }
    assert [each for each, part in fields.items() if not part.get("description")] == []
    assert len(fields) > 700
    for field in ("matter", "basis"):
        said = {part["description"] for (_, each), part in fields.items() if each == field}
        assert all(len(each) > 100 for each in said)


def test_every_parameter_is_described(light_client: Client) -> None:
    paths = light_client.get("/openapi.json").json["paths"]
    parameters = [
        (path, method, parameter)
        for path, methods in paths.items()
        for method, operation in methods.items()
        for parameter in operation.get("parameters", ())
    ]
    assert [(p, m, part["name"]) for p, m, part in parameters if not part.get("description")] == []
    in_path = {part["name"] for _, _, part in parameters if part["in"] == "path"}
    assert set(read_descriptions()["path"]) <= in_path
    assert len(in_path) > 5


def test_no_field_hides_within_another(light_client: Client) -> None:
    schemas = light_client.get("/openapi.json").json["components"]["schemas"]
    waiting = [
        part for schema in schemas.values() for part in schema.get("properties", {}).values()
    ]
    while waiting:
        part = waiting.pop()
        assert "properties" not in part
        waiting += [each for each in part.values() if isinstance(each, dict)]
        for name in ("anyOf", "oneOf"):
            waiting += part.get(name, [])


def test_nothing_is_described_that_is_not_there(light_client: Client) -> None:
    schemas = light_client.get("/openapi.json").json["components"]["schemas"]
    there = {name: set(schema.get("properties", {})) for name, schema in schemas.items()}
    for component, fields in read_descriptions().items():
        if component == "path":
            continue
        elsewhere = {
            field
            for name, shown in there.items()
            for field in shown - set(read_descriptions().get(name, {}))
        }
        assert set(fields) <= (elsewhere if component == "any" else there[component])


def test_no_two_schemas_differ_only_in_name(light_client: Client) -> None:
    schemas = light_client.get("/openapi.json").json["components"]["schemas"]
    shapes: dict[str, str] = {}
    for name, schema in schemas.items():
        shape = json.dumps(bare(schema), sort_keys=True)
        assert shapes.setdefault(shape, name) == name


def bare(part: Any) -> Any:  # noqa: ANN401 -- a schema is any JSON
    """A schema without what it says in words."""
    if isinstance(part, dict):
        words = {
            name for name, each in part.items() if name == "description" and isinstance(each, str)
        }
        return {name: bare(each) for name, each in part.items() if name not in words}
    return [bare(each) for each in part] if isinstance(part, list) else part


def test_no_schema_has_the_name_of_another_class_of_the_domain(light_client: Client) -> None:
    """What is sent and served as the domain has it bears its name; what only describes an answer has its own."""
    schemas = light_client.get("/openapi.json").json["components"]["schemas"]
    own = {
        name
        for module in list(sys.modules.values())
        if module.__name__.split(".", maxsplit=1)[0] in {"domain", "infrastructure"}
        for name, each in vars(module).items()
        if isinstance(each, type) and each.__module__ == module.__name__
    }
    served = {"Citation", "Confidential", "Fact", "Link", "Named", "Quantity"}
    entries = {
        register.entry.__name__ for register in list_registers() if register.entry is not None
    }
    assert own & set(schemas) == served | entries


def test_the_state_is_typed(light_client: Client) -> None:
    schemas = light_client.get("/openapi.json").json["components"]["schemas"]
    assert schemas["StateResponse"]["properties"]["custody"]["items"] == {
        "$ref": "#/components/schemas/CustodyEntry"
    }
    status = schemas["CustodyEntry"]["properties"]["status"]
    assert {"detained", "died", "free", "pardoned"} <= set(status["enum"])
    assert schemas["MeasureEntry"]["properties"]["stage"]["enum"] == [
        "discussed",
        "announced",
        "in_force",
    ]
    assert {"holder", "since"} <= set(schemas["PostEntry"]["required"])
    objects = {name for name, schema in schemas.items() if schema.get("type") == "object"}
    opened = {name for name in objects if schemas[name].get("additionalProperties") is not False}
    assert opened == {"ProblemResponse"}
