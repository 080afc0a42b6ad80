"""The pictures of pages in `docs/pictures`. `python -m tests.web.pictured` takes them again; it needs Chromium."""

from __future__ import annotations

import os
import tempfile
from base64 import b64decode
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from playwright.sync_api import sync_playwright
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from infrastructure.settings import Settings
from tests.api.asking import Client, authorize
from tests.api.serving import Served
from tests.programs import find_program
from tests.web.browsing import BELARUS, import_record

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PICTURES: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures"
LARGEST: Final = 120_000
QUALITIES: Final = (90, 80, 70, 60, 50)
_CUTS: Final = "as_of=2025-11-22&as_known_at=2025-11-26&clock=published"


@dataclass(frozen=True)
class Shot:
    """A part of a page: its address, its size in pixels, and the element at its top, unless it begins with the page."""

    address: str
    width: int
    height: int
    begins: str = "body"
    scale: float = 1.5


SHOTS: Final = {
    "state": Shot(f"{BELARUS}?{_CUTS}", 1100, 890),
    "timeline": Shot(f"{BELARUS}/timeline?{_CUTS}", 1100, 890, "section:has(h2)"),
    "history": Shot(
        f"{BELARUS}/facts/843c8a64-98b1-543f-b847-334c4d51e48f",
        1100,
        640,
        "section:has(h2:has-text('How it came to read so'))",
    ),
    "compare": Shot(f"{BELARUS}/compare?from=2025-09-11&to=2025-11-22&clock=published", 1100, 890),
    "measures": Shot(f"{BELARUS}/pictures/measures?{_CUTS}", 1100, 475, "figure.picture"),
    "phone": Shot(f"{BELARUS}?{_CUTS}", 390, 1180, scale=1.5),
}


def take_all() -> None:
    """Serve the US–Belarus record, and take each picture of it."""
    with tempfile.TemporaryDirectory() as folder:
        named = {"DATABASE_URL": f"sqlite:///{folder}/parley.db", "LOG_KEY_FILE": f"{folder}/key"}
        settings = Settings.from_env({f"PARLEY_{name}": text for name, text in named.items()})
        parley = compose(settings, upgrade=True)
        site = create_site(parley)
        with TestClient(site, headers=authorize(parley)) as http:
            import_record(Client(http))
        served = Served(uvicorn.Config(site, log_level="critical", lifespan="off"))
        with sync_playwright() as playwright:
            sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
            browser = playwright.chromium.launch(
                executable_path=find_program("chromium"), args=sandbox
            )
            for name, shot in SHOTS.items():
                taken = take(browser, f"http://127.0.0.1:{served.address[1]}", shot)
                (PICTURES / f"{name}.webp").write_bytes(taken)
            browser.close()
        served.stop()
        parley.close()


def take(browser: Browser, server: str, shot: Shot) -> bytes:
    """Take one picture as WebP, in the best quality that its maximum size allows."""
    size: Any = {"width": shot.width, "height": shot.height}
    page = browser.new_page(base_url=server, viewport=size, device_scale_factor=shot.scale)
    page.goto(shot.address)
    page.evaluate("() => document.fonts.ready")
    box: Any = page.locator(shot.begins).first.bounding_box()
    clip = {**size, "x": 0, "y": box["y"], "scale": 1}
    chromium = page.context.new_cdp_session(page)
    for quality in QUALITIES:
        asked = {"format": "webp", "quality": quality, "clip": clip, "captureBeyondViewport": True}
        taken = b64decode(chromium.send("Page.captureScreenshot", asked)["data"])
        if len(taken) <= LARGEST:
            break
    page.close()
    return taken


if __name__ == "__main__":
    take_all()
