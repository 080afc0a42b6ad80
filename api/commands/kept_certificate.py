"""Keeps a certificate without its question: the client sends the question again, and Parley adds what fixed it.

Ed25519 signs the same text with the same bytes each time, so a certificate that is made again is identical.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import parse_qsl, quote, unquote, urlencode
from uuid import UUID

from api.commands.json_text import write_json
from domain.proof.certificate import AbsentResult, Certificate, DigestResult
from domain.rules import FIRST_READING

_SET_ANEW: Final = frozenset({"as_of", "as_known_at", "position", "from", "to", "include"})
"""Parameters whose fixed form is another text than who asks sent; it is an instant, a number or a word of Parley's."""
_APPENDED: Final = re.compile(r"(?:[?&]position=[0-9]{1,19})?")
_FACT: Final = re.compile(r"/v1/facts/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})", re.IGNORECASE)


def fact_in(question: str) -> UUID | None:
    """The fact that a question is about by its address; None where it is about no single one."""
    match = _FACT.match(unquote(question))
    return None if match is None else UUID(match[1])


def keep_certificate(sent: str, certificate: Certificate) -> bytes | None:
    """What to keep of a certificate so as to make it again; None if that would need the words of its question."""
    fixed = _describe_fixed(sent, certificate.question)
    if fixed is None or _fix_again(sent, fixed) != certificate.question:
        return None
    result = certificate.result
    return write_json(
        {
            "question": fixed,
            "time": certificate.time,
            "position": certificate.position,
            "sha256": result.sha256 if isinstance(result, DigestResult) else None,
            "problem": result.problem if isinstance(result, AbsentResult) else None,
            "origin": certificate.origin,
            "checkpoint": certificate.checkpoint,
            "reading": certificate.reading,
        }
    )


def certificate_again(kept: bytes, sent: str, reader: str) -> Certificate:
    """Make the certificate again from what `keep_certificate` kept, when the same reader sends its question again."""
    fields: dict[str, Any] = json.loads(kept)
    digest = fields["sha256"]
    return Certificate(
        origin=fields["origin"],
        question=_fix_again(sent, fields["question"]),
        reader=reader,
        time=fields["time"],
        position=fields["position"],
        result=AbsentResult(fields["problem"]) if digest is None else DigestResult(digest),
        checkpoint=fields["checkpoint"],
        reading=fields.get("reading", FIRST_READING),
    )


def _describe_fixed(sent: str, fixed: str) -> dict[str, Any] | None:
    """How the fixed form of a question follows from it: what was appended, or its parameters, null where as sent."""
    if fixed.startswith(sent) and _APPENDED.fullmatch(fixed[len(sent) :]):
        return {"appended": fixed[len(sent) :]}
    own, kept = dict(_parameters(sent)), []
    for name, value in _parameters(fixed):
        as_sent = own.get(name) == value
        if not as_sent and name in own and name not in _SET_ANEW:
            return None
        kept.append([name, None if as_sent else value])
    return {"parameters": kept}


def _fix_again(sent: str, kept: dict[str, Any]) -> str:
    if "appended" in kept:
        return f"{sent}{kept['appended']}"
    own = dict(_parameters(sent))
    query = [(name, own[name] if value is None else value) for name, value in kept["parameters"]]
    return f"{quote(unquote(sent.partition('?')[0]))}?{urlencode(query)}"


def _parameters(question: str) -> list[tuple[str, str]]:
    return parse_qsl(question.partition("?")[2], keep_blank_values=True)
