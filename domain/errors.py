"""What can be wrong with a command or a query; errors carry facts about the record and know no HTTP.

RecordError
├── ContentError          what was sent breaks a rule; says where (a JSON pointer) and which
├── UnknownError          no such negotiation, fact, snapshot or change request
│   └── NotYetKnownError  it exists, but was not known at the perspective
├── WithdrawnError        the fact was retracted by then
├── ErasedError           the fact was erased: nothing of it can be shown at any perspective
├── TakenError            the slug, external id or snapshot name is in use; names the holder
├── MovedOnError          what the sender saw has changed since
│   ├── StaleError        the fact has moved on from the version that was expected
│   ├── RevisedError      the change request was revised since
│   └── SettingsMovedOnError  the settings of the negotiation were changed since
├── StateError            the command does not fit the fact's status, or the change request's
├── OwnChangeRequestError  another person must do this than the one who proposed the change
├── OthersChangeRequestError  only the person who proposed the change can do this
└── ForbiddenError        the credential lacks a scope; names it
    └── UnauthenticatedError  the request has no credential
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

MOST_FAULTS: Final = 100
"""How many faults a refusal lists; further ones are only counted."""
LONGEST_NAME: Final = 100
"""How many characters a refusal repeats of the name of something that there is not."""


class RecordError(Exception):
    """The root of every refusal by the domain."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: where (RFC 6901 pointer into what was sent) and what."""

    pointer: str
    detail: str

    @property
    def text(self) -> str:
        """`pointer: detail` in one line; only the detail if the fault concerns the whole document."""
        return f"{self.pointer}: {self.detail}" if self.pointer else self.detail


class ContentError(RecordError):
    """What was sent breaks one or more rules: its faults, and how many `more` were found and not kept."""

    def __init__(self, *faults: Fault, more: int = 0) -> None:
        self.faults = faults
        self.more = more
        texts = [fault.text for fault in self.told]
        untold = self.count - len(texts)
        super().__init__("; ".join([*texts, f"… and {untold} more"] if untold else texts))

    @property
    def told(self) -> tuple[Fault, ...]:
        """The first MOST_FAULTS faults, which a refusal lists."""
        return self.faults[:MOST_FAULTS]

    @property
    def count(self) -> int:
        """The number of all faults, listed or only counted."""
        return len(self.faults) + self.more

    @classmethod
    def at(cls, pointer: str, detail: str) -> ContentError:
        """Make the error of one fault, at an RFC 6901 pointer."""
        return cls(Fault(pointer, detail))

    @classmethod
    def of(cls, faults: Iterable[Fault]) -> ContentError:
        """Make the error of many faults: the first MOST_FAULTS are listed, the others counted."""
        remaining = iter(faults)
        kept = list(islice(remaining, MOST_FAULTS))
        return cls(*kept, more=sum(1 for _ in remaining))

    def under(self, pointer: str) -> ContentError:
        """The same faults, with `pointer` put before the place of each: a part's faults become the whole's."""
        moved = (Fault(pointer + fault.pointer, fault.detail) for fault in self.faults)
        return ContentError(*moved, more=self.more)


class UnknownError(RecordError):
    """No such thing: `what` is negotiation, fact, snapshot or change request; `name` is how it was asked for.

    `advice` says what to ask for instead. A long name is cut to its beginning.
    """

    def __init__(self, what: str, name: str, advice: str | None = None) -> None:
        name = name[:LONGEST_NAME]
        super().__init__(f"no {what} {name}" if advice is None else f"no {what} {name}: {advice}")
        self.what = what
        self.name = name


class NotYetKnownError(UnknownError):
    """The thing exists, but was not known yet at the perspective asked for."""


class WithdrawnError(RecordError):
    """The fact is retracted at the perspective asked for."""

    def __init__(self, fact_id: UUID, why: str | None) -> None:
        super().__init__(f"fact {fact_id} is retracted" + (f": {why}" if why else ""))
        self.fact_id = fact_id
        self.why = why


class ErasedError(RecordError):
    """The content of the fact, and of every change of it, is destroyed.

    `position` is where the log says so, `erased_at` (microseconds UTC) when; None where it was not looked up.
    """

    def __init__(
        self,
        fact_id: UUID | None,
        position: int | None = None,
        erased_at: int | None = None,
        why: str | None = None,
    ) -> None:
        what = "what it was about" if fact_id is None else f"fact {fact_id}"
        super().__init__(f"{what} was erased" + (f": {why}" if why else ""))
        self.fact_id = fact_id
        self.position = position
        self.erased_at = erased_at
        self.why = why


class TakenError(RecordError):
    """`name` (a slug, an external id, a snapshot's name) is taken, by `holder`, which may be a fact."""

    def __init__(self, what: str, name: str, holder: str, fact_id: UUID | None = None) -> None:
        super().__init__(f"the {what} {name!r} is taken by {holder}")
        self.what = what
        self.name = name
        self.holder = holder
        self.fact_id = fact_id


class MovedOnError(RecordError):
    """What the sender saw has changed since; the command is refused, so that no unseen state is overwritten."""


class StaleError(MovedOnError):
    """The fact or the negotiation is at `version`; the command named another version."""

    def __init__(self, fact_id: UUID, expected: int, version: int, of: str | None = None) -> None:
        super().__init__(f"{of or f'fact {fact_id}'} is at version {version}, not {expected}")
        self.of_negotiation = of is not None
        self.fact_id = fact_id
        self.expected = expected
        self.version = version


class RevisedError(MovedOnError):
    """The change request was revised since it was seen."""

    def __init__(self, change_request: UUID) -> None:
        super().__init__(f"change request {change_request} was revised since: read it again")
        self.change_request = change_request


class SettingsMovedOnError(MovedOnError):
    """The settings of a negotiation were changed since they were seen."""

    def __init__(self, slug: str) -> None:
        super().__init__(f"the settings of {slug} were changed since: read them again")


class StateError(RecordError):
    """The status does not allow the command, such as a correction of a retracted fact."""


class OwnChangeRequestError(RecordError):
    """The person who proposed a change cannot decide on it."""

    def __init__(self, person: str) -> None:
        super().__init__(f"{person} proposed this: another person approves or refuses it")
        self.person = person


class OthersChangeRequestError(RecordError):
    """Only the person who proposed a change can revise or withdraw it."""

    def __init__(self, proposer: str) -> None:
        super().__init__(f"{proposer} proposed this: only they can revise or withdraw it")
        self.proposer = proposer


class ForbiddenError(RecordError):
    """The credential does not have `scope`."""

    def __init__(self, scope: str) -> None:
        super().__init__(f"this needs the scope {scope}: use a key or token that has it")
        self.scope = scope


class UnauthenticatedError(ForbiddenError):
    """The request has no credential, and a request without one does not have the needed scope."""
