"""Pictures of a negotiation at a perspective, and the Vega-Lite specs that they are drawn from."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, cast

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.charts.frame import theme_names
from api.commands.charts.renderer import DrawingError, Pictures
from api.commands.charts.subjects import SUBJECTS, PictureSubject
from api.commands.charts.svg import stack
from api.commands.json_text import write_json
from api.http.exchange.caching import respond, tags_of
from api.http.exchange.operation import reads
from api.http.exchange.parameters import TEXT, Parameter, choice
from api.http.exchange.perspective import Asked, Asking
from api.http.metering import add_work
from api.http.problems import RefusedError
from api.http.threads import LaneRoute

router: Final = APIRouter(route_class=LaneRoute, tags=["reading"])

Form = Literal["svg", "png", "vl.json"]
_MEDIA: Final = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "vl.json": "application/vnd.vegalite.v5+json",
}
_SHAPE: Final = (
    Parameter(
        "what",
        "What is counted, as the quantities' `what` says. Left out: `held` for held, else `released`.",
        TEXT,
    ),
    Parameter(
        "theme",
        "The colours: for paper, or for a dark page.",
        {"type": "string", "enum": list(theme_names()), "default": "light"},
    ),
)
_WIDTHS: Final = ("wide", "narrow")
_BOTH: Final = "both"
_CHARTS: Final = Asking(
    *_SHAPE,
    Parameter(
        "width",
        "wide for a page, or narrow for a phone.",
        {"type": "string", "enum": [*_WIDTHS], "default": "wide"},
    ),
)
_SVG: Final = Asking(
    *_SHAPE,
    Parameter(
        "width",
        "wide for a page, narrow for a phone, or both: two `svg` in one, for a page that shows the one that fits.",
        {"type": "string", "enum": [*_WIDTHS, _BOTH], "default": "wide"},
    ),
)


def _reads(operation: str, summary: str, form: Form) -> dict[str, Any]:
    shape = {"type": "object"} if form == "vl.json" else {"type": "string"}
    media = {_MEDIA[form]: {"schema": shape}}
    asking = _SVG if form == "svg" else _CHARTS
    return reads(operation, summary, None, asking.parameters, media=media)


@router.get(
    "/v1/negotiations/{slug}/charts/{chart}.svg", **_reads("drawSvg", "A picture as SVG", "svg")
)
def draw_svg(slug: str, chart: str, asked: Annotated[Asked, Depends(_SVG)]) -> Response:
    """Draw `releases`, `held`, `known`, `posts`, `measures` or `activity`; the picture names its perspective."""
    return _answer(slug, chart, asked, "svg")


@router.get(
    "/v1/negotiations/{slug}/charts/{chart}.png", **_reads("drawPng", "A picture as PNG", "png")
)
def draw_png(slug: str, chart: str, asked: Annotated[Asked, Depends(_CHARTS)]) -> Response:
    """Draw the same picture as PNG, twice as large."""
    return _answer(slug, chart, asked, "png")


@router.get(
    "/v1/negotiations/{slug}/charts/{chart}.vl.json",
    **_reads("readSpec", "The Vega-Lite spec of a picture", "vl.json"),
)
def read_spec(slug: str, chart: str, asked: Annotated[Asked, Depends(_CHARTS)]) -> Response:
    """Give the spec from which the picture is drawn, with its numbers."""
    return _answer(slug, chart, asked, "vl.json")


def _answer(slug: str, chart: str, asked: Asked, form: Form) -> Response:
    if chart not in SUBJECTS:
        raise RefusedError(
            "unknown",
            "/path/chart",
            f"there is no such picture: write one of {', '.join(SUBJECTS)}",
        )
    pictures: Pictures = asked.request.app.state.pictures
    theme = cast("str", choice(asked.parameters, "theme", theme_names(), "light"))
    known = (*_WIDTHS, _BOTH) if form == "svg" else _WIDTHS
    width = cast("str", choice(asked.parameters, "width", known, "wide"))
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        what = asked.parameters.get("what", SUBJECTS[chart].what)
        id_ = reading.negotiation(slug, perspective.position).id
        erased = reading.sections(id_, perspective).last_erasure
        subject = PictureSubject(reading, slug, perspective, what)
        specs = pictures.specs(
            slug,
            erased,
            (chart, what, theme, perspective),
            lambda: subject.specs(chart, theme, _WIDTHS),
        )
        if width != _BOTH:
            specs = [specs[_WIDTHS.index(width)]]
        settled = reading.is_settled(asked.query)
    if form == "vl.json":
        body = write_json(specs[0])
    else:
        drawn = [_draw(asked, slug, erased, spec, form) for spec in specs]
        body = drawn[0] if len(drawn) == 1 else stack(drawn)
    return respond(
        asked.request,
        body,
        canonical=None if settled else asked.canonical(perspective, {}, ()),
        media_type=_MEDIA[form],
        tags=tags_of(slug),
    )


def _draw(asked: Asked, slug: str, erased: int, spec: dict[str, Any], form: str) -> bytes:
    pictures: Pictures = asked.request.app.state.pictures
    try:
        drawn = pictures.draw(slug, erased, spec, form)
    except DrawingError as error:
        raise RefusedError("overloaded", "", str(error)) from error
    add_work(drawn.seconds)
    return drawn.picture
