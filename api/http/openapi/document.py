"""The document is made from what serves: the kinds, their registers, the bodies and the answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from api.commands.commands import BODIES, FactParser
from api.commands.confidential import FIELD
from api.http.exchange.authorization import SECURITY_SCHEMES
from api.http.exchange.operation import reference
from api.http.exchange.perspective import ERASED
from api.http.openapi.constraints import constrain_components
from api.http.openapi.response_schemas import ANSWERS
from domain.confidential import Confidential
from domain.register import Register, Shape
from domain.views.sections import MORE
from domain.views.state import lists_by_path, registers

__all__ = ["document"]

_DESCRIPTION: Final = (
    "Parley keeps the record of a negotiation. Every answer says from which perspective it was"
    " read: what was so (`as_of`), what was known (`as_known_at`, on the recorded or the published"
    " clock), and on which `position` of the log it rests."
)
_CONFIDENTIAL: Final = {
    "anyOf": [{"$ref": "#/components/schemas/Confidential"}, {"type": "null"}],
    "description": "Who the source is. It is kept apart, sealed by a key of its own, and answered by `readFact` alone,"
    " to who has the scope `source:read`.",
}
_COMPONENTS: Final = "#/components/schemas/"


def document(app: FastAPI, parser: FactParser) -> dict[str, Any]:
    """Make the OpenAPI 3.1 document of the application as it is."""
    found: dict[str, Any] = get_openapi(
        title="Parley",
        version=app.version,
        summary="What was so, what did we know, and how do we know it.",
        description=_DESCRIPTION,
        routes=app.routes,
    )
    found["components"] = {
        "schemas": _components(parser),
        "securitySchemes": SECURITY_SCHEMES,
    }
    _list_kinds(
        found["paths"], [str(kind.__dataclass_fields__["kind"].default) for kind in parser.kinds]
    )
    _list_sections(found["paths"])
    return found


def _components(parser: FactParser) -> dict[str, Any]:
    sent = [(body.__name__, "validation", TypeAdapter(body)) for body in BODIES]
    answered = [(answer.__name__, "serialization", TypeAdapter(answer)) for answer in ANSWERS]
    kept_apart = [("Confidential", "validation", TypeAdapter(Confidential))]
    wanted: Any = [*sent, *answered, ("Fact", "validation", parser.adapter), *kept_apart]
    keyed, defined = TypeAdapter.json_schemas(wanted, ref_template=f"{_COMPONENTS}{{model}}")
    schemas: dict[str, Any] = dict(defined.get("$defs", {}))
    for (name, _), schema in keyed.items():
        schemas.setdefault(str(name), schema)
    schemas["State"] = _state()
    schemas["SectionItem"] = _section_item()
    schemas = constrain_components(schemas, [kind.__name__ for kind in parser.kinds])
    named = {kind.__name__: f"{kind.__name__}Fact" for kind in parser.kinds}
    schemas = _resolved({named.get(name, name): schema for name, schema in schemas.items()}, named)
    schemas["Confidential"]["additionalProperties"] = False
    schemas["Confidential"]["minProperties"] = 1
    nothing = {name: {"type": "null"} for name in schemas["Confidential"]["properties"]}
    schemas["Confidential"]["not"] = {"properties": nothing}
    schemas["Citation"]["properties"][FIELD] = _CONFIDENTIAL
    return schemas


def _resolved(part: Any, named: Mapping[str, str]) -> Any:  # noqa: ANN401 -- a schema is any JSON
    """Put references where an answer names a component that pydantic does not know, and name those of the kinds anew.

    Pydantic calls a kind by its class, as `Response`: a name that programs made from the document have for themselves.
    Its titles, which repeat the names, go: such programs would take them for names.
    """
    if isinstance(part, dict):
        if "x-component" in part:
            return reference(part["x-component"])
        return {
            name: _resolved(inner, named)
            for name, inner in part.items()
            if name != "title" or isinstance(inner, dict)
        }
    if isinstance(part, list):
        return [_resolved(inner, named) for inner in part]
    if isinstance(part, str) and part.startswith(_COMPONENTS):
        name = part.removeprefix(_COMPONENTS)
        return _COMPONENTS + named.get(name, name)
    return part


def _list_kinds(paths: dict[str, Any], names: list[str]) -> None:
    for asked in ("timeline", "tally"):
        for parameter in paths[f"/v1/negotiations/{{slug}}/{asked}"]["get"]["parameters"]:
            if parameter["schema"].pop("x-kinds", False):
                parameter["schema"] = {**parameter["schema"], "enum": sorted(names)}


def _list_sections(paths: dict[str, Any]) -> None:
    for parameter in paths["/v1/negotiations/{slug}/state/{section}"]["get"]["parameters"]:
        if parameter["name"] == "section":
            parameter["schema"] = {"type": "string", "enum": sorted([*lists_by_path(), ERASED])}


def _state() -> dict[str, Any]:
    """Describe the state: the registers that the kinds declare, at the places that they name."""
    count = {"type": "integer", "minimum": 0}
    counts = dict.fromkeys(("recorded", "corrected", "retracted"), count)
    top = {
        "negotiation": reference("Negotiation"),
        "perspective": reference("PerspectiveShown"),
        "facts": _object(counts),
    }
    for register in registers():
        _place(top, register)
    state = _object(_closed(top))
    erased = {"type": "array", "items": reference("Erased")}
    state["properties"] |= {"erased": erased, f"erased{MORE}": reference("More")}
    return {**state, "description": "What was so, as seen at the perspective."}


def _section_item() -> dict[str, Any]:
    fact_id = {"type": "string", "format": "uuid"}
    items = [_entry(), reference("Brief"), reference("Erased"), reference("Figure"), fact_id]
    return {
        "anyOf": items,
        "description": "An entry, a rival, an erasure, a figure or the id of a fact.",
    }


def _place(top: dict[str, Any], register: Register) -> None:
    *parents, name = register.section.split(".")
    for parent in parents:
        top = top.setdefault(parent, {})
    top[name] = _section(register)


def _closed(sections: dict[str, Any]) -> dict[str, Any]:
    """Make object schemas of the sections that only hold sections."""
    return {
        name: part if {"type", "$ref", "anyOf"} & set(part) else _object(_closed(part))
        for name, part in sections.items()
    }


def _section(register: Register) -> dict[str, Any]:
    match register.shape:
        case Shape.ENTRIES:
            return {"type": "array", "items": _entry(register)}
        case Shape.SINGLE:
            return {"anyOf": [_entry(register), {"type": "null"}]}
        case Shape.TOTAL:
            return _total()


def _entry(register: Register | None = None) -> dict[str, Any]:
    """Describe an entry; of a register that says who was before, or what stands beside, with that."""
    vacant = register is not None and register.vacant
    brief, null = reference("Brief"), {"type": "null"}
    fields: dict[str, Any] = {
        "since": {"type": ["string", "null"] if vacant else "string"},
        "certainty": {"enum": ["certain", "possible", *(["unknown"] if vacant else []), None]},
        "contested": {"type": "boolean"},
        "last_reported": {"type": ["string", "null"]},
        "fact": {"anyOf": [brief, null]} if vacant or register is None else brief,
        "rivals": {"type": "array", "items": brief},
    }
    if vacant:
        fields["previous"] = {"anyOf": [_beside(), null]}
    for aside in () if register is None else register.asides:
        several = {"type": "array", "items": _beside()}
        fields[aside.name] = several if aside.many else {"anyOf": [_marked(), null]}
    if register is None:
        fields |= {"since": {"type": ["string", "null"]}}
        fields["certainty"] = {"enum": ["certain", "possible", "unknown", None]}
    return {**_object(fields), "additionalProperties": True}


def _beside() -> dict[str, Any]:
    """Describe an answer that is not the entry's own."""
    fields = {
        "since": {"type": "string"},
        "certainty": {"enum": ["certain", "possible", None]},
        "fact": reference("Brief"),
    }
    return {**_object(fields), "additionalProperties": True}


def _marked() -> dict[str, Any]:
    """Describe a fact in short that says something of an entry."""
    fields = {"id": {"type": "string", "format": "uuid"}, "since": {"type": "string"}}
    return {**_object(fields), "additionalProperties": True}


def _total() -> dict[str, Any]:
    return _object(
        {
            "low": {"type": "integer"},
            "high": {"type": ["integer", "null"]},
            "approximate": {"type": "boolean"},
            "facts": {"type": "array", "items": {"type": "string", "format": "uuid"}},
            "text": {"type": "string"},
            "contested": {"type": "boolean"},
            "rests_on": {"type": "string"},
            "cumulative": {"type": "array", "items": reference("Figure")},
            "uncounted": {"type": "array", "items": {"type": "string", "format": "uuid"}},
            "parts": {"type": "array", "items": _entry()},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    """Describe an object that has these properties, and for each list one that says how much more there is."""
    more = {
        f"{name}{MORE}": reference("More")
        for name, schema in properties.items()
        if schema.get("type") == "array"
    }
    return {
        "type": "object",
        "properties": {**properties, **more},
        "required": list(properties),
        "additionalProperties": False,
    }
