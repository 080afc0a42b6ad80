"""A request with an idempotency key is carried out once; sent again, it gets the first answer again.

The answer is kept in the transaction of the request's events. A fact record or a change request is kept as its status
alone: its position is not known before the commit, and its words are read again from the log as it stood
then. Any other answer is kept in its `kept_form`, without the words of a refused request. The
answer to an import is kept just after its last turn; where that failed, a retry finds every line unchanged.
An erasure empties the answers about its fact, and a retry still does nothing again.
Refusals by the record are kept too. Refusals of the request itself (its preconditions, its media type)
and errors of the server are not kept.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from starlette.responses import Response

from api.composition import Parley
from api.http.exchange.body import Sent
from api.http.exchange.dry_run import is_dry
from api.http.exchange.kept_form import Known, kept_form
from api.http.problems import RefusedError, problem_of
from domain.errors import ErasedError, MovedOnError, RecordError, TakenError
from infrastructure.log.entry import AlreadyAnswered
from infrastructure.sealing.kept_answers import IdempotencyAnswer, IdempotencyClaim, answer_under

__all__ = ["REPLAYED", "Idempotency", "Once"]

REPLAYED: Final = "Idempotency-Replayed"
_HEADER: Final = "Idempotency-Key"
_WHERE: Final = f"/header/{_HEADER}"
_NEGOTIATIONS: Final = "/v1/negotiations"
_SLUG: Final = re.compile(rf"{_NEGOTIATIONS}/([^/]+)/(?!settings$)")
"""The settings are there for an admin who is no member, too."""
_ID: Final = "([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"
_FACT: Final = re.compile(f"/v1/facts/{_ID}/")
_CHANGE_REQUEST: Final = re.compile(f"/v1/change-requests/{_ID}/")
_OPENED: Final = 201
_UNKNOWN: Final = 404
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")
_NOT_KEPT: Final = frozenset({"content-length", "date"})


class Once:
    """One request; `claim` makes the answer that is kept with its events, or None where the request has no key."""

    def __init__(self, sent: Sent, key: str | None, known: Known) -> None:
        self.sent = sent
        self.key = key
        self.about: UUID | None = None
        """The fact that the answer tells of, where the address does not name it."""
        self._known = known

    def claim(
        self, answer: Response | None = None, status: int = 200, *, kept: bytes | None = None
    ) -> IdempotencyClaim | None:
        """Claim the key for an answer; without an answer, a retry reads it again from the log.

        `kept` is the body that is kept, where that is not the answer's `kept_form`.
        """
        if self.key is None:
            return None
        if answer is not None and kept is None:
            kept = kept_form(answer, self._known)
        headers = {} if answer is None else answer.headers
        named = {name: text for name, text in headers.items() if name not in _NOT_KEPT}
        return IdempotencyClaim(
            caller=self.sent.principal.caller,
            key=self.key,
            fingerprint=self.fingerprint,
            status=status if answer is None else answer.status_code,
            headers=json.dumps(named),
            body=kept or b"",
            fact_id=self.fact,
        )

    @property
    def fact(self) -> str | None:
        """The fact that the answer is about, as the log names it; erasing the fact empties the answer."""
        named = _FACT.match(self.sent.request.scope["path"])
        about = self.about if named is None else UUID(named[1])
        return None if about is None else about.hex

    @property
    def fingerprint(self) -> str:
        """A hash that is equal for equal requests: of method, address, media type and body."""
        scope = self.sent.request.scope
        query = scope["query_string"].decode("latin-1")
        # Fingerprints in the database were made of the former address of a change request.
        path = scope["path"].replace("/v1/change-requests/", "/v1/proposals/", 1)
        parts = (scope["method"], path, query, self.sent.media, self.sent.digest)
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


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

    def once(self, sent: Sent, run: Callable[[Once], Response]) -> Response:
        """Run the request, or replay its first answer; RefusedError where the key is unfit."""
        key = _key(sent.request.headers.getlist(_HEADER))
        once = Once(sent, key, self._known)
        dry = sent.spool is None and is_dry(sent)
        if dry or key is None or sent.principal.person is None:
            # What nobody in particular may send, and what is a dry run, changes nothing: it may as well be done again.
            return run(Once(sent, None, self._known))
        with self._claimed(sent.principal.caller, key) as alone:
            kept = self._kept(sent.principal.caller, key)
            if kept is not None:
                return self._replay(kept, once)
            if not alone:
                name, detail = "under-way", "a request with this key has not been answered yet"
                raise RefusedError(name, _WHERE, detail)
            try:
                return self._run(once, run)
            except AlreadyAnswered as answered:
                return self._replay(answered.answer, once)
            except MovedOnError:
                # What moved the fact on may be this request itself, whose commit was under way till now.
                kept = self._kept(sent.principal.caller, key)
                if kept is None:
                    raise
                return self._replay(kept, once)

    def keep(self, once: Once, answer: Response, kept: bytes | None = None) -> None:
        """Keep an answer in a transaction of its own."""
        claim = once.claim(answer, kept=kept)
        if claim is not None:
            self._parley.ledger.append([], claim=claim)

    def _run(self, once: Once, run: Callable[[Once], Response]) -> Response:
        try:
            return run(once)
        except MovedOnError:
            raise
        except RecordError as error:
            refusal = problem_of(error)
            if isinstance(error, TakenError):
                once.about = error.fact_id
            self.keep(once, refusal)
            return refusal

    @contextmanager
    def _claimed(self, *request: str) -> Iterator[bool]:
        """Whether no other request with this key is under way; if so, none begins until this one ends."""
        with self._lock:
            alone = request not in self._under_way
            self._under_way.add(request)
        try:
            yield alone
        finally:
            if alone:
                with self._lock:
                    self._under_way.discard(request)

    def _kept(self, caller: str, key: str) -> IdempotencyAnswer | None:
        with self._parley.database.reading() as connection:
            return answer_under(connection, caller, key)

    def _replay(self, kept: IdempotencyAnswer, once: Once) -> Response:
        if not kept.fingerprint:
            _look_again(once.sent, kept)
            raise ErasedError(None)
        if kept.fingerprint != once.fingerprint:
            name, detail = "key-reused", "the key came with another request before"
            raise RefusedError(name, _WHERE, detail)
        if kept.body:
            if kept.status != _UNKNOWN:
                _look_again(once.sent, kept)
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


def _look_again(sent: Sent, kept: IdempotencyAnswer) -> None:
    """Refuse a sender who may no longer send the request, such as a person removed from the members since."""
    path = sent.request.scope["path"]
    if named := _SLUG.match(path):
        sent.negotiation(named[1])
    elif path == _NEGOTIATIONS and kept.status == _OPENED and kept.body:
        sent.negotiation(json.loads(kept.body)["slug"])
    elif named := _FACT.match(path):
        sent.known_fact(UUID(named[1]))
    elif _CHANGE_REQUEST.match(path) and kept.fact_id is not None:
        sent.known_fact(UUID(kept.fact_id))
    elif named := _CHANGE_REQUEST.match(path):
        with sent.reading() as reading:
            reading.change_requests.get(UUID(named[1]))


def _key(headers: list[str]) -> str | None:
    if not headers:
        return None
    if len(headers) > 1 or not _KEY.fullmatch(headers[0]):
        name, detail = "malformed", "one key of 1 to 255 visible ASCII characters is expected"
        raise RefusedError(name, _WHERE, detail)
    return headers[0]
