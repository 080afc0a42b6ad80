"""Answers an unforeseen error inside all other middleware, so that they handle its answer like any other."""

from __future__ import annotations

import logging
from asyncio import CancelledError
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem, problem_of
from infrastructure.database.damage import Damage
from infrastructure.database.trouble import is_trouble, log_error

_LOG: Final = logging.getLogger("parley.api")
_STOPPING: Final = (
    "the server is being stopped and waited no longer for this request: all, nothing or, of an import, a part was "
    "recorded; send it again with the same Idempotency-Key, or import the same file again: it is recorded once"
)


class Unforeseen:
    """ASGI middleware next to the application; a defect is also raised to the server, other trouble is not.

    If an answer has begun, the server closes the connection, so that its reader sees that the answer is not whole.

    A server that stops cancels the requests that take longer than it waits. What such a request still does is unknown.
    """

    def __init__(self, app: ASGIApp, damage: Damage) -> None:
        self.app = app
        self._damage = damage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and answer an error if nothing was answered yet."""
        begun = False

        async def pass_on(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, pass_on)
        except CancelledError:
            if scope["type"] != "http" or begun:
                raise
            stopping = problem("outcome-unknown", _STOPPING, headers={"Retry-After": "1"})
            await stopping(scope, receive, send)
        except Exception as error:
            self._damage.note(error)
            if scope["type"] == "http" and not begun:
                await problem_of(error)(scope, receive, send)
                if is_trouble(error):
                    return
            else:
                cause = error.__cause__ or error  # Starlette raises an error of its own from it
                if is_trouble(cause):
                    log_error(_LOG, "an answer broke off", cause)
                    return
            raise
