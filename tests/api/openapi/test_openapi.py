"""Schemathesis finds no difference between the OpenAPI document and the application."""

from __future__ import annotations

import re
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
from domain.placeholders import NO_MATTER, NO_NAME, NO_ORIGIN
from tests import edtf_format
from tests.api.asking import authorize
from tests.api.openapi.patterns_once import remember_patterns
from tests.databases import UNBOUNDED, settings_of
from tests.thorough import THOROUGH, choose_count, some_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from fastapi import FastAPI
    from schemathesis.engine.recorder import ScenarioRecorder

ANSWERED = ["2xx", "3xx", 401, 403, 404, 409, 410, 412, 429, "5xx"]
"""Statuses that a well-formed request may get. Whether a fact is gone (410) or has another
version than If-Match names (412) depends on earlier requests, which no schema can express.
"""
REFUSED = [400, 401, 403, 404, 405, 406, 409, 410, 412, 413, 415, 422, 428, 429, "5xx"]
"""Statuses that a malformed request may get: a failed precondition (412) is answered before the body is read."""
CONFIG: dict[str, Any] = {
    "seed": 20251126,
    "max-failures": 20,
    "parameters": {"wait": 0},  # a request that waits without success gets 503
    "generation": {"max-examples": choose_count(2, 20), "database": "none"},
    "checks": {
        "positive_data_acceptance": {"expected-statuses": ANSWERED},
        "negative_data_rejection": {"expected-statuses": REFUSED},
        "missing_required_header": {"expected-statuses": REFUSED},
    },
    "phases": {
        "coverage": {"enabled": THOROUGH},
        "stateful": {"generation": {"max-examples": choose_count(2, 8)}, "max-steps": 10},
    },
}
RECORDED: Final = "/v1/negotiations/{slug}/facts"
RECORDING: Final = f"POST {RECORDED}"
"""The operation with the most input to draw."""
WHO: Final = SETTINGS["members"][0]
"""Still a member after the example of the settings has made the negotiation private."""
CLOSING: Final = "POST /v1/negotiations/{slug}/settings"
#: Places where a valid request depends on more than its schema: number words, patches for a kind of fact, ends
#: of facts that have no end or begin later, parameters that need one another (`from` and `to`), cursors that no answer
#: gave, keys that came with another body before, and tags that were drawn without quotation marks beside a valid body.
NUMBERS: Final = re.compile(
    r"/quantities/\d+/(?:text|comparator|value|low|high)|/changes(?:/.*)?|/ended|/query/(?:what|kind|reason|why|from|cursor)"
    r"|/header/(?:Idempotency-Key|If-Match)",
    re.DOTALL,
)
NO_NAMES: Final = frozenset({NO_NAME, NO_MATTER, NO_ORIGIN})
"""Refusals of texts that stand for no name, such as "?", which are sometimes drawn."""
KINDS_TESTED: Final = 1
"""How many kinds of fact, drawn in each run, the schema keeps; all of them in the long form."""
COVERED: Final = 3
"""For how many operations, drawn in each run, every value at a limit is tried; for all in the long form.

Examples of the document, drawn requests and sequences of them are tried for every operation in each run.
"""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    """An application with a record that holds the examples of the documentation."""
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
    """Start nothing: schemathesis starts the application and never stops it."""
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
    """Settings by operation: some are tested at their limits, and the recording of facts with more examples."""
    named = sorted(f"{method.upper()} {path}" for path, each in paths.items() for method in each)
    drawn = {"generation": {"max-examples": choose_count(4, 200)}}
    covered: dict[str, Any] = {
        name: {"phases": {"coverage": {"enabled": True}}} for name in some_of(named, COVERED)
    }
    more = {**covered, RECORDING: {**covered.get(RECORDING, {}), **drawn}}
    return [{"include-name": name, **each} for name, each in more.items()]


def _leave_kinds(document: dict[str, Any]) -> list[str]:
    """Keep only some kinds in the schema for recording a fact, the largest part of the test; gives their names."""
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
        and not _is_taken_for_valid(recorder.cases[case].value, check.name)
        and not _no_number_or_name(recorder, case, check.name)
        and not _is_made_private(recorder, check.name)
    ]


def _no_number_or_name(recorder: ScenarioRecorder, case: str, check: str) -> bool:
    """Whether the only errors are words that are no number or no name, which a schema cannot express."""
    answer = recorder.interactions[case].response
    if check != "positive_data_acceptance" or answer is None:
        return False
    return answer.status_code in {400, 422} and all(
        NUMBERS.fullmatch(error["pointer"]) or error["detail"] in NO_NAMES
        for error in answer.json()["errors"]
    )


def _is_made_private(recorder: ScenarioRecorder, check: str) -> bool:
    """Whether a 404 is right because the negotiation was made private before, without the caller as a member."""
    if check != "ensure_resource_availability":
        return False
    changed = [
        interaction.response
        for case, interaction in recorder.interactions.items()
        if recorder.cases[case].value.operation.label == CLOSING
    ]
    answers = [each.json() for each in changed if each is not None and each.status_code == 200]
    return any(answer["visibility"] == "private" for answer in answers)


def _is_taken_for_valid(case: Case[Any], check: str) -> bool:
    """Whether schemathesis expected success although a part of the request was drawn as malformed."""
    drawn = [] if case.meta is None else case.meta.components.values()
    malformed = GenerationMode.NEGATIVE in [each.mode for each in drawn]
    return check == "positive_data_acceptance" and malformed
