"""Short ways to write reports of sources as facts, and the states that follow from them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.asking import Client

Body = dict[str, Any]
Sums = dict[str, tuple[list[Body], tuple[int, int | None, str, bool, int]]]
"""{name of a case: (facts, (low, high, text, contested, number of uncounted facts) of their total)}."""
AT: Final = "2025-12-31"


def make_report(kind: str, publisher: str = "Reuters", **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """The body of a fact, reported by one paper."""
    citation = {"publisher": publisher, "published": fields.pop("published", "2025-09-12")}
    content = {"summary": f"What {publisher} says", "citations": [citation]}
    return {"kind": kind, "valid": "2025-09-11", **content, **fields}


def tell_release(
    number: int | str | None = None,
    publisher: str = "Reuters",
    **fields: Any,  # noqa: ANN401
) -> Body:
    """A release of a number of people, in figures or in words."""
    if number is None:
        return make_report("release", publisher, **fields)
    said = {"value": number} if isinstance(number, int) else {"text": number}
    quantity = {"what": fields.pop("what", "released"), "basis": fields.pop("basis", None), **said}
    return make_report("release", publisher, quantities=[quantity], **fields)


def tie(relation: str, *facts: str) -> list[dict[str, str]]:
    return [{"relation": relation, "fact": f"external:{fact}"} for fact in facts]


def states(client: Client, cases: Mapping[str, list[Body]], at: str = AT) -> dict[str, Body]:
    """The state of each case; each case is recorded in a negotiation of its own."""
    found = {}
    for number, (name, facts) in enumerate(cases.items()):
        slug = f"case-{number}"
        client.open(slug)
        for fact in facts:
            answer = client.post(f"/v1/negotiations/{slug}/facts", fact)
            assert answer.status == 201, (name, answer.json)
        match = "&match=certain" if "certain" in name else ""
        found[name] = client.get(f"/v1/negotiations/{slug}?as_of={at}{match}").json
    return found
