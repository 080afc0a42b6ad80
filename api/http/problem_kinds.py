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
    "unauthenticated": Kind(401, "A credential is needed, or this one opens nothing"),
    "forbidden": Kind(403, "The credential does not go so far"),
    "own-proposal": Kind(403, "It takes another person"),
    "others-proposal": Kind(403, "It takes the person who proposed it"),
    "cross-origin": Kind(403, "The form comes from elsewhere"),
    "form-token": Kind(403, "The form is not of this session"),
    "unknown": Kind(404, "There is no such thing"),
    "not-yet-known": Kind(404, "It was not known at this perspective"),
    "not-signed": Kind(404, "No signed checkpoint has it yet"),
    "method": Kind(405, "This method has no meaning here"),
    "too-slow": Kind(408, "The request did not arrive in time"),
    "taken": Kind(409, "The name is in use"),
    "state": Kind(409, "The command does not fit the status"),
    "not-reached": Kind(409, "This is not in the log at this position"),
    "not-certifiable": Kind(409, "The question to be certified is refused"),
    "under-way": Kind(409, "The same request is under way"),
    "withdrawn": Kind(410, "The fact is retracted"),
    "erased": Kind(410, "The fact was erased"),
    "stale": Kind(412, "The fact has moved on"),
    "revised": Kind(412, "The change request was revised"),
    "settings-changed": Kind(412, "The settings were changed"),
    "too-large": Kind(413, "The body is too large"),
    "address-too-long": Kind(414, "The address is too long"),
    "media-type": Kind(415, "The body has another media type than is read here"),
    "misdirected": Kind(421, "This server has another name"),
    "read-only": Kind(421, "This server only reads"),
    "content": Kind(422, "What was sent breaks a rule"),
    "key-reused": Kind(422, "The idempotency key was used for another request"),
    "precondition-required": Kind(428, "If-Match is required"),
    "rate-limited": Kind(429, "Too many requests in this time"),
    "headers-too-large": Kind(431, "The header fields are too large"),
    "internal": Kind(500, "An error of the server"),
    "integrity": Kind(500, "The record does not match its hash"),
    "unavailable": Kind(503, "The record is out of reach"),
    "lagging": Kind(503, "The log has not come as far here yet"),
    "clock-in-doubt": Kind(503, "Nothing is recorded while a clock is in doubt"),
    "seal-key": Kind(503, "The keys that seal the record are not given here"),
    "outcome-unknown": Kind(503, "Whether it was recorded is not known"),
    "broken-off": Kind(503, "The import broke off: a part of it is recorded"),
    "overloaded": Kind(503, "Too many requests are waiting"),
}
