"""Puts a picture into a page, at the page's perspective and position, with the addresses of the picture itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from markupsafe import Markup

from api.web.embedding import Embedding
from api.web.page import Page
from api.web.pictures import PICTURES, Picture, inline

_OF_NUMBERS: Final = frozenset({"releases", "known"})
"""The pictures that can show any number that is added up."""


@dataclass(frozen=True)
class PageFigure:
    """A picture with a name and parameters of its own, as `what`, in a page."""

    page: Page
    name: str
    own: Mapping[str, str]
    picture: Picture

    @property
    def markup(self) -> Markup:
        """The picture itself."""
        return self.picture.markup

    @property
    def others(self) -> list[tuple[str, str, str]]:
        """All pictures: (name, what it shows, the address of its page)."""
        return [(name, told, self._page_of(name)) for name, told in PICTURES.items()]

    def _page_of(self, name: str) -> str:
        """The address of a picture of the same record; `known` goes by publication unless the reader chose a clock."""
        chosen: dict[str, str | None] = {}
        if name in _OF_NUMBERS:
            chosen["what"] = self.own.get("what")
        if name == "known" and not self.page.of("clock", "as_known_at"):
            chosen["clock"] = "published"
        return self.page.link(f"/pictures/{name}", **chosen)

    def address(self, form: str = "svg", **parameters: str) -> str:
        """The address of the picture as a file, which shows the same for ever."""
        return _address(self.page, self.name, form, {**self.own, **parameters})

    @property
    def embedding(self) -> Embedding:
        """The HTML with which another page shows the same picture."""
        path = f"/n/{quote(self.page.slug or '', safe='')}/embed/{quote(self.name, safe='')}"
        return Embedding(self.page.absolute(path, self.page.fixed_query(**self.own)), self.picture)

    @property
    def described(self) -> str:
        """The address at which other sites ask what to show of the page (oEmbed)."""
        shown = self.page.absolute(self.page.address, self.page.fixed_query(**self.page.own))
        return self.page.absolute("/oembed", urlencode({"url": shown}))


async def read_figure(page: Page, name: str, own: Mapping[str, str]) -> PageFigure:
    """Ask for a picture of the page's negotiation."""
    return PageFigure(
        page,
        name,
        own,
        inline(await page.fetch(_address(page, name, "svg", {**own, "width": "both"}))),
    )


def _address(page: Page, name: str, form: str, own: Mapping[str, str]) -> str:
    return f"{page.root}/charts/{quote(name, safe='')}.{form}?{page.fixed_query(**own)}"
