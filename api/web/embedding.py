"""Gives the HTML with which another site shows a picture: an iframe at the fixed address of a page that allows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from markupsafe import Markup, escape

from api.web.pictures import Picture

FRAMED: Final = (
    "default-src 'none'; style-src 'self'; font-src 'self'; img-src data:; form-action 'none'; base-uri 'none';"
    " frame-ancestors *"
)
"""The content security policy of what other pages may show in a frame: it runs nothing at all."""
SLIM: Final = 480
"""A frame narrower than so many pixels shows the picture for a phone, as `site.css` says."""
_FOOT: Final = 40
"""The height of the line under a picture, in pixels."""


@dataclass(frozen=True)
class Embedding:
    """The address of a picture that may be framed, and the picture."""

    url: str
    picture: Picture

    def size(self, width: int | None = None, height: int | None = None) -> tuple[int, int]:
        """Give the width and height of the frame, within these bounds where they are given."""
        sides = self.picture.width, self.picture.height
        wide, high = _fit_frame(sides, width, height)
        if wide < SLIM:
            wide, high = _fit_frame(self.picture.narrow, width, height)
        return wide, high

    def code(self, width: int | None = None, height: int | None = None) -> Markup:
        """Give the markup to copy."""
        wide, high = self.size(width, height)
        return Markup(  # noqa: S704 -- what goes in is escaped
            f'<iframe src="{escape(self.url)}" width="{wide}" height="{high}" title="{escape(self.picture.name)}"'
            ' loading="lazy" referrerpolicy="no-referrer"></iframe>'
        )

    def describe(
        self, title: str, width: int | None, height: int | None, provider: str
    ) -> dict[str, Any]:
        """Give the answer of oEmbed 1.0 (oembed.com §2.3.4.4)."""
        wide, high = self.size(width, height)
        return {
            "version": "1.0",
            "type": "rich",
            "title": title,
            "provider_name": "Parley",
            "provider_url": provider,
            "html": str(self.code(width, height)),
            "width": wide,
            "height": high,
        }


def _fit_frame(sides: tuple[int, int], width: int | None, height: int | None) -> tuple[int, int]:
    """The width and height of a frame around a picture with these sides, within bounds."""
    wide = sides[0] if width is None else min(width, sides[0])
    ratio = sides[1] / sides[0]
    if height is not None:
        wide = min(wide, int((height - _FOOT) / ratio))
    wide = max(wide, 1)
    high = round(wide * ratio) + _FOOT
    return wide, high if height is None else min(high, height)
