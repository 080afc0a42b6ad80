"""Declares the ways in which a form changes a fact: its name, its fields, and the address to which it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from api.commands.changes import OPS
from api.commands.importing.form_cells import FormCells, cells_of_fact, read_form_cells
from api.web.forms.change_fields import choice, text_field
from api.web.forms.fields import FieldGroup, fields_of_entry, groups_of, select_known_cells
from domain.access import Scope
from domain.streams.event import Reason

_REASONS: Final = get_args(Reason)
_WHY: Final = "for the audit: how you know"
_PUBLISHED: Final = (
    "the day on which this was published, such as 2025-09-11; empty: the time of recording"
)
_WHY_ERASED: Final = "for the log, which keeps it: name nobody, and repeat nothing of the claim"
_PUBLISHED_LABEL: Final = "Made public"
ERASED: Final = ("fact", "sources")
"""What can be erased: the whole fact, or only its confidential sources."""
_WHAT: Final = "the whole fact, or only what is kept in confidence about its sources"
_OWN: Final = ("what", "reason", "why", "published", "ended")
"""The fields of the change itself, which are not fields of the fact."""


@dataclass(frozen=True, kw_only=True)
class Deed:
    """One way to change a fact: its `name` in addresses of pages, `path` in the API's, and the words of its form.

    One that `asks_again` cannot be taken back, and is only offered once it was checked.
    """

    name: str
    path: str
    link: str
    heading: str
    says: str
    button: str
    asks_again: bool = False

    @property
    def scope(self) -> Scope:
        """The scope that a key needs for it."""
        return OPS[self.name].scope

    def is_for(self, *, withdrawn: bool) -> bool:
        """Whether it is offered: for a fact that is not withdrawn or, with `withdrawn`, for one that is."""
        return self.name == "erase" or (self.name == "reinstate") == withdrawn

    def groups(
        self,
        record: Mapping[str, Any],
        fields: Mapping[str, str],
        faults: Mapping[str, str],
        shown: Mapping[str, int],
    ) -> list[FieldGroup]:
        """The fields of its form, as they are filled in."""
        if self.name == "correct":
            about = self._about(fields, faults, reason=True)
            return [*groups_of(record["fact"]["kind"], fields, faults, shown), about]
        if self.name == "corroborate":
            source = fields_of_entry(fields, faults, needed=True)
            return [source, self._about(fields, faults, needed=False)]
        if self.name == "end":
            ended = text_field(
                "ended",
                "Ended",
                fields,
                faults,
                "a date in EDTF: 2025-09-11, 2025-09",
                needed=True,
                dated=True,
            )
            source = fields_of_entry(fields, faults, needed=False)
            end = FieldGroup(title="The end", fields=[ended])
            return [end, source, self._about(fields, faults, needed=False)]
        if self.name == "erase":
            why = text_field(
                "reason", "Why", fields, faults, _WHY_ERASED, needed=True, several=True
            )
            what = choice("what", "What to erase", ERASED, fields, faults, _WHAT)
            return [FieldGroup(title="About the erasure", fields=[what, why])]
        return [self._about(fields, faults, reason=self.name == "retract")]

    def _about(
        self,
        fields: Mapping[str, str],
        faults: Mapping[str, str],
        *,
        reason: bool = False,
        needed: bool = True,
    ) -> FieldGroup:
        """The fields about the change itself."""
        about = [choice("reason", "Reason", _REASONS, fields, faults)] if reason else []
        about.append(text_field("why", "Why", fields, faults, _WHY, needed=needed, several=True))
        if self.name != "prefer":
            about.append(
                text_field("published", _PUBLISHED_LABEL, fields, faults, _PUBLISHED, dated=True)
            )
        return FieldGroup(title="About the change", fields=about)

    def fill_in(self, record: Mapping[str, Any]) -> dict[str, str]:
        """What the fields hold when the form is opened."""
        if self.name == "erase":
            return {"what": ERASED[0]}
        return cells_of_fact(record["fact"]) if self.name == "correct" else {}

    def read_typed(self, record: Mapping[str, Any], fields: Mapping[str, str]) -> dict[str, str]:
        """The values that were typed into the fields of this form."""
        kind = record["fact"]["kind"] if self.name == "correct" else "statement"
        own = {name: fields.get(name, "") for name in _OWN}
        return {**select_known_cells(kind, fields), **own}

    def body(
        self, record: Mapping[str, Any], typed: Mapping[str, str]
    ) -> tuple[dict[str, Any], FormCells]:
        """The body to send, and the cells to which faults in it belong."""
        own = {name: typed[name].strip() for name in _OWN}
        body: dict[str, Any] = {name: text for name, text in own.items() if text}
        if self.name != "end":
            body.pop("ended", None)
        if self.name not in {"correct", "retract", "erase"}:
            body.pop("reason", None)
        if self.name == "erase":
            body = {"what": own["what"], **{n: text for n, text in body.items() if n == "reason"}}
        else:
            body.pop("what", None)
        if self.name == "prefer":
            body = {**body, "preferred": not record["preferred"]}
            body.pop("published", None)
        cells = read_form_cells({"kind": record["fact"]["kind"], **_of_the_fact(typed)})
        if self.name == "correct":
            body["changes"] = _patch(record, cells.content)
        cited = cells.content.get("citations")
        if self.name in {"corroborate", "end"} and cited:
            body["citation"] = cited[0]
        return body, cells


def _of_the_fact(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in typed.items() if name not in _OWN}


def _patch(record: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The merge patch from a fact to what was typed: only the fields that differ; null for one that was emptied."""
    kind = record["fact"]["kind"]
    before = read_form_cells({"kind": kind, **cells_of_fact(record["fact"])}).content
    return {
        name: after.get(name)
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    }


_EVERY: Final = (
    Deed(
        name="correct",
        link="Correct",
        path="corrections",
        heading="Correct this fact",
        says="What was recorded was wrong. Write what is right; what it said before stays in its history.",
        button="Correct",
    ),
    Deed(
        name="corroborate",
        link="Add a source",
        path="corroborations",
        heading="Another source says so",
        says="Add a source that says the same. If it repeats another’s report, name that report.",
        button="Add the source",
    ),
    Deed(
        name="end",
        link="It has ended",
        path="end",
        heading="It was so, and has ended",
        says="What was recorded was right, and has ceased. If it was never so, withdraw or correct it instead.",
        button="End it",
    ),
    Deed(
        name="retract",
        link="Withdraw",
        path="retraction",
        heading="Withdraw this fact",
        says="The claim leaves present knowledge. It stays in the audit, and in what was known before.",
        button="Withdraw",
    ),
    Deed(
        name="reinstate",
        link="Take the withdrawal back",
        path="reinstatement",
        heading="Take the withdrawal back",
        says="The claim stands again, as it stood before it was withdrawn.",
        button="Reinstate",
    ),
    Deed(
        name="prefer",
        link="Prefer it",
        path="preference",
        heading="Which claim is shown",
        says="A preferred claim is shown before its rivals, however many origins they have.",
        button="Prefer it",
    ),
    Deed(
        name="erase",
        link="Erase",
        path="erasure",
        heading="Erase this fact for good",
        says="For where the law or somebody’s safety demands it. What is only wrong, correct or withdraw instead.",
        button="Erase it for good",
        asks_again=True,
    ),
)
DEEDS: Final[Mapping[str, Deed]] = {deed.name: deed for deed in _EVERY}
"""Every way to change a fact, by the last part of the address of its form."""
