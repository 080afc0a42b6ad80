"""Answers the question of a certificate in its fixed form, for the person who asks for the certificate."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from api.commands.json_text import write_json
from api.composition import Parley
from api.http.authorization import principal_of
from api.http.exchange.in_process import Reply, ask_on_behalf
from api.http.problems import problem
from domain.errors import ContentError, Fault
from domain.proof.certificate import ABSENT, AbsentResult, Certificate, DigestResult
from infrastructure.proofs.publishing import last_signed_note

_SEGMENT: Final = r"""(?:[!-"$&-.0->@-~]|%(?:[013-9A-Fa-f][0-9A-Fa-f]|2[0-9A-Ea-e])){1,300}"""
"""One part of a path. No %2F is in it: decoded, that would part it, and ask something else."""
_PARAMETER: Final = re.compile(r"\{[a-z_]+\}")
_NOT_BY_POSITION: Final = frozenset({"readProof", "readSnapshot"})
"""Operations whose answers do not follow from the log at a position: a proof also rests on what was signed since, and a
snapshot on what was kept."""
_CANONICAL: Final = re.compile(r'<(/[!-~]+)>; rel="canonical"')
_PINS: Final = ("position", "as_known_at", "cursor")
"""What an answer that names no other fixed form is fixed by."""
_PASSED_ON: Final = frozenset({"content-type", "www-authenticate", "retry-after"})
_AS_EVER: Final = frozenset({401, 403, 429})
_AGAIN: Final = {"Retry-After": "1"}


@dataclass(frozen=True)
class CertifiedAnswer:
    """A question in its fixed form, with the credential that asked it, its position in the log, and its answer."""

    question: str
    reader: str
    position: int
    result: DigestResult | AbsentResult


async def ask_question(
    request: Request, parley: Parley, question: str
) -> CertifiedAnswer | Response:
    """Ask on behalf of the sender of the request; the refusal where the question itself is refused."""
    if not re.fullmatch(certifiable(request.app.state.addresses), question):
        lists = "a timeline, the people, a tally, diff, audit"
        detail = f"the path and query of a state, a section of it, {lists}, fact or history"
        raise ContentError.at("/question", f"write here, percent-encoded, {detail}")
    reply = await ask_on_behalf(request, question)
    fixed = _CANONICAL.fullmatch(reply.headers.get("link", ""))
    if fixed is not None:
        question = fixed[1]
        reply = await ask_on_behalf(request, question)
    elif isinstance(result_of(reply), AbsentResult) and not _has(question, "position"):
        question += f"{'&' if '?' in question else '?'}position={_head(parley)}"
        reply = await ask_on_behalf(request, question)
    result = result_of(reply)
    if result is None:
        return _refuse(reply)
    if isinstance(result, DigestResult) and not (fixed or _has(question, *_PINS)):
        return problem("not-certifiable", "the answer has no fixed form")
    return CertifiedAnswer(question, _reader(request), _position(reply, question, parley), result)


def certifiable(routes: Iterable[APIRoute]) -> str:
    """The pattern of the questions that can be certified: a path, percent-encoded, and a query.

    They are those about one negotiation or fact whose answer is JSON and fixed by a position.
    """
    paths = [
        _PARAMETER.sub(lambda _: _SEGMENT, route.path)
        for route in routes
        if "GET" in (route.methods or ())
        and route.param_convertors
        and HTTPStatus.NOT_MODIFIED in route.responses
        and "application/json" in route.responses[HTTPStatus.OK]["content"]
        and route.operation_id not in _NOT_BY_POSITION
    ]
    return rf"^(?:{'|'.join(sorted(paths))})(?:\?[!-~]{{0,7000}})?$"


def result_of(reply: Reply) -> DigestResult | AbsentResult | None:
    """The result that a certificate states for an answer; None where the question was refused."""
    if reply.status == HTTPStatus.OK:
        return DigestResult(sha256(reply.body).hexdigest())
    name = _problem(reply)
    return AbsentResult(name) if ABSENT.get(name) == reply.status else None


def make_certificate(parley: Parley, asked: CertifiedAnswer) -> Certificate | Response:
    """Give the certificate that is to be signed; 503 while no signed checkpoint covers it."""
    publisher = parley.publisher
    if publisher is None:
        return problem("unavailable", "this server does not sign the log", headers=_AGAIN)
    publisher.keep_publishing()
    with parley.database.reading() as connection:
        note = last_signed_note(connection)
    if publisher.refusal is not None:
        return problem("unavailable", f"the log is not signed: {publisher.refusal}", headers=_AGAIN)
    checkpoint = publisher.verify_own(note)
    if note is None or checkpoint is None or checkpoint.size < asked.position:
        detail = f"no signed checkpoint covers position {asked.position} yet: send this again in a few seconds"
        return problem("unavailable", detail, headers=_AGAIN)
    return Certificate(
        origin=publisher.signer.key.name,
        question=asked.question,
        reader=asked.reader,
        time=parley.clock(),
        position=asked.position,
        result=asked.result,
        checkpoint=note,
    )


def respond_with_certificate(parley: Parley, certificate: Certificate) -> Response | None:
    """Answer with a certificate, signed; None where this server does not sign its log, or not by the same key."""
    publisher = parley.publisher
    if publisher is None or publisher.verify_own(certificate.checkpoint) is None:
        return None
    headers = {"Cache-Control": "no-store"}
    body = write_json(_describe(certificate, certificate.sign(publisher.signer)))
    return Response(body, HTTPStatus.CREATED, headers, "application/json")


def _describe(certificate: Certificate, note: str) -> dict[str, Any]:
    result = certificate.result
    return {
        "question": certificate.question,
        "reader": certificate.reader,
        "position": certificate.position,
        "reading": certificate.reading,
        "status": result.status,
        "sha256": result.sha256 if isinstance(result, DigestResult) else None,
        "problem": result.problem if isinstance(result, AbsentResult) else None,
        "certificate": note,
    }


def _refuse(reply: Reply) -> Response:
    """The API's own refusal if the sender may not ask; otherwise a refusal to certify a question that is wrong."""
    if reply.status in _AS_EVER or reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        kept = {name: text for name, text in reply.headers.items() if name in _PASSED_ON}
        return Response(reply.body, reply.status, {**kept, "cache-control": "no-store"})
    refusal = json.loads(reply.body)
    faults = [Fault("/question", error["detail"]) for error in refusal["errors"]]
    members = {"refused": {"type": refusal["type"], "status": refusal["status"]}}
    return problem("not-certifiable", refusal["detail"], faults, members=members)


def _has(question: str, *names: str) -> bool:
    query = dict(parse_qsl(question.partition("?")[2], keep_blank_values=True))
    return not query.keys().isdisjoint(names)


def _problem(reply: Reply) -> str:
    """The name of the problem in an answer; empty where the answer is not a problem."""
    if not reply.headers.get("content-type", "").startswith("application/problem+json"):
        return ""
    return str(json.loads(reply.body)["type"]).rpartition(":")[2]


def _position(reply: Reply, question: str, parley: Parley) -> int:
    """The position that an answer names; where nothing was found, the position that was asked for."""
    if reply.status == HTTPStatus.OK:
        return int(json.loads(reply.body)["perspective"]["position"])
    at = dict(parse_qsl(question.partition("?")[2])).get("position")
    return _head(parley) if at is None else int(at)


def _head(parley: Parley) -> int:
    with parley.reading(parley.owner) as reading:
        return reading.head


def _reader(request: Request) -> str:
    """The credential that asked, by its name."""
    return principal_of(request).caller
