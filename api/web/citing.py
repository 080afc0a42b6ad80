"""Gives the citation of a page as text, BibTeX and CSL-JSON, with its fixed address and the digest of its answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Final

_BRACES: Final = re.compile(r"[{}\\]")


@dataclass(frozen=True)
class PageCitation:
    """A page to cite: its title, its perspective in words, its address, and its answer's SHA-256 in hex."""

    title: str
    standing: str
    address: str
    digest: str

    @property
    def text(self) -> str:
        """The citation in one line."""
        return f"{self.title}. {self.standing} Parley. {self.address}"

    @property
    def bibtex(self) -> str:
        """The citation as a BibTeX entry, under a key that follows from the digest."""
        fields = {
            "title": f"{{{_plain(self.title)}}}",
            "note": _plain(self.standing),
            "howpublished": "Parley",
            "url": self.address,
        }
        lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items())
        return f"@misc{{parley-{self.digest[:8]},\n{lines}\n}}"

    @property
    def csl(self) -> str:
        """The citation as one item of CSL-JSON."""
        item = {
            "id": f"parley-{self.digest[:8]}",
            "type": "webpage",
            "title": self.title,
            "container-title": "Parley",
            "note": self.standing,
            "URL": self.address,
        }
        return json.dumps([item], ensure_ascii=False, indent=2)


def _plain(text: str) -> str:
    """A text without the characters that have a meaning in BibTeX."""
    return _BRACES.sub("", text)
