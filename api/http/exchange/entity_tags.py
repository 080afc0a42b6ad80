"""Reads entity tags as RFC 9110 §8.8.3 defines them; a bare version number is accepted, too."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.requests import Request

from api.http.problems import RefusedError
from domain.errors import StaleError
from domain.streams.fact import FactRecord
from domain.streams.negotiation import Negotiation

_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"'
_LIST: Final = re.compile(rf"[ \t,]*{_TAG}(?:[ \t]*,[ \t,]*{_TAG})*[ \t,]*")
_ONE: Final = re.compile(_TAG)
_VERSION: Final = re.compile(r'"?([0-9]{1,18})(?:-[0-9a-f]{1,64})?"?')
_DIGEST: Final = re.compile(r'"([0-9a-f]{64})"')
_HASH: Final = re.compile(r'"[0-9a-f]{32}"')
_BARE: Final = re.compile(r"[0-9]{1,18}")
_WHERE: Final = "/header/If-Match"


def tags(header: str) -> list[str] | None:
    """Read a list of entity tags, or ["*"]; None where it is neither."""
    if header.strip() == "*":
        return ["*"]
    return _ONE.findall(header) if _LIST.fullmatch(header) else None


def has_tag(header: str, tag: str) -> bool:
    """Compare weakly, as RFC 9110 §13.1.2 says; a malformed header has none."""
    header_tags = tags(header)
    return header_tags == ["*"] or (
        header_tags is not None and tag in [t.removeprefix("W/") for t in header_tags]
    )


@dataclass(frozen=True)
class Precondition:
    """The versions of a fact, or editions of a negotiation, that a change accepts; None accepts any."""

    versions: frozenset[int] | None

    def check(self, record: FactRecord) -> None:
        """StaleError where the fact stands at another version."""
        self._check(record.id, record.version)

    def check_edition(self, negotiation: Negotiation) -> None:
        """StaleError where the negotiation was corrected since."""
        self._check(negotiation.id, negotiation.edition, f"negotiation {negotiation.slug}")

    def _check(self, id_: UUID, version: int, of: str | None = None) -> None:
        if self.versions is not None and version not in self.versions:
            raise StaleError(id_, max(self.versions, default=0), version, of)


def if_match(request: Request) -> str | None:
    """Give the If-Match of a request, its lines as one list; None where it has none."""
    lines = request.headers.getlist("if-match")
    return ", ".join(lines) if lines else None


def precondition(
    header: str | None, of: str = "fact", unversioned: int | None = None
) -> Precondition:
    """Read If-Match; RefusedError where it is missing (428) or malformed (400).

    A tag that is only a hash, without a version, stands for `unversioned`.
    """
    if header is None:
        raise RefusedError(
            "precondition-required",
            _WHERE,
            f"send the {of}'s ETag as If-Match, so that nobody's change is overwritten unseen; "
            "or * for any version",
        )
    sent_tags = [header.strip()] if _BARE.fullmatch(header.strip()) else tags(header)
    if sent_tags is None:
        raise RefusedError(
            "malformed", _WHERE, "write an ETag such as '\"3-0f…\"', a list of them, or *"
        )
    if sent_tags == ["*"]:
        return Precondition(None)
    matches = [match for tag in sent_tags if (match := _VERSION.fullmatch(tag))]
    versions = {int(match[1]) for match in matches}
    if unversioned is not None and any(_HASH.fullmatch(tag) for tag in sent_tags):
        versions.add(unversioned)
    return Precondition(frozenset(versions))


def read_digests(headers: Sequence[str], of: str = "change request") -> frozenset[str] | None:
    """Read the digests in If-Match; None where any is accepted, RefusedError where it is malformed."""
    sent_tags = tags(", ".join(headers)) if headers else ["*"]
    if sent_tags is None:
        raise RefusedError("malformed", _WHERE, f"write the ETag of the {of}, a list of them, or *")
    if sent_tags == ["*"]:
        return None
    return frozenset(match[1] for tag in sent_tags if (match := _DIGEST.fullmatch(tag)))


def require_digests(headers: Sequence[str]) -> frozenset[str]:
    """Read the digests in If-Match like `read_digests`; RefusedError (428) where it names none."""
    digests = read_digests(headers)
    if digests is None:
        raise RefusedError(
            "precondition-required",
            _WHERE,
            "send the ETag of the change request as If-Match, so that you approve exactly what you saw",
        )
    return digests
