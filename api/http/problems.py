"""Every refusal is one problem (RFC 9457); one table says which error is which problem.

`type` is `urn:parley:problem:<name>`; each entry of `errors` has an RFC 6901 pointer into the body,
or `/query/NAME`, `/header/NAME` or `/path/NAME`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from api.commands.importing.report import BrokenOffError
from api.commands.json_text import pointer, write_json
from api.http.problem_kinds import PROBLEMS
from domain.errors import (
    ContentError,
    ErasedError,
    Fault,
    ForbiddenError,
    MovedOnError,
    NotYetKnownError,
    OthersChangeRequestError,
    OwnChangeRequestError,
    RevisedError,
    SettingsMovedOnError,
    StaleError,
    StateError,
    TakenError,
    UnauthenticatedError,
    UnknownError,
    WithdrawnError,
)
from domain.time.edtf_fault import ValidTimeError
from domain.time.instant import InstantError, format_instant
from infrastructure.database.damage import shows_damage
from infrastructure.database.timekeeping import ClockInDoubtError
from infrastructure.database.trouble import log_error, of_disk
from infrastructure.errors import OUT_OF_REACH, ReadOnlyError
from infrastructure.log.errors import OutcomeUnknownError
from infrastructure.sealing.wrapping import BrokenSealError, MissingKeyError, SealKeyError

MEDIA_TYPE: Final = "application/problem+json"
_LOG: Final = logging.getLogger("parley.api")
_UNREADABLE: Final = "the server made an error, which it has logged: tell the operator"
_DAMAGED: Final = (
    "this cannot be read, because a part of the database is damaged: tell the operator"
)
_UNUSABLE: Final = "this server cannot use the keys that seal the record: its log says why"
_BUSY: Final = (
    "the database cannot be reached or is too busy at the moment: send the request again later"
)
_NO_ROOM: Final = (
    "the server's disk is full or reports errors at the moment: send the request again later"
)
_UNKNOWN_OUTCOME: Final = (
    "the database did not confirm the commit, because the connection broke or the disk is full or reports errors: "
    "this was recorded completely or not at all; "
    "send it again with the same Idempotency-Key, and it is recorded once"
)
_AGAIN: Final = {"Retry-After": "1"}
_LATER: Final = {"Retry-After": "60"}
_SENT_WITH: Final[Mapping[str, Mapping[str, str]]] = {
    "overloaded": _AGAIN,
    "lagging": _AGAIN,
    "unauthenticated": {"WWW-Authenticate": 'Bearer realm="parley", error="invalid_token"'},
}
"""Header fields of a request's refusal, by its kind."""


class RefusedError(Exception):
    """The request itself is refused, as the kind of problem named; `at` says where its fault is."""

    def __init__(self, name: str, at: str, detail: str) -> None:
        super().__init__(detail)
        self.name = name
        self.fault = Fault(at, detail)


def problem(
    name: str,
    detail: str,
    faults: Sequence[Fault] = (),
    *,
    members: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Answer with a problem of a kind of PROBLEMS; `members` are its extension members."""
    kind = PROBLEMS[name]
    content = {
        "type": f"urn:parley:problem:{name}",
        "title": kind.title,
        "status": kind.status,
        "detail": detail,
        "errors": [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults],
        **(members or {}),
    }
    kept = {"Cache-Control": "no-store", **(headers or {})}
    return Response(write_json(content), kind.status, kept, MEDIA_TYPE)


def problem_of(error: Exception) -> Response:
    """Answer with the problem that an error is; the text of an unforeseen error is logged, and not sent."""
    if shows_damage(error) and not isinstance(error, (OutcomeUnknownError, BrokenSealError)):
        return _report_damaged(error)
    for raised, answer in _ANSWERS:
        if isinstance(error, raised):
            return answer(error)
    return _report_no_room(error) if of_disk(error) else _report_unforeseen(error)


def _report_as(name: str) -> Callable[[Exception], Response]:
    """Answer with the error's own words as a problem of this kind."""
    return lambda error: problem(name, str(error))


def _report_content(error: ContentError) -> Response:
    return problem("content", str(error), error.told)


def _report_refusal(error: RefusedError) -> Response:
    headers = _SENT_WITH.get(error.name)
    return problem(error.name, error.fault.detail, [error.fault], headers=headers)


def _report_unreadable(error: InstantError | ValidTimeError) -> Response:
    return problem("content", str(error), [Fault("", str(error))])


def _report_invalid(error: RequestValidationError) -> Response:
    faults = (Fault(pointer(detail["loc"]), detail["msg"]) for detail in error.errors())
    return _report_content(ContentError.of(faults))


def _report_not_yet_known(error: NotYetKnownError) -> Response:
    detail = (
        f"the {error.what} {error.name} exists, but nothing was known of it as of the dates asked for: give"
        " a later as_known_at or position, or the other clock"
    )
    return problem("not-yet-known", detail, [Fault(f"/path/{error.what}", detail)])


def _report_unknown(error: UnknownError) -> Response:
    return problem("unknown", str(error), [Fault(f"/path/{error.what}", str(error))])


def _report_withdrawn(error: WithdrawnError) -> Response:
    members = {"fact": str(error.fact_id), "why": error.why}
    return problem("withdrawn", str(error), members=members)


def _report_erasure(error: ErasedError) -> Response:
    members: dict[str, Any] = {}
    if error.fact_id is not None:
        members = {"fact": str(error.fact_id), "position": error.position, "why": error.why}
    if error.erased_at is not None:
        members["erased_at"] = format_instant(error.erased_at)
    return problem("erased", str(error), members=members)


def _report_taken(error: TakenError) -> Response:
    what = {"external id": "external_id", "snapshot name": "name"}.get(error.what, error.what)
    members = {"holder": error.holder}
    if error.holder.startswith("fact "):
        members["fact"] = error.holder.removeprefix("fact ")
    return problem("taken", str(error), [Fault(f"/{what}", str(error))], members=members)


def _report_stale(error: StaleError) -> Response:
    about = {} if error.of_negotiation else {"fact": str(error.fact_id)}
    return _report_moved_on("stale", error, **about, version=error.version)


def _report_moved_on(name: str, error: MovedOnError, **members: object) -> Response:
    return problem(name, str(error), [Fault("/header/If-Match", str(error))], members=members)


def _report_unauthenticated(error: UnauthenticatedError) -> Response:
    faults = [Fault("/header/Authorization", str(error))]
    headers = {"WWW-Authenticate": 'Bearer realm="parley"'}
    return problem("unauthenticated", str(error), faults, headers=headers)


def _report_forbidden(error: ForbiddenError) -> Response:
    challenge = f'Bearer realm="parley", error="insufficient_scope", scope="{error.scope}"'
    faults = [Fault("/header/Authorization", str(error))]
    return problem("forbidden", str(error), faults, headers={"WWW-Authenticate": challenge})


def _report_http(error: HTTPException) -> Response:
    name = {404: "unknown", 405: "method", 413: "too-large"}.get(error.status_code, "malformed")
    detail = "there is nothing at this address" if name == "unknown" else str(error.detail)
    return problem(name, detail, headers=error.headers)


def _report_out_of_reach(error: Exception) -> Response:
    log_error(_LOG, "the database cannot serve", error)
    return problem("unavailable", _BUSY, headers=_AGAIN)


def _report_no_room(error: Exception) -> Response:
    log_error(_LOG, "the server's disk cannot be used", error)
    return problem("unavailable", _NO_ROOM, headers=_AGAIN)


def _report_outcome_unknown(error: OutcomeUnknownError) -> Response:
    log_error(_LOG, "a commit broke off", error)
    return problem("outcome-unknown", _UNKNOWN_OUTCOME, headers=_AGAIN)


def _report_broken_off(error: BrokenOffError) -> Response:
    log_error(_LOG, "an import broke off", error)
    members = {"recorded": error.recorded, "of": error.of}
    return problem("broken-off", str(error), members=members, headers=_AGAIN)


def _report_clock(error: ClockInDoubtError) -> Response:
    _LOG.error("a clock is in doubt: %s", error)
    return problem("clock-in-doubt", str(error), headers=_LATER)


def _report_sealed(error: SealKeyError) -> Response:
    _LOG.error("the keys that seal the record are missing: %s", error)
    missing = isinstance(error, MissingKeyError)
    return problem("seal-key", str(error) if missing else _UNUSABLE, headers=_LATER)


def _report_broken(error: BrokenSealError) -> Response:
    log_error(_LOG, "a seal is broken", error)
    return problem("integrity", str(error))


def _report_damaged(error: Exception) -> Response:
    log_error(_LOG, "the database is damaged", error)
    return problem("integrity", _DAMAGED)


def _report_unforeseen(error: Exception) -> Response:
    log_error(_LOG, "an error that nobody foresaw", error)
    return problem("internal", _UNREADABLE)


_ANSWERS: Final[tuple[tuple[type[Exception], Callable[[Any], Response]], ...]] = (
    (ContentError, _report_content),
    (RefusedError, _report_refusal),
    (NotYetKnownError, _report_not_yet_known),
    (UnknownError, _report_unknown),
    (WithdrawnError, _report_withdrawn),
    (ErasedError, _report_erasure),
    (TakenError, _report_taken),
    (StaleError, _report_stale),
    (RevisedError, lambda e: _report_moved_on("revised", e, proposal=str(e.change_request))),
    (SettingsMovedOnError, lambda e: _report_moved_on("settings-changed", e)),
    (StateError, _report_as("state")),
    (OwnChangeRequestError, _report_as("own-proposal")),
    (OthersChangeRequestError, _report_as("others-proposal")),
    (UnauthenticatedError, _report_unauthenticated),
    (ForbiddenError, _report_forbidden),
    (InstantError, _report_unreadable),
    (ValidTimeError, _report_unreadable),
    (RequestValidationError, _report_invalid),
    (HTTPException, _report_http),
    (ReadOnlyError, _report_as("read-only")),
    (BrokenOffError, _report_broken_off),
    (OutcomeUnknownError, _report_outcome_unknown),
    (ClockInDoubtError, _report_clock),
    (SealKeyError, _report_sealed),
    (BrokenSealError, _report_broken),
    *((error, _report_out_of_reach) for error in OUT_OF_REACH),
)
"""Which error is which problem; the more particular first."""
