"""A record in which every text is hostile, stored as it was possible before such texts were refused."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, Final, Literal, get_args, get_origin, get_type_hints

from domain.fact import KINDS, LONGEST_NAME, fact_id
from domain.streams.event import FactRecorded, NegotiationOpened
from domain.streams.negotiation import negotiation_id
from tests.api.asking import fact
from tests.examples import full_fact

if TYPE_CHECKING:
    from api.composition import Parley
    from domain.fact import Fact
    from tests.web.browsing import Reader

_LONG: Final = frozenset({"summary", "content", "question", "quote", "note", "topic"})
"""Fields that hold long texts."""
_KEPT: Final = frozenset(
    {"kind", "valid", "external_id", "links", "published", "accessed", "sentence_ends"}
)
UNNAMED: Final = frozenset({"numbers", "compare", "audit"})
"""Pages that need not name the only fact."""
HOSTILE_TEXTS: Final = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt;",
    "</title></textarea></svg>",
)


def store_hostile(parley: Parley, text: str, address: str = "javascript:alert(1)") -> None:
    """Store a negotiation, `talks`, with a fact of each kind, in which this text and address replace all others."""
    talks = negotiation_id("talks")
    name = text[:LONGEST_NAME]
    opened = NegotiationOpened(
        originator_id=talks,
        originator_version=1,
        actor=name,
        slug="talks",
        title=name,
        parties=(name,),
        summary=text,
    )
    recorded = [
        FactRecorded(
            originator_id=fact_id(talks, kind),
            originator_version=1,
            actor=name,
            negotiation_id=talks,
            fact=_make_hostile(replace(full_fact(kind), external_id=kind), text, address),
        )
        for kind in sorted(KINDS)
    ]
    parley.ledger.append([opened, *recorded])


def _make_hostile(value: Fact, text: str, address: str) -> Fact:
    """The fact with each text and address replaced."""
    return replace(value, **_replace_texts(value, text, address))


def _replace_texts(value: Any, text: str, address: str) -> dict[str, Any]:  # noqa: ANN401 -- a fact or a part of one
    hints = get_type_hints(type(value))
    replaced: dict[str, Any] = {}
    for field in fields(value):
        old = getattr(value, field.name)
        if field.name in _KEPT or old is None or _is_of_few_words(hints[field.name]):
            continue
        new = text if field.name in _LONG else text[:LONGEST_NAME]
        if field.name.endswith("url"):
            replaced[field.name] = address
        elif isinstance(old, str):
            replaced[field.name] = new
        elif isinstance(old, tuple):
            replaced[field.name] = tuple(
                new
                if isinstance(part, str)
                else replace(part, **_replace_texts(part, text, address))
                for part in old
            )
    return replaced


def _is_of_few_words(hint: Any) -> bool:  # noqa: ANN401 -- any annotation
    return get_origin(hint) is Literal or any(_is_of_few_words(part) for part in get_args(hint))


def import_facts(reader: Reader, *facts: dict[str, Any]) -> None:
    """Import facts into a new negotiation, `talks`."""
    reader.editor.open()
    lines = "\n".join(json.dumps(fact(**each)) for each in facts)
    address = "/v1/negotiations/talks/import"
    sent = reader.editor.post(address, lines.encode(), content_type="application/x-ndjson")
    assert sent.status == 200, sent.json
    assert sent.json["recorded"] == len(facts), sent.json
