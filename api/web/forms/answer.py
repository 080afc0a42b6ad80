"""Answers forms: no cache keeps a page with a form, and after a change the browser is led to a page with the result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.http.session_cookie import takes_session
from api.web.drawing import POLICY, render
from api.web.forms.sent import TOKEN_FIELD, LeftBehindError
from api.web.visit import Visit

if TYPE_CHECKING:
    from api.web.addressing import Addressing

_HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Robots-Tag": "noindex",
}
_NOT_WRITTEN: Final = frozenset(
    {
        *("completing", "digest", "do", "key", "kind", "live", "position"),
        *("shown-citation", "shown-quantity"),
    }
)
"""Fields of forms that nobody fills in, such as tokens."""
_SEEN: Final = "\x21\x7e"


def draw_form(page: Visit, template: str, status: int = 200, **shown: Any) -> Response:  # noqa: ANN401 -- what the template names
    """Draw a page with a form."""
    body = render(template, page=page, listed=False, **shown)
    return Response(body, status, _HEADERS, "text/html; charset=utf-8")


def draw_left_behind(request: Request, error: LeftBehindError) -> Response:
    """Show what was written in a form whose session has ended, so that it can be sent again in another."""
    fields = {name: text for name, text in error.fields.items() if name != TOKEN_FIELD}
    written = {
        name: text for name, text in fields.items() if text.strip() and name not in _NOT_WRITTEN
    }
    action = quote(request.scope["path"])
    return draw_form(
        Visit(request), "again", error.status, fields=fields, written=written, action=action
    )


def sign_in_first(page: Addressing) -> Response:
    """Redirect somebody who is not signed in to the sign-in page, which leads back here."""
    query = page.request.url.query
    here = f"{page.address}?{query}" if query else page.address
    return redirect(f"/sign-in?{urlencode({'to': here})}")


def redirect(address: str) -> Response:
    """Redirect a browser, so that it does not send the form again when the page is reloaded."""
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})


def target_of(address: str) -> str:
    """Give the page of this server that an address names; the first page for any other address."""
    parts = urlsplit(address)
    plain = all(_SEEN[0] <= character <= _SEEN[1] for character in address) and "\\" not in address
    here = not parts.scheme and not parts.netloc and address.startswith("/")
    return address if here and plain and address[1:2] != "/" and takes_session(parts.path) else "/"
