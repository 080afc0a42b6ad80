"""The pages to sign in, with a key that is entered once, and to sign out."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.composition import Parley
from api.http.authorization import principal_of
from api.http.callers import SIGN_IN
from api.http.session_cookie import clear_session_cookie, is_secure, set_session_cookie
from api.http.threads import run_in_lane
from api.web.forms.answer import draw_form, redirect, target_of
from api.web.forms.sent import check_origin, check_token, read_fields, session_of
from api.web.page import Page
from api.web.page_route import router_of_pages

router: Final[APIRouter] = router_of_pages()

_OPENS_NOTHING: Final = (
    "This key opens nothing: it is not known here, or it was revoked or has expired."
)


@router.get(SIGN_IN)
async def read_sign_in(request: Request) -> Response:
    """Ask for a key."""
    page = Page(request, takes=("to",))
    return _draw(page, target_of(page.given.get("to", "")))


@router.post(SIGN_IN)
async def sign_in(request: Request) -> Response:
    """Begin a session for a key; the same answer for one that is unknown, revoked or expired."""
    check_origin(request)
    fields = await read_fields(request)
    parley: Parley = request.app.state.parley
    to = target_of(fields.get("to", ""))
    token = await run_in_lane(_begin_session, parley, fields.get("key", "").strip())
    if token is None:
        return _draw(Page(request, takes=("to",)), to, 401, _OPENS_NOTHING)
    before = request.scope["state"].get("session")
    if before is not None:
        await run_in_lane(parley.sessions.end, before.token)
    response = redirect(to)
    set_session_cookie(request.scope, response, token)
    return response


@router.post("/sign-out")
async def sign_out(request: Request) -> Response:
    """End the session."""
    check_origin(request)
    fields = await read_fields(request)
    parley: Parley = request.app.state.parley
    if principal_of(request).person is not None:
        session = session_of(request)
        check_token(session, fields)
        await run_in_lane(parley.sessions.end, session.token)
    response = redirect("/")
    clear_session_cookie(request.scope, response)
    return response


def _draw(page: Page, to: str, status: int = 200, refused: str | None = None) -> Response:
    scope = page.request.scope
    encrypted = scope["scheme"] == "https" or not is_secure(scope)
    return draw_form(page, "sign_in", status, to=to, refused=refused, encrypted=encrypted)


def _begin_session(parley: Parley, key: str) -> str | None:
    """Begin a session of a key; None if the key is not valid."""
    principal = parley.keys.principal(key)
    return None if principal is None else parley.sessions.begin(principal.caller.partition(":")[2])
