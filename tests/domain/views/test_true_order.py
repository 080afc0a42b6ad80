"""If every report is right, no answer leaves out what was truly last, or what is truly next.

Events are drawn first, then reports of when they were: vague or exact, once or several times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import given, note, settings
from hypothesis import strategies as st

from domain.time.instant import format_instant
from domain.views.custody import HELD
from domain.views.naming import Names
from domain.views.people import PeopleFilter, list_people
from tests.domain.views.test_true_sources import FIRST, dates_of
from tests.drawn_facts import DAY, HOUR
from tests.examples import fact
from tests.strategies import SOME
from tests.thorough import choose_count
from tests.written_log import Log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.fact import Fact
    from domain.time.perspective import Match

ONCE: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "meeting": ("meetings", {"form": "talks", "stage": "held", "participants": ("A", "B")}),
    "statement": ("statements", {"speaker": "A"}),
    "response": ("responses", {"asked": "A", "answer": "declined"}),
    "incident": ("incidents", {"form": "arrests", "actor": "A", "target": "B"}),
}
ANN: Final = "Ann Example"
STATUSES: Final = ("detained", "sentenced", "free", "charged", "missing")
Story = list[tuple[int, list["Fact"]]]
"""(instant of an event, the reports of it), in the order of the events."""


def instants() -> st.SearchStrategy[int]:
    """An instant within a few days, so that reports of different events may overlap."""
    return st.builds(
        lambda day, hour: FIRST + day * DAY + hour * HOUR,
        st.integers(0, 9),
        st.sampled_from((0, 10, 23)),
    )


def draw_story(data: st.DataObject, kind: str, *, lasting: bool = False, **fields: Any) -> Story:  # noqa: ANN401 -- a fact's fields
    """A few events of one kind, each reported once or twice; if `lasting`, reports give only the beginning."""
    story: Story = []
    for index, at in enumerate(sorted(data.draw(st.sets(instants(), min_size=1, max_size=4)))):
        dates = [date for date in dates_of(at) if "/" not in date or not lasting]
        days = data.draw(st.lists(st.sampled_from(dates), min_size=1, max_size=2))
        said = {"summary": str(index), "matter": f"m-{index}", **fields}
        story.append((at, [fact(kind, valid=day, **said) for day in days]))
    return story


def record(data: st.DataObject, story: Story) -> Log:
    log = Log()
    facts = [each for _, told in story for each in told]
    for each in data.draw(st.permutations(facts)):
        log.record(each)
    note("\n".join(f"{format_instant(at)} {[f.valid for f in told]}" for at, told in story))
    return log


def summaries(entry: dict[str, Any]) -> set[str]:
    return {each["summary"] for each in (entry["fact"], *entry["rivals"])}


@settings(SOME, max_examples=choose_count(30, 2_000))
@given(data=st.data(), kind=st.sampled_from(sorted(ONCE)), as_of=instants())
def test_what_happened_last_is_shown_or_stands_beside_it(
    data: st.DataObject, kind: str, as_of: int
) -> None:
    section, said = ONCE[kind]
    story = draw_story(data, kind, **said)
    state = record(data, story).state(as_of=format_instant(as_of))
    happened = [index for index, (at, _) in enumerate(story) if at <= as_of]
    if not happened:
        return
    entry = state["meetings"]["last"] if kind == "meeting" else next(iter(state[section]), None)
    assert entry is not None
    assert str(happened[-1]) in summaries(entry)


@settings(SOME, max_examples=choose_count(30, 2_000))
@given(data=st.data(), as_of=instants())
def test_what_comes_next_is_shown_or_stands_beside_it(data: st.DataObject, as_of: int) -> None:
    story = draw_story(data, "meeting", form="talks", stage="planned", participants=("A", "B"))
    entry = record(data, story).state(as_of=format_instant(as_of))["meetings"]["next"]
    ahead = [index for index, (at, _) in enumerate(story) if at > as_of]
    if ahead:
        assert entry is not None
        assert str(ahead[0]) in summaries(entry)


@settings(SOME, max_examples=choose_count(30, 2_000))
@given(data=st.data(), as_of=instants())
def test_who_is_said_to_be_held_or_not_may_be(data: st.DataObject, as_of: int) -> None:
    story: Story = []
    became: list[str] = []
    for at, told in draw_story(data, "custody", lasting=True, person=ANN, status="detained"):
        status = data.draw(st.sampled_from(STATUSES))
        story.append((at, [_make_change(status, each) for each in told]))
        became += [status] if at <= as_of else []
    log = record(data, story)
    note(f"{became}")
    text = format_instant(as_of)
    where = [status for status in became if status != "charged"]
    truly = bool(where) and where[-1] in {"detained", "sentenced"}
    may_be, surely = _is_held(log, text, "possible"), _is_held(log, text, "certain")
    entry = next(iter(log.state(as_of=text)["custody"]), None)
    if entry is None or entry["status"] == "charged":
        assert may_be or not truly
        assert truly or not surely
    elif entry["certainty"] == "certain" and not entry["rivals"]:
        assert may_be == surely == truly


def _make_change(status: str, report: Fact) -> Fact:
    content = {"valid": report.valid, "matter": report.matter, "summary": status}
    if status == "free":
        return fact("release", people=(ANN,), **content)
    return fact("custody", person=ANN, status=status, **content)


def _is_held(log: Log, as_of: str, match: Match) -> bool:
    slice_: Sequence[Any] = log.slice(as_of=as_of, match=match)
    versions, names = [seen.version for seen in slice_], Names.of(slice_)
    asked = PeopleFilter(status=HELD)
    items, _ = list_people(versions, names, log.perspective(as_of=as_of, match=match), asked).page(
        None, 1
    )
    return bool(items)
