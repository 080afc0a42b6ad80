"""Carries out a request with an idempotency key once; if it is sent again, it gets the first answer again.

The answer is kept in the transaction of the request's events. Of a fact record or a change request, only the status is
kept: its position is not known before the commit, and its content is read again from the log as it was then. Any other
answer is kept as `make_kept_form` gives it, without the words of a refused request. The answer to an import is kept
just after its last turn; if that fails, a retry finds every line unchanged.
An erasure empties the answers about its fact; a retry still does nothing again.
Refusals by the record are kept, too. Refusals of the request itself (its preconditions, its media type) and errors of
the server are not kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from starlette.responses import Response

from api.composition import Parley
from api.http.exchange.body import Sent
from api.http.exchange.dry_run import is_dry
from api.http.exchange.kept_form import Known, make_kept_form
from api.http.exchange.parameters import parse_uuid
from api.http.problems import RefusedError, problem_of
from domain.errors import ErasedError, MovedOnError, RecordError, TakenError
from infrastructure.errors import OUT_OF_REACH
from infrastructure.log.entry import AlreadyAnswered
from infrastructure.log.errors import OutcomeUnknownError
from infrastructure.sealing.stored_responses import IdempotencyClaim, StoredResponse, find_response

REPLAYED: Final = "Idempotency-Replayed"
_HEADER: Final = "Idempotency-Key"
_WHERE: Final = f"/header/{_HEADER}"
_OPENED: Final = 201
_UNKNOWN: Final = 404
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT: Final = frozenset({"content-length", "date"})


@dataclass(frozen=True, slots=True)
class About:
    """What a request is about, as its route says. A sender who may no longer see that does not get the answer again.

    `look` raises an error for such a sender. Erasing `fact` empties the stored answer.
    """

    look: Callable[[Sent, StoredResponse], object]
    fact: UUID | None = None


def about_nothing() -> About:
    """The subject of requests whose answer their sender may always get again, such as a change of settings."""
    return About(lambda sent, kept: None)  # noqa: ARG005 -- nothing to look at


def about_negotiation(slug: str) -> About:
    """The subject of a request about a negotiation."""
    return About(lambda sent, _: sent.check_negotiation(slug))


def about_opened() -> About:
    """The subject of a request that opens a negotiation, which its answer names if it was opened."""

    def look(sent: Sent, kept: StoredResponse) -> None:
        if kept.status == _OPENED and kept.body:
            sent.check_negotiation(json.loads(kept.body)["slug"])

    return About(look)


def about_fact(text: str) -> About:
    """The subject of a request about a fact, by the id in its address."""
    id_ = parse_uuid(text)
    if id_ is None:
        return about_nothing()
    return About(lambda sent, _: sent.slug_of_fact(id_), id_)


def about_change_request(text: str) -> About:
    """The subject of a request about a change request, by the id in its address."""
    id_ = parse_uuid(text)

    def look(sent: Sent, kept: StoredResponse) -> None:
        if kept.fact_id is not None:
            sent.slug_of_fact(UUID(kept.fact_id))
        elif id_ is not None:
            with sent.reading() as reading:
                reading.change_requests.get(id_)

    return About(look)


class Once:
    """One request; `claim` makes the answer that is kept with its events, or None where the request has no key."""

    def __init__(self, sent: Sent, about: About, key: str | None, known: Known) -> None:
        self.sent = sent
        self.about = about
        self.key = key
        self.fact = about.fact
        """The fact that the answer is about; erasing it empties the answer."""
        self._known = known

    def claim(
        self, answer: Response | None = None, status: int = 200, *, kept: bytes | None = None
    ) -> IdempotencyClaim | None:
        """Claim the key for an answer; without an answer, a retry reads it again from the log.

        `kept` is the body that is kept, where that is not what `make_kept_form` gives.
        """
        if self.key is None:
            return None
        if answer is not None and kept is None:
            kept = make_kept_form(answer, self._known)
        headers = {} if answer is None else answer.headers
        named = {name: text for name, text in headers.items() if name not in _NOT_KEPT}
        return IdempotencyClaim(
            caller=self.sent.principal.caller,
            key=self.key,
            fingerprint=self.fingerprint,
            status=status if answer is None else answer.status_code,
            headers=json.dumps(named),
            body=kept or b"",
            fact_id=None if self.fact is None else self.fact.hex,
        )

    @property
    def fingerprint(self) -> str:
        """A hash that is equal for equal requests: of method, address, media type and body."""
        scope = self.sent.request.scope
        query = scope["query_string"].decode("latin-1")
        # Fingerprints in the database were made of the former address of a change request.
        path = scope["path"].replace("/v1/change-requests/", "/v1/proposals/", 1)
        parts = (scope["method"], path, query, self.sent.media, self.sent.digest)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def answer_once(
    sent: Sent, about: About, run: Callable[[Once], Response], *, look_first: bool = False
) -> Response:
    """Answer a request as `Idempotency.once` of its application does."""
    idempotency: Idempotency = sent.request.app.state.idempotency
    return idempotency.once(sent, about, run, look_first=look_first)


class Idempotency:
    """The keys of one process; those under way are known here, those answered in the database.

    `render` answers a request with the fact or the change request that it changed at a position, under a status;
    `known` are the field names that a kept pointer may hold.
    """

    def __init__(
        self, parley: Parley, render: Callable[[Sent, int, int], Response], known: Known
    ) -> None:
        self._parley = parley
        self._render = render
        self._known = known
        self._under_way: set[tuple[str, ...]] = set()
        self._lock = threading.Lock()

    def once(
        self,
        sent: Sent,
        about: About,
        run: Callable[[Once], Response],
        *,
        look_first: bool = False,
    ) -> Response:
        """Run the request, or replay its first answer; RefusedError where the key is unfit.

        An earlier answer is found in the transaction that would record the request. Pass `look_first` where the work is
        costly or takes several transactions.
        """
        key = _key(sent.request.headers.getlist(_HEADER))
        once = Once(sent, about, key, self._known)
        dry = sent.spool is None and is_dry(sent)
        if dry or key is None or sent.principal.person is None:
            # What nobody in particular may send, and what is a dry run, changes nothing: it may as well be done again.
            return run(Once(sent, about, None, self._known))
        with self._claim(sent.principal.caller, key) as alone:
            if look_first or not alone:
                kept = self._find_kept(sent.principal.caller, key)
                if kept is not None:
                    return self._replay(kept, once)
            if not alone:
                raise RefusedError(
                    "under-way",
                    _WHERE,
                    "a request with this key has not been answered yet: send this one again later",
                )
            try:
                return run(once)
            except AlreadyAnswered as answered:
                return self._replay(answered.answer, once)
            except Exception as error:
                looks = not look_first or isinstance(error, OutcomeUnknownError)
                kept = self._look_after(sent.principal.caller, key) if looks else None
                if kept is not None:
                    return self._replay(kept, once)
                if isinstance(error, MovedOnError) or not isinstance(error, RecordError):
                    raise
                return self._keep_refusal(once, error)

    def keep(self, once: Once, answer: Response, kept: bytes | None = None) -> None:
        """Keep an answer in a transaction of its own."""
        claim = once.claim(answer, kept=kept)
        if claim is not None:
            self._parley.ledger.append([], claim=claim)

    def _keep_refusal(self, once: Once, error: RecordError) -> Response:
        """Keep a refusal by the record, and answer it."""
        refusal = problem_of(error)
        if isinstance(error, TakenError):
            once.fact = error.fact_id
        try:
            self.keep(once, refusal)
        except AlreadyAnswered as answered:
            return self._replay(answered.answer, once)
        return refusal

    @contextmanager
    def _claim(self, *request: str) -> Iterator[bool]:
        """Take the key for the time of the block; False if another request with this key is under way."""
        with self._lock:
            alone = request not in self._under_way
            self._under_way.add(request)
        try:
            yield alone
        finally:
            if alone:
                with self._lock:
                    self._under_way.discard(request)

    def _look_after(self, caller: str, key: str) -> StoredResponse | None:
        """Read the stored response after a failure: the request may have been carried out before, or just now."""
        with suppress(*OUT_OF_REACH):
            return self._find_kept(caller, key)
        return None

    def _find_kept(self, caller: str, key: str) -> StoredResponse | None:
        with self._parley.database.reading() as connection:
            return find_response(connection, caller, key)

    def _replay(self, kept: StoredResponse, once: Once) -> Response:
        if not kept.fingerprint:
            once.about.look(once.sent, kept)
            raise ErasedError(None)
        if kept.fingerprint != once.fingerprint:
            raise RefusedError(
                "key-reused", _WHERE, "this key was used for another request before: use a new key"
            )
        if kept.body:
            if kept.status != _UNKNOWN:
                once.about.look(once.sent, kept)
            answer = Response(kept.body, kept.status, json.loads(kept.headers))
        else:
            answer = self._render(
                once.sent, self._position_at(once.sent, kept.answered_at), kept.status
            )
        answer.headers[REPLAYED] = "true"
        return answer

    def _position_at(self, sent: Sent, recorded_at: int) -> int:
        with sent.reading() as reading:
            return reading.cuts.position_of(recorded_at)


def _key(headers: list[str]) -> str | None:
    if not headers:
        return None
    if len(headers) > 1 or not _KEY.fullmatch(headers[0]):
        raise RefusedError(
            "malformed", _WHERE, "write one key of 1 to 255 visible ASCII characters"
        )
    return headers[0]
