"""A certificate is the log's own word on an answer: what it was, or that there was none."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.body import Sending, Sent
from api.certifying import answered, certified, result_of
from api.documented import body_of, writes
from api.examples import CERTIFIED
from api.idempotency import REPLAYED, Once
from api.in_process import on_behalf
from api.schemas import BodyParser, CertificateBody
from api.threads import LaneRoute, handed_over
from domain.proof.certificate import GaveNot

router: Final = APIRouter(route_class=LaneRoute, tags=["proof"])

LARGEST: Final = 16_384
"""The most bytes that the body of a question may have, as anybody may send one."""
_SENDING: Final = Sending(LARGEST)
_BODY: Final = BodyParser(CertificateBody)


@router.post(
    "/v1/certificates",
    **writes(
        "certify",
        "Certify an answer",
        "Certificate",
        body_of("CertificateBody", {"us-belarus": CERTIFIED}),
        scope="fact:read",
        status=201,
        located=False,
    ),
)
async def certify(sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Sign what a GET gives to you at a resolved perspective, or that it gives nothing (404 and 410).

    It is asked with your own credentials: nothing is certified that you may not read.
    """
    asked = await answered(sent.request, sent.parley, _BODY.parse(sent.body).question)
    if isinstance(asked, Response):
        return asked

    def run(once: Once) -> Response:
        answer = certified(sent.parley, asked)
        if answer.status_code == HTTPStatus.CREATED:
            sent.request.app.state.idempotency.keep(once, answer)
        return answer

    once = sent.request.app.state.idempotency.once
    answer: Response = await handed_over(once, sent, run)
    if REPLAYED in answer.headers and await _is_hidden_now(answer, sent):
        return await handed_over(certified, sent.parley, asked)
    return answer


async def _is_hidden_now(kept: Response, sent: Sent) -> bool:
    """Whether what was certified is there no more for who asks, as for somebody who is no member since."""
    certificate = json.loads(bytes(kept.body))
    if certificate["status"] != HTTPStatus.OK:
        return False
    return isinstance(result_of(await on_behalf(sent.request, certificate["question"])), GaveNot)
