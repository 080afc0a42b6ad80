"""Answers an unforeseen error inside all other middleware, so that they handle its answer like any other."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem_of
from infrastructure.database.damage import Damage
from infrastructure.database.trouble import is_trouble

__all__ = ["Unforeseen"]


class Unforeseen:
    """ASGI middleware next to the application; a defect is also raised to the server, other trouble is not."""

    def __init__(self, app: ASGIApp, damage: Damage) -> None:
        self.app = app
        self._damage = damage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on, and answer an error if nothing was answered yet."""
        begun = False

        async def passed(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, passed)
        except Exception as error:
            self._damage.note(error)
            if scope["type"] == "http" and not begun:
                await problem_of(error)(scope, receive, send)
                if is_trouble(error):
                    return
            raise
