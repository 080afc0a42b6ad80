"""A fixture that serves a record on a real connection, under given settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import uvicorn

from api.cli.serving.processes import PROTOCOL
from api.composition import compose
from api.http.app import create_app
from tests.api.serving import Served
from tests.conftest import DATABASES
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.databases import Kind


@pytest.fixture(params=DATABASES)
def serve(
    request: pytest.FixtureRequest, fresh_database: Callable[[Kind], str]
) -> Iterator[Callable[..., Served]]:
    """Serve a record under given settings; can be called several times."""
    begun = []

    def serve_record(**settings: str) -> Served:
        parley = compose(settings_of(fresh_database(request.param), **settings), upgrade=False)
        app = create_app(parley, identify=lambda *_: parley.owner)
        server = Served(uvicorn.Config(app, log_config=None, **PROTOCOL))
        begun.append((server, parley))
        return server

    yield serve_record
    for found, parley in begun:
        found.stop()
        parley.close()
