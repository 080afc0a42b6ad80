"""Asks the API for what a command shows, and prints the answer itself where JSON or CSV is wanted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import typer

from api.cli.ask import ask, ask_table, ask_whole, print_answer
from api.cli.session import open_record
from api.cli.text import print_table
from api.composition import Parley


def check_table_options(*, csv: bool, bom: bool, json: bool) -> None:
    """BadParameter where options for a table do not go together."""
    if csv and json:
        raise typer.BadParameter("leave out either --json or --csv", param_hint="--csv")
    if bom and not csv:
        raise typer.BadParameter("use it only together with --csv", param_hint="--bom")


@dataclass(frozen=True, kw_only=True)
class AnswerPrinter:
    """The form in which a command prints an answer: words, JSON or CSV."""

    json: bool
    csv: bool = False
    bom: bool = False

    def __post_init__(self) -> None:
        check_table_options(csv=self.csv, bom=self.bom, json=self.json)

    def ask(
        self, path: str, parameters: Mapping[str, object], lists: Collection[str] = ()
    ) -> dict[str, Any] | None:
        """The answer to a GET, to be said in words; None once it is printed as JSON or CSV.

        With `lists`, it has all items of these lists, from all pages.
        """
        with open_record() as parley:
            return self.ask_in(parley, path, parameters, lists)

    def ask_in(
        self,
        parley: Parley,
        path: str,
        parameters: Mapping[str, object],
        lists: Collection[str] = (),
    ) -> dict[str, Any] | None:
        """Do as `ask` does, in a record that is open."""
        if self.csv:
            mark = {"bom": "true"} if self.bom else {}
            print_table(ask_table(parley, path, {**parameters, **mark}))
            return None
        answer = (
            ask_whole(parley, path, parameters, lists) if lists else ask(parley, path, parameters)
        )
        if self.json:
            print_answer(answer)
            return None
        return answer.content
