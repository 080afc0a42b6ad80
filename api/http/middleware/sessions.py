"""Finds the session of a request to a page, if the request has no other credential.

If the session has ended, the reader is anonymous, and still sees what is public. When the server asks itself for a
page, it asks as the reader of the page.
"""

from __future__ import annotations

from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from api.http.callers import address_of
from api.http.problems import problem_of
from api.http.session_cookie import token_in
from api.http.threads import Threads
from infrastructure.identity.sessions import Sessions


class SignedIn:
    """ASGI middleware that puts the `session` into a request's state, and its principal."""

    def __init__(self, app: ASGIApp, sessions: Sessions, threads: Threads) -> None:
        self.app = app
        self.sessions = sessions
        self.threads = threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, with the session that its cookie names."""
        token = token_in(scope) if scope["type"] == "http" else None
        if token is not None:
            try:
                look = partial(self.sessions.find, token)
                session = await self.threads.run("reading", look, address_of(scope))
            except Exception as error:  # noqa: BLE001 -- this stands outside of what makes problems of errors
                await problem_of(error)(scope, receive, send)
                return
            if session is not None:
                scope["state"].update(session=session, principal=session.principal)
        await self.app(scope, receive, send)
