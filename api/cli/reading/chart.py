"""The command that draws a picture into a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from api.cli.ask import ask
from api.cli.completing import complete_chart, complete_what
from api.cli.files import replace_file
from api.cli.options import AsJson, Slug, take_perspective
from api.cli.session import open_record, say
from api.cli.text import echo, visible_line
from api.commands.charts.frame import Theme
from api.commands.charts.subjects import SUBJECTS

_FORMS: Final = {".svg": "svg", ".png": "png", ".json": "vl.json"}
_BOTH: Final = "both"
Width = Literal["wide", "narrow", "both"]


@take_perspective()
def chart(
    slug: Slug,
    chart: Annotated[
        str,
        typer.Argument(
            metavar="PICTURE",
            show_default=False,
            autocompletion=complete_chart,
            help=f"One of {', '.join(SUBJECTS)}.",
        ),
    ],
    *,
    output: Annotated[
        Path,
        typer.Option(
            show_default=False,
            help="Write to this file: NAME.svg, NAME.png, or NAME.json for the Vega-Lite spec with its numbers.",
        ),
    ],
    what: Annotated[
        str | None,
        typer.Option(
            show_default=False,
            autocompletion=complete_what,
            help="What is counted. Default: held for the picture held, else released.",
        ),
    ] = None,
    theme: Annotated[
        Theme, typer.Option(help="The colours: for paper, or for a dark page.")
    ] = "light",
    width: Annotated[
        Width,
        typer.Option(
            help="For a page, narrow for a phone, or both: one SVG that shows the form that fits."
        ),
    ] = "wide",
    asked: dict[str, object],
    json: AsJson = False,
) -> None:
    """Draw a picture into a file: what adds up, who is held, who held which post, and so on."""
    form = _FORMS.get(output.suffix.lower())
    if form is None:
        raise typer.BadParameter(
            f"write a file name that ends in one of {', '.join(_FORMS)}", param_hint="--output"
        )
    if width == _BOTH and form != "svg":
        raise typer.BadParameter(
            "both widths need an SVG file: write a name that ends in .svg", param_hint="--width"
        )
    parameters = {**asked, "what": what, "theme": theme, "width": width}
    with open_record() as parley:
        path = f"/v1/negotiations/{slug}/charts/{chart}.{form}"
        drawn = ask(parley, path, parameters, accept="*/*").body
    replace_file(output, [drawn])
    answer = {"bytes": len(drawn), "output": str(output)}
    say(answer) if json else echo(f"{len(drawn):,} bytes in {visible_line(str(output))}")
