"""The document describes every operation, refusal, field and parameter, and nothing else."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from api.http.exchange.operation import IDEMPOTENCY_KEY
from api.http.openapi.descriptions import read_descriptions
from api.http.problem_kinds import PROBLEMS
from domain.fact import KINDS
from domain.views.state import list_registers

if TYPE_CHECKING:
    from tests.api.asking import Client


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
        shape = json.dumps(drop_descriptions(schema), sort_keys=True)
        assert shapes.setdefault(shape, name) == name


def drop_descriptions(part: Any) -> Any:  # noqa: ANN401 -- a schema is any JSON
    """A schema without its descriptions."""
    if isinstance(part, dict):
        words = {
            name for name, each in part.items() if name == "description" and isinstance(each, str)
        }
        return {name: drop_descriptions(each) for name, each in part.items() if name not in words}
    return [drop_descriptions(each) for each in part] if isinstance(part, list) else part


def test_no_schema_has_the_name_of_another_class_of_the_domain(light_client: Client) -> None:
    """A class of the domain that is sent or served keeps its name; one that only describes an answer has another."""
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
