"""A browser without scripts that keeps cookies and sends forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from fastapi import FastAPI
from sqlalchemy import select
from starlette.testclient import TestClient

from domain.access import SCOPES, Scope
from infrastructure.tables.record import session
from tests.web.browsing import Seen

if TYPE_CHECKING:
    from api.composition import Parley

_TICKED: Final = frozenset({"do", "partial", "update"})
HERE: Final = "http://localhost"


@dataclass
class Desk:
    """A browser that finds the pages at `http://localhost`."""

    site: FastAPI
    base: str = HERE
    http: TestClient = field(init=False)

    def __post_init__(self) -> None:
        """Open the browser."""
        self.http = TestClient(
            self.site, base_url=self.base, follow_redirects=False, raise_server_exceptions=False
        )

    @property
    def parley(self) -> Parley:
        """The record behind the pages."""
        found: Parley = self.site.state.parley
        return found

    def see(self, address: str, **headers: str) -> Seen:
        """Open a page."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        response = self.http.get(address, headers={"Accept": "text/html", **named})
        return Seen(response.status_code, dict(response.headers), response.text)

    def post(self, address: str, fields: dict[str, str], **headers: str) -> Seen:
        """Send fields as a form of this server's own pages would, unless headers say otherwise."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        response = self.http.post(
            address, data=fields, headers={"accept": "text/html", "origin": self.base, **named}
        )
        return Seen(response.status_code, dict(response.headers), response.text)

    def fill(self, form: Seen, address: str | None = None, **fields: Any) -> Seen:  # noqa: ANN401 -- texts
        """Send the form of a page with its values, some of them replaced by these fields."""
        action, held = form.form(address)
        named = {name.replace("__", "/"): str(text) for name, text in fields.items()}
        unknown = {name for name in named if name not in held and name != "do"}
        assert not unknown, f"the form has no {unknown}, but {sorted(held)}"
        return self.post(action, {**held, **named})

    def upload(self, form: Seen, address: str, file: bytes | None = None, /, **fields: str) -> Seen:
        """Send the form of a page that takes a file, with its values, some of them replaced by these fields."""
        action, held = form.form(address)
        named = {name.replace("_", "-"): text for name, text in fields.items()}
        unknown = {name for name in named if name not in held and name not in _TICKED}
        assert not unknown, f"the form has no {unknown}, but {sorted(held)}"
        texts = {name: (None, text) for name, text in {**held, **named}.items() if name != "file"}
        chosen = ("facts.csv", file) if file is not None else ("", b"")
        response = self.http.post(
            action,
            files={**texts, "file": chosen},
            headers={"accept": "text/html", "origin": self.base},
        )
        return Seen(response.status_code, dict(response.headers), response.text)

    def enter(self, person: str = "Ann", *scopes: Scope) -> str:
        """Sign in with a new key; gives the key."""
        key, _ = self.parley.keys.create(person, scopes or SCOPES)
        answer = self.post("/sign-in", {"key": key, "to": "/"})
        assert answer.status == 303, answer.words
        return key


def list_sessions(desk: Desk) -> list[Any]:
    """The rows of all sessions."""
    with desk.parley.database.reading() as connection:
        return list(connection.execute(select(session)))


def session_token(desk: Desk) -> str:
    """The value of the browser's cookie."""
    return next(iter(desk.http.cookies.values()))
