"""The kinds of problems, as the last part of their URN names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """A kind of problem: the status that it is answered with, and its title."""

    status: int
    title: str


PROBLEMS: Final[Mapping[str, ProblemKind]] = {
    "malformed": ProblemKind(400, "The request is malformed"),
    "unauthenticated": ProblemKind(401, "A credential is needed, or this one is not valid"),
    "forbidden": ProblemKind(403, "The credential does not allow this"),
    "own-proposal": ProblemKind(403, "Another person has to decide on this change"),
    "others-proposal": ProblemKind(403, "Only the person who proposed this change may do this"),
    "cross-origin": ProblemKind(403, "The form was sent from another site"),
    "form-token": ProblemKind(403, "The form does not belong to this session"),
    "unknown": ProblemKind(404, "Not found"),
    "not-yet-known": ProblemKind(404, "It was not yet known as of the dates asked for"),
    "not-signed": ProblemKind(404, "No signed checkpoint covers it yet"),
    "method": ProblemKind(405, "This address does not support this method"),
    "too-slow": ProblemKind(408, "The request did not arrive in time"),
    "taken": ProblemKind(409, "The name is in use"),
    "state": ProblemKind(409, "The status does not allow this command"),
    "not-reached": ProblemKind(409, "This is not in the log at this position"),
    "not-certifiable": ProblemKind(409, "The question to be certified is refused"),
    "under-way": ProblemKind(409, "The same request is still being processed"),
    "withdrawn": ProblemKind(410, "The fact is retracted"),
    "erased": ProblemKind(410, "The fact was erased"),
    "stale": ProblemKind(412, "It has changed since the version that was named"),
    "revised": ProblemKind(412, "The change request was revised"),
    "settings-changed": ProblemKind(412, "The settings were changed"),
    "too-large": ProblemKind(413, "The body is too large"),
    "address-too-long": ProblemKind(414, "The address is too long"),
    "media-type": ProblemKind(415, "This address does not read this media type"),
    "misdirected": ProblemKind(421, "This server does not serve this host name"),
    "read-only": ProblemKind(421, "This server only reads"),
    "content": ProblemKind(422, "What was sent breaks a rule"),
    "key-reused": ProblemKind(422, "The idempotency key was used for another request"),
    "precondition-required": ProblemKind(428, "If-Match is required"),
    "rate-limited": ProblemKind(429, "Too many requests in this time"),
    "headers-too-large": ProblemKind(431, "The header fields are too large"),
    "internal": ProblemKind(500, "The server made an error"),
    "integrity": ProblemKind(500, "The record does not match its hash"),
    "unavailable": ProblemKind(503, "The record cannot be reached at the moment"),
    "lagging": ProblemKind(503, "The log of this server has not reached this position yet"),
    "clock-in-doubt": ProblemKind(503, "Nothing is recorded while a clock is in doubt"),
    "seal-key": ProblemKind(503, "This server does not have the keys that seal the record"),
    "outcome-unknown": ProblemKind(503, "It is not known whether this was recorded"),
    "broken-off": ProblemKind(503, "The import broke off: a part of it is recorded"),
    "overloaded": ProblemKind(503, "Too many requests are waiting"),
}
