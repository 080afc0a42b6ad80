"""A record with several people, where changes need two of them, and with a clock that the test sets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from api.composition import Parley
from tests.api.asking import TALKS, Answer, Client, authorize

if TYPE_CHECKING:
    from domain.access import Scope

CHANGE_REQUESTS: Final = f"{TALKS}/change-requests"
DAY: Final = 86_400_000_000
WHY: Final = {"why": "Better known now"}
CORRECTION: Final[dict[str, Any]] = {
    "reason": "refinement",
    **WHY,
    "changes": {"summary": "Fifty-one freed"},
}
RETRACTION: Final[dict[str, Any]] = {"reason": "coding_error", **WHY}
CITED: Final = {"citation": {"publisher": "AP", "published": "2025-09-12"}}
OF_NEGOTIATION: Final = f"{TALKS}/corrections"
MISREAD: Final = {"reason": "coding_error", "why": "It was misread"}


@dataclass
class HeldClock:
    """A clock that shows the time it is set to, in microseconds UTC."""

    now: int = 1_763_812_800_000_000

    def __call__(self) -> int:
        return self.now


@dataclass
class Desk:
    """Sends requests as the person named; each person has a key with all scopes."""

    parley: Parley
    client: Client
    clock: HeldClock
    keys: dict[str, str] = field(default_factory=dict)
    reviewed: bool | None = None

    def key(self, person: str, *scopes: Scope) -> str:
        """The authorization header of a person, with a new key the first time."""
        return authorize(self.parley, person, *scopes)["Authorization"]

    def get(self, path: str, who: str = "Ann") -> Answer:
        return self.client.get(path, authorization=self._find_key(who))

    def post(self, path: str, body: object, who: str = "Ann", **headers: str) -> Answer:
        return self.client.post(path, body, **{"authorization": self._find_key(who), **headers})

    def open(self, *, reviewed: bool = True) -> None:
        """Open the negotiation, whose changes need two people."""
        self.client.http.headers["authorization"] = self._find_key("Ann")
        self.client.open()
        self.review(reviewed)

    def review(self, asked: bool) -> None:
        assert self.post(f"{TALKS}/settings", {"review_record": asked}).status == 200
        self.reviewed = asked

    def fact(self, **fields: Any) -> str:  # noqa: ANN401 -- a fact's fields
        """Record a fact; gives its address."""
        return self.client.record(**fields).headers["location"]

    def propose(
        self,
        fact: str,
        what: str = "corrections",
        body: object = None,
        who: str = "Ann",
        **headers: str,
    ) -> Answer:
        """Propose a change of a fact at its present version; a correction by default."""
        sent = {"if_match": "*", **headers}
        answer = self.post(f"{fact}/{what}", CORRECTION if body is None else body, who, **sent)
        assert answer.status == 202, answer.json
        return answer

    def decide(
        self, proposed: Answer, what: str = "approval", who: str = "Bo", **headers: str
    ) -> Answer:
        """Decide on a change request at the version in its response; approve it by default."""
        address = f"/v1/change-requests/{proposed.json['id']}/{what}"
        body = proposed.json["body"] if what == "revision" else WHY
        sent = {"if_match": proposed.headers["etag"], **headers}
        return self.post(address, body, who, **sent)

    def status(self, proposed: Answer) -> str:
        return str(self.get(f"/v1/change-requests/{proposed.json['id']}").json["status"])

    def events(self) -> list[str]:
        """The names of all events in the log."""
        return [item["event"] for item in self.get("/v1/changes?limit=1000").json["items"]]

    def _find_key(self, who: str) -> str:
        if who not in self.keys:
            self.keys[who] = self.key(who)
        return self.keys[who]


def kind_of(answer: Answer) -> str:
    """The problem type of a response."""
    return str(answer.json["type"].removeprefix("urn:parley:problem:"))
