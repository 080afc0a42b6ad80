"""Adds the pages to the API, and shows refusals to browsers as pages."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from fastapi import APIRouter, FastAPI

from api.composition import Parley
from api.http.app import create_app
from api.http.middleware.authentication import Identify
from api.web import pages
from api.web.refusals import RefusalPages


def create_site(parley: Parley, *, identify: Identify | None = None) -> FastAPI:
    """Serve a record over HTTP, with its pages."""
    app = create_app(parley, identify=identify, before=_routers())
    app.add_middleware(RefusalPages)
    return app


def _routers() -> list[APIRouter]:
    names = (module.name for module in iter_modules(pages.__path__))
    return [import_module(f"{pages.__name__}.{name}").router for name in names]
