"""Read pages as a browser without scripts does; and the addresses of pages of the real record."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from starlette.testclient import TestClient

from tests.api.asking import Client

BELARUS: Final = "/n/us-belarus"
RECORD: Final = Path(__file__).parents[2] / "data" / "us-belarus.ndjson"
_CHECKED: Final = frozenset({"checkbox", "radio"})
LOSIK: Final = "c0e25be5-c83e-5ea0-9fc0-acc1124864b9"
"""The false fact that Ihar Losik was freed in June."""
EMBASSY: Final = "0030cb29-4575-55d1-8152-1fe772aac767"
"""The fact that the embassy in Minsk was closed; two sources give another date."""
PAGES: Final = (
    "/",
    "/about",
    "/search",
    "/search?q=Losik",
    "/sign-in",
    BELARUS,
    f"{BELARUS}/timeline",
    f"{BELARUS}/timeline?kind=release",
    f"{BELARUS}/people",
    f"{BELARUS}/people?status=held",
    f"{BELARUS}/person?name=Ihar+Losik",
    f"{BELARUS}/matters/sep11-count",
    f"{BELARUS}/matters/viasna-count",
    f"{BELARUS}/claims/{EMBASSY}",
    f"{BELARUS}/numbers/released",
    f"{BELARUS}/numbers/held",
    f"{BELARUS}/numbers/women",
    f"{BELARUS}/pictures/posts",
    f"{BELARUS}/pictures/held",
    *(f"{BELARUS}/state/{name}" for name in ("posts", "custody", "prisoners.held")),
    f"{BELARUS}/audit",
    f"{BELARUS}/compare",
    f"{BELARUS}/compare?from=2025-06-21&to=2025-06-26&clock=published",
    f"{BELARUS}/facts/{LOSIK}",
)
AT: Final = "as_of=2025-11-22&as_known_at=2025-11-26&clock=published"
LARGEST_PAGE: Final = 150_000


@dataclass
class Seen(HTMLParser):
    """A page: its status, headers and HTML, its words, and its elements."""

    status: int
    headers: dict[str, str]
    html: str
    elements: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    writing: bool = False

    def __post_init__(self) -> None:
        """Read the HTML."""
        super().__init__()
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))
        self.writing = tag == "textarea"

    def handle_data(self, data: str) -> None:
        """Keep a text."""
        self.parts.append(data)
        if self.writing:
            place = len(self.elements) - 1
            self.texts[place] = self.texts.get(place, "") + data

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a textarea."""
        self.writing = self.writing and tag != "textarea"

    @property
    def words(self) -> str:
        """The text of the page in one line."""
        return re.sub(r"\s+", " ", " ".join(self.parts))

    def form(self, action: str | None = None) -> tuple[str, dict[str, str]]:
        """(address, fields with their values) of the form with this action, by default of the last form."""
        found: dict[str, dict[str, str]] = {}
        at = ""
        for place, (tag, given) in enumerate(self.elements):
            if tag == "form":
                at = given.get("action") or ""
                found[at] = {} if given.get("method") == "post" else found.get(at, {})
            name = given.get("name")
            if not at or name is None:
                continue
            if tag == "input" and (given.get("type") not in _CHECKED or "checked" in given):
                found[at][name] = given.get("value") or ""
            elif tag == "textarea":
                found[at][name] = self.texts.get(place, "").removeprefix("\n")
            elif tag == "select":
                found[at][name] = self._find_chosen(place)
        at = list(found)[-1] if action is None else action
        return at, found[at]

    def _find_chosen(self, select: int) -> str:
        """The value of a select: of the marked option, or of the first."""
        options = []
        for tag, attributes in self.elements[select + 1 :]:
            if tag not in {"option", "optgroup"}:
                break
            options.append(attributes)
        marked = [option for option in options if "selected" in option]
        return next(iter(marked + options), {}).get("value") or ""

    def all(self, tag: str, name: str) -> list[str]:
        """The values of an attribute of all elements with a tag."""
        return [
            str(given[name]) for found, given in self.elements if found == tag and name in given
        ]


@dataclass
class Reader:
    """A browser without scripts; `editor` is a client that edits the same record."""

    http: TestClient
    editor: Client

    def see(self, address: str, **headers: str) -> Seen:
        """Open a page."""
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        response = self.http.get(address, headers={"Accept": "text/html,*/*", **named})
        return Seen(response.status_code, dict(response.headers), response.text)


def import_record(editor: Client) -> None:
    """Import the real record as `make run` does."""
    body = {"slug": "us-belarus", "title": "US–Belarus talks", "parties": ["US", "Belarus"]}
    assert editor.post("/v1/negotiations", body).status == 201
    address = "/v1/negotiations/us-belarus/import"
    imported = editor.post(address, RECORD.read_bytes(), content_type="application/x-ndjson")
    assert imported.json["rejected"] == []
