"""Adds the domain's limits on texts, numbers and lists to the OpenAPI document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from api.commands.bodies import BODIES, NegotiationChanges
from api.http.exchange.edtf_patterns import CUT
from domain.addresses import LONGEST_ADDRESS
from domain.fact import LONGEST_NAME
from domain.named import LONGEST_ID, Named
from domain.provenance import GRADE, LANGUAGE
from domain.quantity import LARGEST
from domain.streams.negotiation import SLUG, SNAPSHOT_NAME
from domain.texts import LONGEST_LIST, LONGEST_LISTS, SEVERAL_LINES
from domain.time.edtf_fault import LONGEST

_CONTROL: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029"
_UNSHOWN: Final = (
    r"\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef"
    r"\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
)
_ASTRAL: Final = (
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(chr(plane << 16 | last) for plane in range(1, 17) for last in (0xFFFE, 0xFFFF))
)
_REFUSED: Final = _CONTROL + _UNSHOWN + _ASTRAL
_REFUSED_IN_LINE: Final = _REFUSED + r"\n\r\u00ad"
_BLANK: Final = r"\s\u00ad\u0300-\u036f\u2800"
_TEXT: Final = {
    "minLength": 1,
    "pattern": f"^[^{_REFUSED}]*[^{_REFUSED}{_BLANK}][^{_REFUSED}]*$",
}
_LINE: Final = {
    "minLength": 1,
    "pattern": f"^[^{_REFUSED_IN_LINE}]*[^{_REFUSED_IN_LINE}{_BLANK}][^{_REFUSED_IN_LINE}]*$",
}
_ID: Final = {
    "minLength": 1,
    "pattern": rf"^(?:[^{_REFUSED_IN_LINE}\s][^{_REFUSED_IN_LINE}]*)?[^{_REFUSED_IN_LINE}{_BLANK}]"
    rf"(?:[^{_REFUSED_IN_LINE}]*[^{_REFUSED_IN_LINE}\s])?$",
}
"""A line without blanks at its ends."""
_EDTF: Final = {
    "format": "edtf",
    "minLength": 1,
    "maxLength": LONGEST,
    "description": "EDTF, level 0 to 2 (ISO 8601-2; Library of Congress, 2019).",
}
_LABEL: Final = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,30}[A-Za-z0-9_])?"
_ADDRESS: Final = {
    "maxLength": LONGEST_ADDRESS,
    "pattern": rf"^[Hh][Tt][Tt][Pp][Ss]?://(?:{_LABEL}\.){{0,4}}[A-Za-z](?:[A-Za-z0-9-]{{0,30}}[A-Za-z0-9])?"
    r"(?::[1-9][0-9]{0,3})?(?:[/?#][!#-;=?-\[\]-~]*)?$",
    "description": "An http or https address without a user. Letters of other scripts are read too, and the number of"
    " a host.",
}
_TARGET: Final = (
    rf"^(?:external:[^{_REFUSED_IN_LINE}\s](?:[^{_REFUSED_IN_LINE}]{{0,253}}[^{_REFUSED_IN_LINE}\s])?"
    r"|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$"
)
_FIELDS: Final[dict[str, dict[str, Any]]] = {
    "valid": _EDTF,
    "published": _EDTF,
    "ended": _EDTF,
    "sentence_ends": _EDTF,
    "accessed": _EDTF,
    "language": {"pattern": f"^{LANGUAGE.pattern}$"},
    "slug": {"minLength": 1, "maxLength": 100, "pattern": f"^{SLUG.pattern}$"},
    "matter": {**_LINE, "maxLength": LONGEST_NAME},
    "external_id": {**_ID, "maxLength": LONGEST_NAME},
    "grade": {"pattern": f"^{GRADE.pattern}$"},
    "as_of": {"pattern": CUT},
    "as_known_at": {"pattern": CUT},
}
_IN: Final[dict[tuple[str, str], dict[str, Any]]] = {
    ("SnapshotBody", "name"): {"minLength": 1, "pattern": f"^{SNAPSHOT_NAME.pattern}$"},
    ("CertificateBody", "question"): {"minLength": 1},
    ("Citation", "url"): _ADDRESS,
    (Named.__name__, "id"): {**_ID, "maxLength": LONGEST_ID},
    ("Citation", "archived_url"): _ADDRESS,
    ("Link", "fact"): {"minLength": 1, "pattern": _TARGET},
}
_NUMBERS: Final = {
    "sources": {"minimum": 0, "maximum": 10_000},
    "value": {"minimum": 0, "maximum": LARGEST},
    "low": {"minimum": 0, "maximum": LARGEST},
    "high": {"minimum": 0, "maximum": LARGEST},
    "position": {"minimum": 0},
}

_NOT_COUNTED: Final = {
    "properties": {"text": {"type": "null"}},
    "anyOf": [
        {"properties": {"value": {"type": "null"}}},
        {
            "required": ["value", "comparator"],
            "properties": {"value": {"const": 0}, "comparator": {"enum": ["lt", "approx"]}},
        },
    ],
}
"""What is neither a number nor words. Which words are a number, and agree with what stands beside them, no schema
tells."""
_BOUND: Final = {
    "readOnly": True,
    "description": "What follows from comparator and value, or from the text. Where neither says a number, low and"
    " high may be sent as a range of their own, low first; no schema can say that it must be.",
}


def constrain_components(schemas: dict[str, Any], kinds: Sequence[str]) -> dict[str, Any]:
    """Constrain the components that are sent; each kind's `kind` is required in what is sent."""
    sent = {body.__name__ for body in BODIES} | {
        NegotiationChanges.__name__,
        "Citation",
        "Confidential",
        "Quantity",
        "Link",
        Named.__name__,
        *kinds,
    }
    for name, schema in schemas.items():
        if name not in sent:
            continue
        for field, part in schema.get("properties", {}).items():
            _constrain(name, field, part)
        if name == NegotiationChanges.__name__:
            schema["minProperties"] = 1
        if name == "Quantity":
            schema["not"] = _NOT_COUNTED
            for end in ("low", "high"):
                schema["properties"][end].update(_BOUND)
        if name in kinds:
            schema["properties"]["kind"].pop("default", None)
            schema["required"] = ["kind", *(name for name in schema["required"] if name != "kind")]
            schema["properties"]["citations"]["minItems"] = 1
    return schemas


def _constrain(component: str, field: str, schema: dict[str, Any]) -> None:
    for part in (schema, *schema.get("anyOf", ())):
        if part.get("type") == "string" and not {"enum", "const"} & set(part):
            part.update(_IN.get((component, field)) or _FIELDS.get(field) or _text(field))
        elif part.get("type") == "integer":
            part.update(_NUMBERS.get(field, {}))
        elif part.get("type") == "array":
            part["maxItems"] = LONGEST_LISTS.get(field, LONGEST_LIST)
            items = part.get("items", {})
            for item in (items, *items.get("anyOf", ())):
                if item.get("type") == "string":
                    item.update(_LINE)


def _text(field: str) -> dict[str, Any]:
    return _TEXT if field in SEVERAL_LINES else _LINE
