"""Checks the parts of a change other than the fact itself; each fault points to its place in the request body."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from domain.errors import ContentError, Fault
from domain.fact_checks import check_fact, collect_faults
from domain.gathering import Gathering
from domain.provenance import Citation, check_citation, check_published
from domain.texts import MOST_CITATIONS, text_faults
from domain.time.edtf_fault import ValidTimeError
from domain.time.edtf_meant import explain
from domain.time.holding import Holding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from domain.fact import Fact
    from domain.time.valid_time import ValidTime


def check_changes(fact: Fact, standing: Fact) -> Fact:
    """Check a corrected fact, and fill in its bounds; ContentError with pointers under /changes."""
    try:
        return check_fact(fact, standing)
    except ContentError as error:
        raise error.under("/changes") from error


def check_change(*, why: str | None, citation: Citation | None, published: str | None) -> None:
    """Raise ContentError if a text, the published day or the citation of a change is malformed."""
    faults: list[Fault] = text_faults({"why": why, "published": published})
    faults += collect_faults("", check_published, published)[1]
    faults += collect_faults("/citation", _check_cited, citation)[1]
    if faults:
        raise ContentError(*faults)


def _check_cited(citation: Citation | None) -> None:
    if citation is not None:
        gathered = Gathering(text_faults(vars(citation)))
        gathered.take(check_citation, citation)
        gathered.refuse()


def check_room(fact: Fact, citation: Citation | None) -> None:
    """Raise ContentError if a change would add a citation to a fact that has the most allowed."""
    if add_citation(fact, citation) is not fact and len(fact.citations) >= MOST_CITATIONS:
        raise ContentError.at(
            "/citation",
            f"the fact has {len(fact.citations)} citations, and at most {MOST_CITATIONS} are allowed: correct it to"
            " cite fewer, or record what this source says as a separate fact with the same matter",
        )


def add_citation(fact: Fact, citation: Citation | None) -> Fact:
    """The fact with one more citation; unchanged if it has that already, or there is no new one."""
    if citation is None or citation in fact.citations:
        return fact
    return replace(fact, citations=(*fact.citations, citation))


def end_valid_time(fact: Fact, ended: str, *, stands: bool) -> ValidTime:
    """The valid time of a fact with its end; ContentError if the fact cannot end, or not at that time."""
    if fact.holding is Holding.ONWARD:
        detail = f"a fact of the kind {fact.kind} holds from then on, and cannot end"
        advice = "; correct or retract it" if stands else ""
        raise ContentError.at("/ended", detail + advice)
    try:
        return fact.valid_time.end_at(ended)
    except ValidTimeError as error:
        raise ContentError.at("/ended", explain(error, one_date=True)) from error


def check_erasure(why: str, approvers: Sequence[str]) -> None:
    """Raise ContentError if the reason or a name is blank, too long or not printable."""
    faults = text_faults({"reason": why, "approvers": list(approvers)})
    if faults:
        raise ContentError(*faults)
