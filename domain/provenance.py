"""How we know: a citation names who published, when, and from whose report; a link ties fact to fact."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from domain.addresses import address_fault
from domain.errors import ContentError, Fault
from domain.gathering import Gathering
from domain.later import later
from domain.time.edtf_fault import ValidTimeError
from domain.time.edtf_meant import explain
from domain.time.valid_time import strict_upper

if TYPE_CHECKING:
    from collections.abc import Iterable

Attribution = Literal["named", "anonymous", "document", "none"]
Relation = Literal[
    "confirms",
    "conflicts_with",
    "refines",
    "executes",
    "responds_to",
    "in_return_for",
    "derived_from",
    "answers",
]
#: The Admiralty code (NATO STANAG 2511): reliability of the source A–F, credibility of the report 1–6.
MOST_SOURCES: Final = 10_000
GRADE: Final = re.compile(r"[A-F][1-6]")
LANGUAGE: Final = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,7}")
_TARGET: Final = re.compile(
    r"external:.{1,255}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.DOTALL
)


@dataclass(frozen=True, kw_only=True)
class Citation:
    """Where a claim was made public.

    `published` is an EDTF date; `origin` names the report that a reprint derives from; `sources` is how
    many people the report rests on; `grade` is the Admiralty pair, as "B2". `quote` has the report's own words,
    `archived_url` where a copy is kept, `accessed` (EDTF) when it was seen, `language` its language (BCP 47, as "uk").
    """

    publisher: str
    title: str | None = None
    url: str | None = None
    published: str | None = None
    origin: str | None = None
    attribution: Attribution | None = None
    sources: int | None = None
    grade: str | None = None
    quote: str | None = later()
    archived_url: str | None = later()
    accessed: str | None = later()
    language: str | None = later()

    @property
    def published_at(self) -> int | None:
        """The instant by which it was certainly public, in microseconds UTC; None if no day is given."""
        return None if self.published is None else strict_upper(self.published)


@dataclass(frozen=True, kw_only=True)
class Link:
    """`relation` to another fact, named by its id or by `external:ID`; it may point forward."""

    relation: Relation
    fact: str


def check_citation(citation: Citation) -> None:
    """ContentError with each fault in the addresses, days, language, count of sources and grade."""
    gathered = Gathering(_citation_faults(citation))
    gathered.take(check_published, citation.published)
    gathered.take(_check_accessed, citation.accessed)
    gathered.refuse()


def _citation_faults(citation: Citation) -> Iterable[Fault]:
    for name in ("url", "archived_url"):
        address = getattr(citation, name)
        wrong = None if address is None else address_fault(address)
        if wrong is not None:
            yield Fault(f"/{name}", wrong)
    if citation.language is not None and not LANGUAGE.fullmatch(citation.language):
        detail = "write a language tag (BCP 47), such as uk, be or en-GB"
        yield Fault("/language", detail)
    if citation.sources is not None and not 0 <= citation.sources <= MOST_SOURCES:
        yield Fault("/sources", f"write a count of people, from 0 to {MOST_SOURCES}")
    if citation.grade is not None and not GRADE.fullmatch(citation.grade):
        yield Fault(
            "/grade", "write an Admiralty pair: a letter A to F and a digit 1 to 6, such as B2"
        )


def _check_accessed(accessed: str | None) -> None:
    """ContentError if `accessed` is no EDTF date with a last day."""
    if accessed is None:
        return
    try:
        strict_upper(accessed)
    except ValidTimeError as error:
        raise ContentError.at("/accessed", explain(error, one_date=True)) from error


def check_published(published: str | None) -> None:
    """ContentError if `published` is no EDTF date with a last day."""
    if published is None:
        return
    try:
        strict_upper(published)
    except ValidTimeError as error:
        raise ContentError.at("/published", explain(error, one_date=True)) from error


def check_link(link: Link) -> None:
    """ContentError if the target is neither a fact's id nor `external:ID`."""
    if not _TARGET.fullmatch(link.fact):
        raise ContentError.at(
            "/fact",
            "write the id of a fact, or external: and an external id, as in external:BY-049",
        )
