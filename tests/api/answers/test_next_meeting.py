"""The next meeting is the earliest plan that may still be ahead; other plans that may come sooner stand beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.answers.claims.reports import make_report
from tests.api.asking import TALKS

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Body
    from tests.api.asking import Client

pytestmark = pytest.mark.either_database


def plan_talks(valid: str, matter: str, publisher: str = "Reuters", **fields: Any) -> Body:  # noqa: ANN401 -- a fact's fields
    """Facts about planned talks, whose summary is their date."""
    content = {"form": "talks", "stage": "planned", "participants": ["A", "B"], "summary": valid}
    return make_report("meeting", publisher, **{"published": "2025-11-01", **content, **fields}) | {
        "valid": valid,
        "matter": matter,
    }


def record(client: Client, *facts: Body) -> None:
    client.open()
    for fact in facts:
        answer = client.post(f"{TALKS}/facts", fact)
        assert answer.status == 201, answer.json


def read_upcoming(client: Client, as_of: str) -> tuple[str, str | None, bool, set[str]] | None:
    """The summary of the next meeting, its certainty, whether it is contested, and the summaries shown beside it."""
    meeting = client.get(f"{TALKS}?as_of={as_of}").json["meetings"]["next"]
    if meeting is None:
        return None
    beside = {rival["summary"] for rival in meeting["rivals"]}
    return meeting["fact"]["summary"], meeting["certainty"], meeting["contested"], beside


def test_talks_planned_within_a_stretch_hide_no_plan_that_may_come_sooner(client: Client) -> None:
    days = "2025-12-01/2025-12-20"
    record(
        client, plan_talks("2026-03-01", "c"), plan_talks(days, "a"), plan_talks("2025-12-10", "b")
    )
    found = {
        as_of: read_upcoming(client, as_of) for as_of in ("2025-11-25", "2025-12-09", "2025-12-10")
    }
    assert found == {
        "2025-11-25": (days, None, False, {"2025-12-10"}),
        "2025-12-09": (days, "possible", False, {"2025-12-10"}),
        "2025-12-10": (days, "possible", False, {"2026-03-01"}),
    }
    assert read_upcoming(client, "2025-12-20") == ("2026-03-01", None, False, set())
    assert read_upcoming(client, "2026-03-01") is None
    surely = [
        read_upcoming(client, f"{as_of}&match=certain")
        for as_of in ("2025-11-25", "2025-12-10", "2025-12-20")
    ]
    assert surely == [found["2025-11-25"], None, ("2026-03-01", None, False, set())]
    since = client.get(f"{TALKS}?as_of=2025-11-25").json["meetings"]["next"]["since"]
    assert since == "[2025-12-01..2025-12-20]"


def test_talks_planned_for_a_month_hide_no_plan_of_that_month(client: Client) -> None:
    reported = [{"publisher": each, "published": "2025-11-01"} for each in ("AP", "AFP")]
    record(
        client,
        plan_talks("2025-12-15", "b", citations=reported),
        plan_talks("2025-12", "a"),
        plan_talks("2026-01", "c"),
    )
    found = {
        as_of: read_upcoming(client, as_of) for as_of in ("2025-11-25", "2025-12-09", "2025-12-15")
    }
    assert found == {
        "2025-11-25": ("2025-12", None, False, {"2025-12-15"}),
        "2025-12-09": ("2025-12", "possible", False, {"2025-12-15"}),
        "2025-12-15": ("2025-12", "possible", False, {"2026-01"}),
    }


def test_where_papers_disagree_on_the_day_of_talks_other_talks_before_the_last_may_be_next(
    client: Client,
) -> None:
    record(
        client,
        plan_talks("2025-12-12", "a"),
        plan_talks("2025-12-15", "a", "AP"),
        plan_talks("2025-12-14", "b"),
        plan_talks("2025-12-16", "c"),
    )
    beside = {"2025-12-14", "2025-12-15"}
    assert read_upcoming(client, "2025-12-01") == ("2025-12-12", None, True, beside)


def test_an_editors_preference_decides_between_reports_of_one_meeting_alone(client: Client) -> None:
    record(client, plan_talks("2025-12-12", "a"), plan_talks("2025-12-14", "b"))
    later = client.record(**plan_talks("2025-12-15", "a", "AP"))
    far = client.record(**plan_talks("2026-03-01", "c"))
    for each in (later, far):
        address, mark = each.headers["location"], {"preferred": True, "why": "confirmed"}
        assert client.post(f"{address}/preference", mark, if_match="*").status == 200
    assert read_upcoming(client, "2025-12-01") == ("2025-12-14", None, False, {"2025-12-12"})
    assert read_upcoming(client, "2025-12-14") == ("2025-12-15", None, False, set())
