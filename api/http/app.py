"""Makes the application around a record that is already open."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache
from http import HTTPStatus
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.commands.charts.renderer import Pictures, renderer
from api.commands.commands import FactParser
from api.composition import Parley
from api.http import routes
from api.http.exchange.change_request_response import repeat_response
from api.http.exchange.idempotency import Idempotency
from api.http.exchange.kept_answers import MOST_PAGES_BYTES, KeptAnswers
from api.http.exchange.kept_form import names_in
from api.http.exchange.revalidation import KnownTags
from api.http.log_watch import LogWatch
from api.http.middleware.authentication import Identify, identify_by
from api.http.middleware.stack import guard
from api.http.openapi.document import document
from api.http.problems import RefusedError, problem_of
from api.http.route_table import RouteTable
from api.http.threads import Threads
from domain.errors import RecordError
from domain.fact import Fact
from domain.time.edtf_fault import ValidTimeError
from domain.time.instant import InstantError
from infrastructure.errors import OUT_OF_REACH
from infrastructure.kept_bytes import KeptBytes

if TYPE_CHECKING:
    from infrastructure.identity.oidc import TokenVerifier

_DOCUMENTS: Final[dict[tuple[type[Fact], ...], bytes]] = {}

VERSION: Final = "0.1.0"
_HANDLED: Final = (
    RecordError,
    RefusedError,
    InstantError,
    ValidTimeError,
    RequestValidationError,
    HTTPException,
    *OUT_OF_REACH,
    Exception,
)


def create_app(
    parley: Parley, *, identify: Identify | None = None, before: Iterable[APIRouter] = ()
) -> FastAPI:
    """Make the application that serves a record over HTTP, with the kinds of fact that are registered by now.

    `identify` tells who brings a credential; left out, it is the record's keys and the settings' issuer. The routes of
    the routers `before` come before those of the API.
    """

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with parley.keep_following():
            yield

    app = FastAPI(
        lifespan=lifespan,
        title="Parley",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        separate_input_output_schemas=True,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.parley = parley
    app.state.facts = FactParser()
    known = cache(lambda: names_in(app.openapi()))
    app.state.idempotency = Idempotency(parley, repeat_response, known)
    app.state.known_tags = KnownTags()
    app.state.kept_answers = KeptAnswers()
    app.state.kept_pages = KeptAnswers(KeptBytes(MOST_PAGES_BYTES))
    app.state.pictures = Pictures(renderer())
    app.state.threads = Threads(parley.settings.limits)
    app.state.log_watch = LogWatch(parley, app.state.threads)
    app.state.addresses = _routes()
    app.state.pages = [route for router in before for route in router.routes]
    app.router.routes.append(RouteTable([*app.state.pages, *app.state.addresses]))
    guard(app, parley, identify or identify_by(parley.keys, _verifier_of(parley)))
    for error in _HANDLED:
        app.add_exception_handler(error, _answer)
    described: dict[str, Any] = {}

    def openapi() -> dict[str, Any]:
        if not described:
            described.update(json.loads(_document_of(app, app.state.facts)))
        return described

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _verifier_of(parley: Parley) -> TokenVerifier | None:
    """What verifies tokens, which is imported where the settings name an issuer."""
    if parley.settings.oidc is None:
        return None
    from infrastructure.identity.oidc import verifier_of  # noqa: PLC0415

    return verifier_of(parley.settings.oidc)


def _document_of(app: FastAPI, parser: FactParser) -> bytes:
    """The document of these kinds of fact: one for all applications of a process, since their routes are the same."""
    if parser.kinds not in _DOCUMENTS:
        _DOCUMENTS[parser.kinds] = json.dumps(document(app, parser)).encode()
    return _DOCUMENTS[parser.kinds]


@cache
def _routes() -> list[APIRoute]:
    """Every route of the API; what FastAPI works out of them holds for each application."""
    modules = [
        import_module(f"{routes.__name__}.{module.name}")
        for module in iter_modules(routes.__path__)
    ]
    return [route for module in modules for route in module.router.routes]


async def _answer(request: Request, error: Exception) -> Response:
    request.app.state.parley.database.damage.note(error)
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        error.headers = {"Allow": ", ".join(_list_methods(request))}
    return problem_of(error)


def _list_methods(request: Request) -> list[str]:
    """The methods of every route at this address; GET brings HEAD."""
    methods: set[str] = set()
    for route in (*request.app.state.addresses, *request.app.state.pages):
        if route.path_regex.match(request.scope["path"]):
            methods |= route.methods
    return sorted(methods | ({"HEAD"} if "GET" in methods else set()))
