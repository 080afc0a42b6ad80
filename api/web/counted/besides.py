"""Gathers the numbers that reports give beside those that are counted, such as how many of the released are women."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from domain.naming import fold_name
from domain.number.total import NOT_COUNTED


@dataclass(frozen=True)
class Besides:
    """Reports with numbers that are not added: (fact, quantities); `silent` are the ids of those without a number.

    `only_parts`: nothing is added, because each number is a part of another one.
    """

    reports: Sequence[tuple[Mapping[str, Any], Sequence[Mapping[str, Any]]]]
    silent: Sequence[str]
    only_parts: bool


def gather_besides(tally: Mapping[str, Any]) -> Besides:
    """Gather what a tally lists beside its numbers; a fact that gives a part is not one that gives no number."""
    figures = tally["also_counted"]
    told = {figure["fact"]["id"] for figure in figures if _is_asked(figure, tally["what"])}
    return Besides(
        [(fact, numbers) for fact, numbers in _by_report(figures)],
        [id_ for id_ in tally["uncounted"] if id_ not in told],
        only_parts=bool(told) and tally["total"]["text"] == NOT_COUNTED,
    )


def _is_asked(figure: Mapping[str, Any], what: str) -> bool:
    return fold_name(figure["quantity"]["what"]) == fold_name(what)


def _by_report(
    figures: Iterable[Mapping[str, Any]],
) -> Iterable[tuple[Mapping[str, Any], list[Mapping[str, Any]]]]:
    for _, group in groupby(figures, key=lambda figure: figure["fact"]["id"]):
        figures_of_report = list(group)
        yield figures_of_report[0]["fact"], [figure["quantity"] for figure in figures_of_report]
