"""Loads the templates of the pages, and the files that pages load."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.commands.number_words import group_digits, interval_in_words, quantity_in_words
from api.web.counted.held import find_counted_apart
from api.web.words.custody import (
    custody_in_words,
    custody_reported_in_words,
    custody_since_in_words,
    group_by_status,
)
from api.web.words.dates import (
    cut_in_words,
    date_in_words,
    ends_in_words,
    instant_in_words,
    since_in_words,
)
from api.web.words.names import isolate, join_names
from api.web.words.quantities import (
    choice_in_words,
    count_items,
    reading_in_words,
    split_figure,
)
from api.web.words.wording import (
    ANSWERS,
    brief,
    capitalize,
    close_turns,
    event_in_words,
    field_in_words,
    mail_address,
    place_in_words,
    plain,
    sentence,
    sources_in_words,
    web_address,
)

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The content security policy of a page: nothing from elsewhere, and no script or style in the page itself."""
ASSETS: Final = {
    "site.css": "text/css; charset=utf-8",
    "forms.css": "text/css; charset=utf-8",
    "forms.js": "text/javascript; charset=utf-8",
    "clocks.js": "text/javascript; charset=utf-8",
    **{
        f"fonts/{face}-{script}.woff2": "font/woff2"
        for face in ("serif", "sans")
        for script in ("latin", "latin-ext", "cyrillic")
    },
}
"""The files that pages load, and what they are."""

_REMEMBERED: Final = lru_cache(4_096)
"""How many dates in words are remembered; to make them was a third of the time to draw a timeline."""


_METHODS: Final = frozenset(dir(dict))


@cache
def read_asset(name: str) -> bytes:
    """Give the bytes of a file that pages load; KeyError where there is none."""
    if name not in ASSETS:
        raise KeyError(name)
    return (files("api.web") / "static" / name).read_bytes()


@cache
def assets_version() -> str:
    """Give a digest of all the files: it is in their addresses, so that browsers may keep them."""
    digest = sha256()
    for name in sorted(ASSETS):
        digest.update(read_asset(name))
    return digest.hexdigest()[:12]


def language_of(fact: Mapping[str, Any]) -> Markup:
    """Give the attribute that names the language of a fact's sources; nothing where they have several or none."""
    told = {citation["language"] for citation in fact["citations"]}
    language = told.pop() if len(told) == 1 else None
    return Markup(' lang="{}"').format(language) if language else Markup("")


def render(template: str, **shown: Any) -> str:  # noqa: ANN401 -- what a template names
    """Draw a page; all text is escaped, and a name that nobody gave is an error."""
    return _environment().get_template(f"{template}.html").render(**shown)


class _OfAnswers(Environment):
    """Reads the fields of JSON objects; Jinja would look for an attribute of that name before it looks for a key."""

    def getattr(self, obj: Any, attribute: str) -> Any:  # noqa: ANN401 -- whatever a template reads
        if type(obj) is dict and attribute in obj and attribute not in _METHODS:
            return obj[attribute]
        return super().getattr(obj, attribute)


@cache
def _environment() -> Environment:
    environment = _OfAnswers(
        loader=PackageLoader("api.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        finalize=close_turns,
    )
    environment.filters |= {
        "date": _REMEMBERED(date_in_words),
        "cut": cut_in_words,
        "ends": ends_in_words,
        "instant": instant_in_words,
        "quantity": quantity_in_words,
        "interval": interval_in_words,
        "reading": reading_in_words,
        "grouped": group_digits,
        "figure": split_figure,
        "since": _REMEMBERED(since_in_words),
        "custody": custody_in_words,
        "custody_since": custody_since_in_words,
        "custody_reported": custody_reported_in_words,
        "brief": brief,
        "isolate": isolate,
        "names": join_names,
        "plain": plain,
        "place": place_in_words,
        "sources": sources_in_words,
        "capitalize": capitalize,
        "sentence": sentence,
        "event": event_in_words,
        "field": field_in_words,
        "choice": choice_in_words,
        "web": web_address,
        "mail": mail_address,
        "lang": language_of,
        "by_status": group_by_status,
        "in_all": count_items,
        "counted_apart": find_counted_apart,
        "response": ANSWERS.__getitem__,
    }
    environment.globals["assets"] = lambda name: f"/assets/{assets_version()}/{name}"
    return environment
