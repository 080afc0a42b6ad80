"""Makes the OpenAPI document from the routes, the kinds, their registers, the bodies and the response models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api.commands.bodies import BODIES
from api.commands.commands import FactParser
from api.commands.confidential import FIELD
from api.http.authorization import SECURITY_SCHEMES
from api.http.exchange.certification import certifiable
from api.http.exchange.erased_facts import ERASED
from api.http.openapi import change_response, list_responses, response_parts, response_schemas
from api.http.openapi.constraints import constrain_components
from api.http.openapi.descriptions import describe, describe_paths
from api.http.openapi.state_response import state_models
from domain.confidential import Confidential
from domain.views.state import list_registers, lists_by_path

_DESCRIPTION: Final = (
    "Parley keeps the record of a negotiation. Every answer says from which perspective it was"
    " read: what was so (`as_of`), what was known (`as_known_at`, on the recorded or the published"
    " clock), and on which `position` of the log it rests. A text that is sent needs at least one visible"
    " character. Marks of direction, isolates, joiners and variation selectors are allowed only next to"
    " characters that need them."
)
_CONFIDENTIAL: Final = {
    "anyOf": [{"$ref": "#/components/schemas/Confidential"}, {"type": "null"}],
    "description": "Who the source is. It is sealed by a key of its own. Only `readFact` shows it, and only to a"
    " credential with the scope `source:read`.",
}
_RESPONSES: Final = (change_response, list_responses, response_parts, response_schemas)
_COMPONENTS: Final = "#/components/schemas/"


def document(app: FastAPI, parser: FactParser) -> dict[str, Any]:
    """Make the OpenAPI 3.1 document of the application as it is."""
    spec: dict[str, Any] = get_openapi(
        title="Parley",
        version=app.version,
        summary="What was so, what did we know, and how do we know it.",
        description=_DESCRIPTION,
        routes=app.state.addresses,
    )
    spec["components"] = {"schemas": _components(parser), "securitySchemes": SECURITY_SCHEMES}
    question = spec["components"]["schemas"]["CertificateBody"]["properties"]["question"]
    question["pattern"] = certifiable(app.state.addresses)
    _list_kinds(spec["paths"], parser)
    _list_sections(spec["paths"])
    describe_paths(spec["paths"])
    return spec


def models() -> list[Any]:
    """List the model of every response: the classes `…Response`, and the state's, which follow from the kinds."""
    responses = {
        name: model
        for module in _RESPONSES
        for name, model in vars(module).items()
        if name.endswith("Response")
    }
    return [*responses.values(), *state_models(list_registers())]


def _components(parser: FactParser) -> dict[str, Any]:
    shapes = (*BODIES, *models(), Confidential)
    parts: Any = [(shape.__name__, "validation", TypeAdapter(shape)) for shape in shapes]
    keyed, defined = TypeAdapter.json_schemas(parts, ref_template=f"{_COMPONENTS}{{model}}")
    schemas: dict[str, Any] = dict(defined["$defs"])
    for (name, _), schema in keyed.items():
        schemas.setdefault(str(name), schema)
    schemas = constrain_components(schemas, [kind.__name__ for kind in parser.kinds])
    nothing = {name: {"type": "null"} for name in schemas["Confidential"]["properties"]}
    some = {"additionalProperties": False, "minProperties": 1, "not": {"properties": nothing}}
    schemas["Confidential"] |= some
    schemas["Citation"]["properties"][FIELD] = _CONFIDENTIAL
    named = {kind.__name__: f"{kind.__name__}Fact" for kind in parser.kinds}
    return {
        named.get(name, name): describe(named.get(name, name), _rename_components(schema, named))
        for name, schema in sorted(schemas.items())
    }


def _rename_components(part: Any, named: Mapping[str, str]) -> Any:  # noqa: ANN401 -- a schema is any JSON
    """Rename the components of the kinds, and leave out titles, which repeat the names.

    Pydantic names the schema of a kind after its class, as `Response`; generated clients need that name for themselves.
    """
    if isinstance(part, dict):
        return {
            name: _rename_components(inner, named)
            for name, inner in part.items()
            if name != "title" or isinstance(inner, dict)
        }
    if isinstance(part, list):
        return [_rename_components(inner, named) for inner in part]
    if isinstance(part, str) and part.startswith(_COMPONENTS):
        name = part.removeprefix(_COMPONENTS)
        return _COMPONENTS + named.get(name, name)
    return part


def _list_kinds(paths: dict[str, Any], parser: FactParser) -> None:
    names = [str(kind.__dataclass_fields__["kind"].default) for kind in parser.kinds]
    for view in ("timeline", "tally"):
        for parameter in paths[f"/v1/negotiations/{{slug}}/{view}"]["get"]["parameters"]:
            if parameter["schema"].pop("x-kinds", False):
                parameter["schema"] = {**parameter["schema"], "enum": sorted(names)}


def _list_sections(paths: dict[str, Any]) -> None:
    for parameter in paths["/v1/negotiations/{slug}/state/{section}"]["get"]["parameters"]:
        if parameter["name"] == "section":
            parameter["schema"] = {"type": "string", "enum": sorted([*lists_by_path(), ERASED])}
