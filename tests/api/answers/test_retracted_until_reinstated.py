"""On the published clock a fact stays retracted until its reinstatement is public, whatever else is public before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.api.asking import TALKS, Client

if TYPE_CHECKING:
    from collections.abc import Mapping

CHANGES: Final[Mapping[str, tuple[str, dict[str, Any]]]] = {
    "a correction": (
        "corrections",
        {"reason": "coding_error", "why": "w", "changes": {"summary": "x"}, "published": "2025-03"},
    ),
    "a report": ("corroborations", {"citation": {"publisher": "AP", "published": "2025-03-31"}}),
    "an end": ("end", {"ended": "2025-03-01", "published": "2025-03-31"}),
}


def status_at(client: Client, fact: str, day: str) -> int:
    return client.get(f"/v1/facts/{fact}?clock=published&as_known_at={day}").status


@pytest.mark.parametrize("change", CHANGES)
def test_a_retracted_fact_does_not_come_back_before_its_reinstatement(
    client: Client, change: str
) -> None:
    client.open()
    cited = [{"publisher": "Reuters", "published": "2025-01-10"}]
    fact = client.record(
        kind="custody", valid="2025-01-01", person="Ann", status="detained", citations=cited
    ).json["id"]
    retraction = {"reason": "coding_error", "why": "w", "published": "2025-02-10"}
    steps = (
        ("retraction", retraction),
        ("reinstatement", {"why": "w", "published": "2025-06-10"}),
        CHANGES[change],
    )
    for version, (path, body) in enumerate(steps, 1):
        answer = client.post(f"/v1/facts/{fact}/{path}", body, if_match=f'"{version}"')
        assert answer.status == 200, answer.json
    days = ("2025-01-20", "2025-02-20", "2025-04-20", "2025-06-20")
    assert [status_at(client, fact, day) for day in days] == [200, 410, 410, 200]
    state = client.get(f"{TALKS}?clock=published&as_known_at=2025-04-20&as_of=2025-02-01").json
    assert state["custody"] == []
    assert state["facts"]["retracted"] == 1
