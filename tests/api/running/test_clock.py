"""A write with a clock that is years ahead is noticed and changes nothing else; correcting it changes no event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from api.composition import Parley, compose
from api.http.app import create_app
from domain.errors import StateError
from domain.time.instant import format_instant
from infrastructure.projections.checking.comparison import compare_with_log
from infrastructure.proofs.verification import verify
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.api.running.wrong_clock import MINUTE, WHY, YEARS, Watched
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.api.asking import Answer
    from tests.api.desk import HeldClock
    from tests.databases import Kind

pytestmark = [pytest.mark.either_database, pytest.mark.usefixtures("small_shares")]


@pytest.fixture
def watched(database_url: str, tmp_path: Path, clock: HeldClock) -> Iterator[Watched]:
    settings = settings_of(database_url, PARLEY_LOG_KEY_FILE=str(tmp_path / "key"))
    parley = compose(settings, clock=clock, upgrade=False, signs=True)
    http = TestClient(create_app(parley), headers=authorize(parley), raise_server_exceptions=False)
    watched = Watched(parley, Client(http), clock)
    watched.client.open()
    assert watched.record("A").status == 201
    yield watched
    parley.close()


def test_after_a_wrong_time_nothing_is_recorded_or_signed_and_both_times_are_said(
    watched: Watched,
) -> None:
    watched.record_ahead("B")
    head = watched.head_at()
    refused = watched.record("C")
    assert (refused.status, refused.headers["retry-after"]) == (503, "60")
    assert refused.json["type"] == "urn:parley:problem:clock-in-doubt"
    assert "2025-11-22T12:03:00Z" in refused.json["detail"]
    assert "2035-11-20T12:02:00Z" in refused.json["detail"]
    retitled = {"reason": "refinement", "why": "so", "changes": {"title": "Other"}}
    for path, sent in ((FACTS, fact()), (f"{TALKS}/corrections", retitled)):
        tried = watched.client.post(f"{path}?dry_run=true", sent, if_match="*")
        assert (tried.status, tried.json) == (503, refused.json), path
    ready = watched.client.get("/readyz")
    assert (ready.status, ready.json["lacks"]) == (503, [refused.json["detail"]])
    publisher = watched.parley.publisher
    assert publisher is not None
    publisher.follow()
    assert publisher.refusal == refused.json["detail"]
    assert watched.client.get("/checkpoint").status in {404, 503}
    certified = watched.client.post("/v1/certificates", {"question": TALKS})
    assert certified.status == 503
    assert watched.head_at() == head
    assert watched.names("") == ["A", "B"]


def test_no_record_time_moves_the_present(watched: Watched) -> None:
    term = {"valid": "2025-11-01/2026-03-01", "kind": "appointment", "person": "P", "post": "Envoy"}
    assert watched.record("term", **term).status == 201
    watched.record_ahead("B")
    state = watched.client.get(TALKS)
    assert state.json["perspective"]["as_of"] == "2025-11-22T12:03:59.999999Z"
    assert [post["holder"] for post in state.json["posts"]] == ["P"]
    for cut in ("2030", "2025-11-23"):
        answer = watched.client.get(f"{TALKS}?as_known_at={cut}")
        assert "link" in answer.headers, "what lies in the future is never fixed"
    past = watched.client.get(f"{TALKS}?as_known_at=2025-11-22T12:01:30Z")
    assert "link" not in past.headers


def test_a_head_that_is_ahead_by_as_much_as_clocks_differ_hides_nothing(watched: Watched) -> None:
    watched.clock.now -= MINUTE // 2
    assert watched.record("B", valid="2025-11-22T12:01:30Z").status == 201
    watched.clock.now -= MINUTE
    assert watched.record("C", valid="2025-11-22T12:01:30Z").status == 201
    watched.clock.now -= MINUTE // 2
    assert watched.names("?match=certain") == ["A", "B", "C"]


def test_a_correction_lets_the_record_go_on_and_changes_no_answer_of_before(
    watched: Watched,
) -> None:
    [ahead, _] = watched.record_ahead("B", "C")
    addresses = [f"/v1/facts/{ahead.json['id']}", f"{TALKS}/audit", "/v1/changes", TALKS]
    pinned = [
        f"{path}?position={position}{more}"
        for path in addresses
        for position in (3, 4)
        for more in ("", "&as_known_at=2030&as_of=2026", "&as_known_at=2040&as_of=2026",
                     "&clock=published&as_known_at=2030&as_of=2026")
    ]  # fmt: skip
    before = {path: _read_answer(watched.client.get(path)) for path in pinned}
    said_at = watched.correct()
    assert said_at == 5
    assert watched.client.get("/readyz").status == 200
    recorded = watched.record("D")
    assert recorded.json["recorded_at"] == format_instant(watched.clock.now)
    assert {path: _read_answer(watched.client.get(path)) for path in pinned} == before
    right = watched.client.get("/v1/changes").json["items"]
    assert [each.get("recorded_by") for each in right] == [
        None,
        None,
        right[4]["recorded_at"],
        right[4]["recorded_at"],
        None,
        None,
    ]
    assert right[4]["event"] == "clock.corrected"
    assert right[4]["data"] == {"first": 3, "last": 4, "why": WHY}


def test_what_a_wrong_clock_recorded_was_known_when_that_was_said(watched: Watched) -> None:
    watched.record_ahead("B", "C")
    early = watched.clock.now
    watched.correct()
    said = watched.clock.now
    watched.record("D")
    cuts = {
        "": ["A", "B", "C", "D"],
        f"?as_known_at={format_instant(early)}": ["A"],
        f"?as_known_at={format_instant(said - 1)}": ["A"],
        f"?as_known_at={format_instant(said)}": ["A", "B", "C"],
        "?as_known_at=2026&as_of=2026": ["A", "B", "C", "D"],
        f"?clock=published&as_known_at={format_instant(said - 1)}": ["A"],
        f"?clock=published&as_known_at={format_instant(said)}": ["A", "B", "C"],
        "?position=4&as_known_at=2030&as_of=2026": ["A"],
        "?position=5&as_known_at=2030&as_of=2026": ["A", "B", "C"],
    }
    assert {query: watched.names(query) for query in cuts} == cuts
    answer = watched.client.get(f"{TALKS}?as_known_at={format_instant(said)}")
    assert "link" not in answer.headers, "the log has recorded past it"
    shown = watched.client.get(f"{TALKS}/timeline").json["items"]
    assert {each["fact"]["external_id"]: each.get("recorded_by") for each in shown} == {
        "A": None,
        "B": format_instant(said),
        "C": format_instant(said),
        "D": None,
    }


def test_what_was_sent_to_a_wrong_clock_is_replayed_and_can_be_erased(watched: Watched) -> None:
    [ahead] = watched.record_ahead("B")
    watched.correct()
    corrected = {"reason": "coding_error", "why": "Misread", "changes": {"summary": "Other"}}
    address = f"/v1/facts/{ahead.json['id']}"
    assert watched.client.post(f"{address}/corrections", corrected, if_match="*").status == 200
    again = watched.record("B")
    assert (again.status, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.body == ahead.body
    settings = {"review_erasure": False}
    assert watched.client.post(f"{TALKS}/settings", settings).status == 200
    gone = {"reason": "They asked for it"}
    assert watched.client.post(f"{address}/erasure", gone, if_match="*").status == 200
    assert watched.record("B").status == 410


def test_the_log_is_whole_and_survives_rebuilds_and_restores(
    watched: Watched, fresh_database: Callable[[Kind], str], tmp_path: Path
) -> None:
    watched.record_ahead("B", "C")
    watched.correct()
    watched.record("D")
    watched.parley.follow()
    assert watched.parley.publisher is not None
    watched.parley.publisher.publish()
    paths = [TALKS, f"{TALKS}/timeline", "/v1/changes", f"{TALKS}/audit"]
    cuts = ["position=6", "position=6&clock=published&as_known_at=2025-11-23&as_of=2026"]
    asked = [f"{path}?{cut}" for path in paths for cut in cuts]
    before = [watched.client.get(path).body for path in asked]
    assert watched.parley.rebuild().differences == ()
    watched.parley.back_up(tmp_path / "backup")
    for kind in ("sqlite-file", "postgresql"):
        parley = compose(settings_of(fresh_database(kind)), clock=watched.clock, upgrade=False)
        parley.restore(tmp_path / "backup")
        client = Client(TestClient(create_app(parley), headers=authorize(parley)))
        assert [client.get(path).body for path in asked] == before
        _assert_sound(parley)
        parley.close()
    _assert_sound(watched.parley)


def test_a_correction_by_a_wrong_clock_is_corrected_too(watched: Watched) -> None:
    watched.record_ahead("B")
    watched.clock.now += YEARS // 2
    watched.correct()
    watched.record("C")
    watched.clock.now -= YEARS // 2
    assert watched.record("D").status == 503
    assert watched.correct() == 6
    assert watched.record("D").status == 201
    said = watched.parley.ledger.recorder.select_notifications(6, 1)[0].recorded_at  # type: ignore[attr-defined]
    items = watched.client.get("/v1/changes").json["items"]
    marked = [item.get("recorded_by") for item in items]
    assert marked == [None, None, *[format_instant(said)] * 3, None, None]
    assert watched.names(f"?as_known_at={format_instant(said - 1)}") == ["A"]
    assert watched.names(f"?as_known_at={format_instant(said)}") == ["A", "B", "C"]
    _assert_sound(watched.parley)


def test_a_log_whose_clock_alone_is_ahead_is_corrected_too(watched: Watched) -> None:
    watched.parley.ledger.recorder.settle(watched.clock.now + YEARS)  # type: ignore[attr-defined]
    assert watched.record("B").status == 503
    position = watched.correct()
    assert watched.record("B").status == 201
    data = watched.client.get(f"/v1/changes?after={position - 1}").json["items"][0]["data"]
    assert (data["first"], data["last"]) == (position, position - 1)
    _assert_sound(watched.parley)


def test_a_correction_that_was_wrong_itself_is_withdrawn(watched: Watched) -> None:
    """A clock that was a year behind called right times wrong; then more was recorded."""
    watched.record("B")
    right = watched.head_at()
    watched.clock.now -= YEARS // 10
    corrected = watched.correct()
    watched.record("C")
    pinned = [f"{path}?position=5" for path in (TALKS, f"{TALKS}/timeline", "/v1/changes")]
    before = [watched.client.get(path).body for path in pinned]
    with pytest.raises(StateError, match="set this machine's clock right first"):
        watched.parley.withdraw_correction(corrected, WHY)
    watched.clock.now += YEARS // 10
    watched.record("D")
    with pytest.raises(StateError, match=f"is at position {corrected}, not 3"):
        watched.parley.withdraw_correction(3, WHY)
    cut = f"?as_known_at={format_instant(right)}&as_of=2026"
    assert watched.names(cut) == ["A", "B", "C"], "as long as the correction stands"
    watched.clock.now += MINUTE
    withdrawn = watched.parley.withdraw_correction(corrected, WHY)
    assert watched.names(cut) == ["A", "B"]
    assert watched.names(f"?as_known_at={format_instant(right - 1)}&as_of=2026") == ["A"]
    said = format_instant(withdrawn.recorded_at)
    assert watched.names(f"?as_known_at={said}&as_of=2026") == ["A", "B", "C", "D"]
    assert watched.names(f"?as_known_at={said}&as_of=2026&clock=published") == ["A", "B", "C", "D"]
    published = f"?as_known_at={format_instant(right)}&as_of=2026&clock=published"
    assert watched.names(published) == ["A", "B"]
    items = watched.client.get("/v1/changes").json["items"]
    assert [item.get("recorded_by") for item in items] == [None] * 3 + [said] * 2 + [None] * 2
    assert items[-1]["event"] == "clock.correction_withdrawn"
    data = {"correction": corrected, "first": corrected, "last": corrected + 1, "why": WHY}
    assert items[-1]["data"] == data
    assert [watched.client.get(path).body for path in pinned] == before
    assert watched.client.get("/readyz").status == 200
    assert watched.record("E").status == 201
    with pytest.raises(StateError, match="no correction of the clock"):
        watched.parley.withdraw_correction(corrected, WHY)
    _assert_sound(watched.parley)
    assert watched.parley.rebuild().differences == ()


def test_nothing_is_corrected_that_is_not_wrong_or_was_not_seen(watched: Watched) -> None:
    assert watched.parley.wrong_times() is None
    watched.record_ahead("B")
    seen = watched.parley.wrong_times()
    assert seen is not None
    watched.record_ahead("C")
    with pytest.raises(StateError, match="run the command again"):
        watched.parley.correct_clock(seen, WHY)
    watched.correct()
    with pytest.raises(StateError, match="nothing to correct"):
        watched.parley.correct_clock(seen, WHY)


def _read_answer(answer: Answer) -> tuple[int, bytes, str | None]:
    return answer.status, answer.body, answer.headers.get("etag")


def _assert_sound(parley: Parley) -> None:
    """Check that the log and its times are intact, and that the tables match the log."""
    assert parley.wrong_times() is None
    with parley.database.reading() as connection:
        assert verify(connection).wrong is None
        assert compare_with_log(connection, parley.ledger.codec, parley.clock()) == []
