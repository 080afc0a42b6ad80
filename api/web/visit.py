"""Describes a visit of a page: who is signed in, and which actions are offered to them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request

from api.composition import Parley
from api.web.forms.sent import form_token, session_of
from domain.access import Principal, Scope
from domain.errors import ForbiddenError
from infrastructure.settings import Settings


@dataclass
class Visit:
    """One request for a page."""

    request: Request

    @property
    def reader(self) -> Principal | None:
        """The person who is signed in; None if nobody is."""
        session = self.request.scope["state"].get("session")
        return None if session is None else session.principal

    @property
    def form_token(self) -> str:
        """The token that each form of the page carries."""
        return form_token(session_of(self.request))

    @property
    def settings(self) -> Settings:
        """The settings of the server."""
        parley: Parley = self.request.app.state.parley
        return parley.settings

    def may(self, scope: Scope) -> bool:
        """Whether somebody is signed in whose key has a scope, so that a form is offered."""
        return self.reader is not None and self.reader.may(scope)

    def need(self, scope: Scope) -> None:
        """ForbiddenError where the key of the person who is signed in does not have a scope."""
        if not self.may(scope):
            raise ForbiddenError(scope)
