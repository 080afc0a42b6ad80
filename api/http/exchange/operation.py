"""Describes an operation for the OpenAPI document: its parameters, its answers and its refusals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from starlette.responses import Response

from api.http.authorization import describe_security
from api.http.exchange.parameters import Parameter
from api.http.problem_kinds import PROBLEMS
from api.http.problems import MEDIA_TYPE
from domain.access import Scope

_SCOPED: Final = (401, 403)
_ALWAYS: Final = (414, 421, 429, 431, 500, 503)
_READ: Final = (404, 409, 422)
_WRITE: Final = (400, 404, 408, 409, 410, 413, 415, 422)
_TAG: Final = {"schema": {"type": "string"}, "description": "A strong entity tag"}
_CACHE: Final = {
    "schema": {"type": "string"},
    "description": "Whether the answer is fixed, and for how long it may then be kept",
}
_CACHE_TAG: Final = {
    "schema": {"type": "string"},
    "description": "The negotiation, and where they are few its facts, by which a cache is purged",
}
_LINK: Final = {"schema": {"type": "string"}, "description": 'The fixed form, rel="canonical"'}
_CACHED: Final = {
    "ETag": _TAG,
    "Cache-Control": _CACHE,
    "Cache-Tag": _CACHE_TAG,
    "Link": _LINK,
}
_IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "ETags that the client has",
    "schema": {"type": "string"},
}


def _if_match(description: str, pattern: str, example: str, *, required: bool) -> dict[str, Any]:
    return {
        "name": "If-Match",
        "in": "header",
        "required": required,
        "description": description,
        "schema": {"type": "string", "pattern": pattern},
        "example": example,
    }


FACT_TAG: Final = _if_match(
    "The fact's ETag, or its version in quotation marks, or `*`",
    r'^(?:\*|"[0-9]{1,9}(?:-[0-9a-f]{32})?")$',
    "*",
    required=True,
)
NEGOTIATION_TAG: Final = _if_match(
    "The ETag of the negotiation, as of its state, or its version in quotation marks, or `*`",
    r'^(?:\*|"[0-9]{1,9}"|"(?:[0-9]{1,9}-)?[0-9a-f]{32}")$',
    "*",
    required=True,
)
CHANGE_REQUEST_TAG: Final = _if_match(
    "The ETag of the change request as it was seen",
    '^"[0-9a-f]{64}"$',
    f'"{"0" * 64}"',
    required=True,
)
CHANGE_REQUEST_SEEN: Final = {
    **CHANGE_REQUEST_TAG,
    "required": False,
    "description": "The ETag of the change request that you saw",
}
SETTINGS_SEEN: Final = _if_match(
    "The ETag of the settings as they were seen, where no others are meant, or `*`",
    r'^(?:\*|"[0-9a-f]{64}")$',
    "*",
    required=False,
)
IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body replays the first answer, of a refusal its status, type and pointers without"
    " details; with another body it is 422. Kept for `PARLEY_IDEMPOTENCY_HOURS`, at least 24.",
    "schema": {"type": "string", "pattern": "^[!-~]{1,255}$", "minLength": 1, "maxLength": 255},
}
"""The parameter `Idempotency-Key`, which every POST has."""


OF_WHAT_HOLDS: Final = frozenset({"as_of", "match"})
"""Parameters that every GET takes. They mean nothing where an answer tells what was recorded, and not what held."""


def reference(name: str) -> dict[str, str]:
    """Point to a component's schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def reads(  # noqa: PLR0913 -- one argument a part of the description
    operation: str,
    summary: str,
    answer: str | None,
    parameters: Iterable[Parameter] = (),
    *,
    scope: Scope | None = "fact:read",
    media: Mapping[str, Any] | None = None,
    refuses: tuple[int, ...] = (),
    cached: bool = True,
    tagged: bool = False,
    unoffered: frozenset[str] = frozenset(),
) -> dict[str, Any]:
    """Describe a GET, as keyword arguments of FastAPI's decorator: it answers JSON, other media, or both.

    `scope` is the scope that it takes; requests are checked against it. `unoffered` names parameters that it takes and
    that mean nothing to it.
    """
    json = {} if answer is None else {"application/json": {"schema": reference(answer)}}
    content = {**json, **(media or {})}
    headers = {**_CACHED} if cached else {}
    if tagged:
        headers["ETag"] = _TAG
    responses = {200: {"description": "The answer", "content": content, "headers": headers}}
    if cached:
        responses[304] = {"description": "The client has this answer", "headers": {"ETag": _TAG}}
    extra = [parameter.describe() for parameter in parameters if parameter.name not in unoffered]
    refused = (*(_READ if cached else ()), *_find_credential_statuses(scope), *refuses)
    return {
        **_common(operation, summary),
        "responses": {**responses, **_refusals(refused)},
        "openapi_extra": {
            "parameters": [*extra, *([_IF_NONE_MATCH] if cached else [])],
            **describe_security(scope),
        },
    }


def writes(  # noqa: PLR0913 -- one argument a part of the description
    operation: str,
    summary: str,
    answer: str | tuple[str, ...],
    body: Mapping[str, Any],
    *,
    scope: Scope = "fact:write",
    status: int = 200,
    parameters: Iterable[Parameter] = (),
    if_match: Mapping[str, Any] | None = None,
    tagged: bool = False,
    located: bool = True,
    tried: str | None = None,
    proposed: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Describe a POST, as keyword arguments of FastAPI's decorator; `tried` is the answer to a dry run, with 200."""
    location = {"schema": {"type": "string"}, "description": "Where the new thing is"}
    headers = {"ETag": _TAG} if tagged else {}
    if status == HTTPStatus.CREATED and located:
        headers["Location"] = location
    content = {"application/json": {"schema": _refer_to_one_of(answer)}}
    done = {status: {"description": "Done", "content": content, "headers": headers}}
    if proposed is not None:
        done[202] = dict(proposed)
    if tried is not None:
        would_be = {"application/json": {"schema": reference(tried)}}
        done[200] = {"description": "The result of a dry run", "content": would_be, "headers": {}}
    refused = (*_WRITE, *_find_credential_statuses(scope), *_preconditions(if_match))
    shared = [IDEMPOTENCY_KEY] if if_match is None else [dict(if_match), IDEMPOTENCY_KEY]
    return {
        **_common(operation, summary),
        "response_description": "Done",
        "status_code": status,
        "responses": {
            **done,
            **_refusals(refused),
        },
        "openapi_extra": {
            "parameters": [*(parameter.describe() for parameter in parameters), *shared],
            "requestBody": {"required": True, "content": dict(body)},
            **describe_security(scope),
        },
    }


def body_of(name: str, examples: Mapping[str, Any]) -> dict[str, Any]:
    """Describe a JSON body with examples by name."""
    shown = {each: {"value": value} for each, value in examples.items()}
    return {"application/json": {"schema": reference(name), "examples": shown}}


def _preconditions(if_match: Mapping[str, Any] | None) -> tuple[int, ...]:
    if if_match is None:
        return ()
    return (412, 428) if if_match["required"] else (412,)


def _refer_to_one_of(answer: str | tuple[str, ...]) -> dict[str, Any]:
    names = (answer,) if isinstance(answer, str) else answer
    references = [reference(name) for name in names]
    return references[0] if len(references) == 1 else {"anyOf": references}


def _find_credential_statuses(scope: Scope | None) -> tuple[int, ...]:
    """The statuses with which credentials are refused; without a needed scope, an invalid one is still refused."""
    return (401,) if scope is None else _SCOPED


def _common(operation: str, summary: str) -> dict[str, Any]:
    return {"operation_id": operation, "summary": summary, "response_class": Response}


def _refusals(statuses: Iterable[int]) -> dict[int | str, Any]:
    responses: dict[int | str, Any] = {}
    for status in sorted({*statuses, *_ALWAYS}):
        titles = [f"{k.title} (`{n}`)" for n, k in PROBLEMS.items() if k.status == status]
        responses[status] = {
            "description": "; ".join(titles) or HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": reference("ProblemResponse")}},
        }
    return responses
