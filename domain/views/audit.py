"""Lists the audit: every later change of a fact or of the negotiation, with the fields that it changed.

It has no recording of a fact and no corroboration; these are in the history of the fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from domain.errors import ContentError
from domain.fact import differences
from domain.views.brief import describe_briefly, describe_negotiation, describe_record_time
from domain.views.known.timeslices import pair_changes, select_known
from domain.views.naming import MOST_TERMS, Names
from domain.views.terms import BORNE, PART, terms_of
from domain.views.versions import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from domain.streams.negotiation import Negotiation
    from domain.time.perspective import Perspective
    from domain.views.negotiation_changes import Correction
    from domain.views.versions import FactVersion

Change = tuple["FactVersion | None", "FactVersion"]
"""A fact before and after an event; None before its recording."""
Order = Literal["oldest", "newest"]
"""Which changes come first: by position in the log, upwards or downwards."""
AUDITED_EVENTS: Final = (
    "fact.corrected",
    "fact.ended",
    "fact.retracted",
    "fact.reinstated",
    "fact.preferred",
    "fact.sources_erased",
    "fact.erased",
)

_NAMED_TOO_OFTEN: Final = f"more than {MOST_TERMS:,} names: search for one of them"


@dataclass(frozen=True, kw_only=True)
class AuditQuery:
    """A part of an audit: at most `limit` changes in an `order`, which follow the one at the position `after`.

    With `person`, only changes of facts that name this person. None means no limit, the first part, and everybody.
    """

    person: str | None = None
    order: Order = "oldest"
    after: int | None = None
    limit: int | None = None

    @property
    def newest_first(self) -> bool:
        """Whether the positions go downwards."""
        return self.order == "newest"

    def follows(self, position: int) -> bool:
        """Whether a position comes after `after` in the order."""
        if self.after is None:
            return True
        return position < self.after if self.newest_first else position > self.after


def list_audit(
    history: Iterable[FactVersion], perspective: Perspective, person: str | None = None
) -> list[Change]:
    """The audited changes that the perspective knows, in the order of the log; only about a `person`, if given."""
    recorded = list(history)
    changes = pair_changes(recorded, perspective)
    audited = [change for change in changes if is_audited(change[1])]
    if person is None:
        return audited
    standing = (v for v in select_known(recorded, perspective) if v.record.stands)
    names = Names.of(Seen(version=version, certainty=None) for version in standing)
    terms = names.terms("person", person)
    ids = find_ids(terms, person)
    borne = {term for change in changes for term in _terms(change) if bears(term, ids)}
    terms = add_borne(terms, borne)
    return [change for change in audited if tells_of(change, terms)]


def find_ids(terms: Iterable[tuple[str, str]], person: str) -> set[str]:
    """The ids that `person` may mean, if the timeline finds the person by these terms; the text may be an id itself.

    The audit finds the person under each name that bears such an id, in retracted and earlier versions too.
    """
    return {person, *(term.partition(PART)[2] for field, term in terms if field == BORNE)}


def bears(term: tuple[str, str], ids: set[str]) -> bool:
    """Whether a term stands for a name with one of the ids."""
    return term[0] == BORNE and term[1].partition(PART)[2] in ids


def add_borne(
    terms: set[tuple[str, str]], borne: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """The terms of a person, with those of other names of their ids; ContentError if they are too many."""
    joined = terms.union(borne)
    if len(joined) > MOST_TERMS:
        raise ContentError.at("/person", _NAMED_TOO_OFTEN)
    return joined


def tells_of(change: Change, terms: set[tuple[str, str]]) -> bool:
    """Whether a change is about the person with these terms: the fact names them before the change or after it."""
    return not terms.isdisjoint(_terms(change))


def _terms(change: Change) -> set[tuple[str, str]]:
    """The terms of a fact before and after a change; an erased fact has none."""
    left = (version.record for version in change if version is not None)
    return {term for record in left if not record.erased for term in terms_of(record.fact)}


def describe_version(before: FactVersion | None, after: FactVersion) -> dict[str, Any]:
    """One version of a fact as a change: {version, position, recorded_at, actor, event, reason, why, changes}."""
    return {
        "version": after.record.version,
        "position": after.position,
        **describe_record_time(after.recorded_at, after.recorded_by),
        "actor": after.actor,
        **({} if after.batch is None else {"batch": after.batch}),
        "event": after.event,
        "reason": after.reason,
        "why": after.why,
        "changes": _changes(before, after),
    }


def is_audited(version: FactVersion) -> bool:
    """Whether the audit lists a version; of an erased fact it lists only the erasure."""
    erased = version.record.erased
    return version.event in AUDITED_EVENTS and (not erased or version.event == "fact.erased")


def describe_change(
    before: FactVersion | None, after: FactVersion, approvers: Sequence[str]
) -> dict[str, Any]:
    """An item of the audit: the change, who approved it besides its actor, and the fact as it stood afterwards."""
    return _item(describe_version(before, after), approvers, {"fact": describe_briefly(after)})


def describe_correction(
    before: Negotiation, after: Negotiation, correction: Correction
) -> dict[str, Any]:
    """A correction of a negotiation as a change, in the shape that `describe_version` gives."""
    return {
        "version": correction.version,
        "position": correction.position,
        **describe_record_time(correction.recorded_at, correction.recorded_by),
        "actor": correction.actor,
        "event": correction.event,
        "reason": correction.reason,
        "why": correction.why,
        "changes": differences(before.content, after.content),
    }


def describe_negotiation_change(
    before: Negotiation, after: Negotiation, correction: Correction, approvers: Sequence[str]
) -> dict[str, Any]:
    """The item of the audit for a correction of the negotiation itself; it has no fact."""
    about = {"fact": None, "negotiation": describe_negotiation(after)}
    return _item(describe_correction(before, after, correction), approvers, about)


def _item(
    changed: dict[str, Any], approvers: Sequence[str], about: dict[str, Any]
) -> dict[str, Any]:
    """An item: the change, who approved it, and what it is about, with its keys in the order of the audit."""
    del changed["version"]
    first = ("position", "recorded_at", "recorded_by", "actor", "event")
    return {
        **{field: changed.pop(field) for field in first if field in changed},
        "approvers": [*approvers],
        **about,
        **changed,
    }


def _changes(before: FactVersion | None, after: FactVersion) -> list[dict[str, Any]]:
    """The fields of the fact that changed, and then its status and its mark where they changed."""
    if before is None:
        return []
    changes = [
        dict(difference) for difference in differences(before.record.fact, after.record.fact)
    ]
    for field in ("status", "preferred"):
        was, is_ = getattr(before.record, field), getattr(after.record, field)
        if was != is_:
            changes.append({"field": field, "before": was, "after": is_})
    return changes
