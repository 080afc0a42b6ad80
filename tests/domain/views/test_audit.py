"""The audit: every later change of a fact, with the fields that it changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given

from domain.provenance import Citation
from domain.streams.event import STORED_NAMES
from domain.time.instant import format_instant
from domain.views.audit import AUDITED_EVENTS, describe_change, describe_version
from domain.views.known.timeslices import fold_versions
from tests.examples import fact
from tests.strategies import SOME, histories
from tests.written_log import Log

if TYPE_CHECKING:
    from domain.streams.entry import Entry
    from domain.views.versions import FactVersion

AP = Citation(publisher="AP", published="2025-09-12")


def history(stream: list[FactVersion]) -> list[dict[str, Any]]:
    """Each version as a change of the one before it."""
    return [
        describe_version(before, after)
        for before, after in zip((None, *stream), stream, strict=False)
    ]


def take_last_two(log: Log) -> tuple[FactVersion, FactVersion]:
    *_, before, after = log.versions()
    return before, after


def changes(log: Log) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = describe_version(*take_last_two(log))["changes"]
    return shown


def test_a_first_version_changes_nothing() -> None:
    log = Log()
    log.record(fact("release"))
    first = describe_version(None, log.versions()[0])
    assert (first["version"], first["event"], first["changes"]) == (1, "fact.recorded", [])
    assert (first["reason"], first["why"], first["actor"]) == (None, None, "desk")


def test_a_correction_shows_each_field_before_and_after() -> None:
    log = Log()
    log.correct(log.record(fact("release")), valid="2025-09-12", reason="better_evidence")
    before, after = take_last_two(log)
    assert describe_version(before, after) == {
        "version": 2,
        "position": 3,
        "recorded_at": format_instant(after.recorded_at),
        "actor": "editor",
        "event": "fact.corrected",
        "reason": "better_evidence",
        "why": "they say so",
        "changes": [
            {"field": "valid", "before": "2025-09-11", "after": "2025-09-12"},
            {"field": "status", "before": "recorded", "after": "corrected"},
        ],
    }


def test_an_end_a_retraction_its_undoing_and_a_mark_show_what_they_changed() -> None:
    log = Log()
    id_ = log.record(fact("custody", valid="2021-06/.."))
    log.end(id_, "2025-09-11")
    assert changes(log) == [
        {"field": "valid", "before": "2021-06/..", "after": "2021-06/2025-09-11"},
        {"field": "status", "before": "recorded", "after": "ended"},
    ]
    log.retract(id_)
    assert changes(log) == [{"field": "status", "before": "ended", "after": "retracted"}]
    log.reinstate(id_)
    assert changes(log) == [{"field": "status", "before": "retracted", "after": "ended"}]
    log.prefer(id_)
    assert changes(log) == [{"field": "preferred", "before": False, "after": True}]


def test_an_entry_cites_the_fact_as_the_change_left_it() -> None:
    log = Log()
    log.correct(log.record(fact("release", summary="52")), summary="51")
    entry = describe_change(*take_last_two(log), ["Bo"])
    assert list(entry) == [
        "position",
        "recorded_at",
        "actor",
        "event",
        "approvers",
        "fact",
        "reason",
        "why",
        "changes",
    ]
    assert (entry["fact"]["summary"], entry["fact"]["version"]) == ("51", 2)


def test_a_corroboration_is_in_the_history_and_not_in_the_audit() -> None:
    log = Log()
    log.corroborate(log.record(fact("release")), AP)
    assert "fact.corroborated" not in AUDITED_EVENTS
    assert [entry["event"] for entry in history(log.versions())] == [
        "fact.recorded",
        "fact.corroborated",
    ]
    assert [change["field"] for change in changes(log)] == ["citations"]


def test_the_audit_has_every_event_but_recordings_and_corroborations() -> None:
    others = {"fact.recorded", "fact.corroborated"}
    facts = {name for name in STORED_NAMES if name.startswith("fact.")}
    assert set(AUDITED_EVENTS) == facts - others


@SOME
@given(histories())
def test_a_history_told_field_by_field_can_be_retold(entries: list[Entry]) -> None:
    streams: dict[object, list[FactVersion]] = {}
    for version in fold_versions(entries):
        streams.setdefault(version.record.id, []).append(version)
    for stream in streams.values():
        told = history(stream)
        assert [entry["version"] for entry in told] == list(range(1, len(stream) + 1))
        statuses = ["recorded"]
        for before, after, entry in zip(stream, stream[1:], told[1:], strict=False):
            assert all(change["before"] != change["after"] for change in entry["changes"])
            fields = [change["field"] for change in entry["changes"]]
            turned = before.record.status != after.record.status
            own = before.record.fact != after.record.fact
            marked = before.record.preferred != after.record.preferred
            assert bool(fields) is (turned or own or marked)
            if turned:
                last = [change for change in entry["changes"] if change["field"] == "status"][-1]
                assert last["before"] == statuses[-1]
                statuses.append(last["after"])
        assert statuses[-1] == stream[-1].record.status
