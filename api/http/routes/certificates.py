"""Makes certificates: the log signs what an answer was, or that there was none."""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.bodies import CertificateBody
from api.commands.commands import BodyParser
from api.commands.examples import CERTIFIED
from api.commands.kept_certificate import certificate_again, fact_in, keep_certificate
from api.http.exchange.body import Sending, Sent
from api.http.exchange.certification import (
    ask_question,
    make_certificate,
    respond_with_certificate,
    result_of,
)
from api.http.exchange.idempotency import REPLAYED, Once, about_nothing, answer_once
from api.http.exchange.in_process import ask_on_behalf
from api.http.exchange.operation import body_of, writes
from api.http.threads import LaneRoute, run_in_lane
from domain.proof.certificate import AbsentResult, Certificate

router: Final = APIRouter(route_class=LaneRoute, tags=["proof"])

LARGEST: Final = 16_384
"""The most bytes that the body of a question may have, as anybody may send one."""
_SENDING: Final = Sending(most=LARGEST)
_BODY: Final = BodyParser(CertificateBody)


@router.post(
    "/v1/certificates",
    **writes(
        "certify",
        "Certify an answer",
        "CertificateResponse",
        body_of("CertificateBody", {"us-belarus": CERTIFIED}),
        scope="fact:read",
        status=201,
        located=False,
    ),
)
async def certify(sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Sign the answer that a GET gives you at an exact perspective, or that it gives none (404 and 410).

    Parley asks the question with your credentials, so it certifies only what you may read.
    """
    question = _BODY.parse(sent.body).question
    asked = await ask_question(sent.request, sent.parley, question)
    if isinstance(asked, Response):
        return asked

    def run(once: Once) -> Response:
        outcome = make_certificate(sent.parley, asked)
        answer = (
            outcome
            if isinstance(outcome, Response)
            else respond_with_certificate(sent.parley, outcome)
        )
        if answer is None:
            raise AssertionError
        kept = keep_certificate(question, outcome) if isinstance(outcome, Certificate) else None
        if kept is not None:
            once.fact = fact_in(question)
            sent.request.app.state.idempotency.keep(once, answer, kept)
        return answer

    once = partial(answer_once, look_first=True)
    answer = await run_in_lane(once, sent, about_nothing(), run)
    if REPLAYED not in answer.headers or answer.status_code != HTTPStatus.CREATED:
        return answer
    first = certificate_again(bytes(answer.body), question, asked.reader)
    again = (
        None if await _is_hidden_now(first, sent) else respond_with_certificate(sent.parley, first)
    )
    if again is not None:
        again.headers[REPLAYED] = "true"
        return again
    return await run_in_lane(run, Once(sent, about_nothing(), None, frozenset))


async def _is_hidden_now(first: Certificate, sent: Sent) -> bool:
    """Whether what was certified is there no more for who asks, as for somebody who is no member since."""
    if first.result.status != HTTPStatus.OK:
        return False
    return isinstance(result_of(await ask_on_behalf(sent.request, first.question)), AbsentResult)
