"""The kinds of problems, as the last part of their URN names them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

__all__ = ["PROBLEMS", "Kind"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: the status that it is answered with, and its title."""

    status: int
    title: str


PROBLEMS: Final[Mapping[str, Kind]] = {
    "malformed": Kind(400, "The request is malformed"),
    "unauthenticated": Kind(401, "A credential is needed, or this one is not valid"),
    "forbidden": Kind(403, "The credential does not allow this"),
    "own-proposal": Kind(403, "Another person has to decide on this change"),
    "others-proposal": Kind(403, "Only the person who proposed this change may do this"),
    "cross-origin": Kind(403, "The form was sent from another site"),
    "form-token": Kind(403, "The form does not belong to this session"),
    "unknown": Kind(404, "Not found"),
    "not-yet-known": Kind(404, "It was not yet known as of the dates asked for"),
    "not-signed": Kind(404, "No signed checkpoint covers it yet"),
    "method": Kind(405, "This address does not support this method"),
    "too-slow": Kind(408, "The request did not arrive in time"),
    "taken": Kind(409, "The name is in use"),
    "state": Kind(409, "The status does not allow this command"),
    "not-reached": Kind(409, "This is not in the log at this position"),
    "not-certifiable": Kind(409, "The question to be certified is refused"),
    "under-way": Kind(409, "The same request is still being processed"),
    "withdrawn": Kind(410, "The fact is retracted"),
    "erased": Kind(410, "The fact was erased"),
    "stale": Kind(412, "It has changed since the version that was named"),
    "revised": Kind(412, "The change request was revised"),
    "settings-changed": Kind(412, "The settings were changed"),
    "too-large": Kind(413, "The body is too large"),
    "address-too-long": Kind(414, "The address is too long"),
    "media-type": Kind(415, "This address does not read this media type"),
    "misdirected": Kind(421, "This server does not serve this host name"),
    "read-only": Kind(421, "This server only reads"),
    "content": Kind(422, "What was sent breaks a rule"),
    "key-reused": Kind(422, "The idempotency key was used for another request"),
    "precondition-required": Kind(428, "If-Match is required"),
    "rate-limited": Kind(429, "Too many requests in this time"),
    "headers-too-large": Kind(431, "The header fields are too large"),
    "internal": Kind(500, "The server made an error"),
    "integrity": Kind(500, "The record does not match its hash"),
    "unavailable": Kind(503, "The record cannot be reached at the moment"),
    "lagging": Kind(503, "The log of this server has not reached this position yet"),
    "clock-in-doubt": Kind(503, "Nothing is recorded while a clock is in doubt"),
    "seal-key": Kind(503, "This server does not have the keys that seal the record"),
    "outcome-unknown": Kind(503, "It is not known whether this was recorded"),
    "broken-off": Kind(503, "The import broke off: a part of it is recorded"),
    "overloaded": Kind(503, "Too many requests are waiting"),
}
