"""Finds which facts settle other facts, which call off plans, and which deny other facts.

A fact that carries out a plan or answers a question settles it for good, from its own beginning on. A cancelled meeting
calls off planned meetings as soon as the cancellation is known, but no meeting that its matter plans again for later.
Targets are link targets (ids or external ids), or `matter:` with the name of a matter.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from domain.views.rivalry.denials import Denials

if TYPE_CHECKING:
    from collections.abc import Iterable

    from domain.fact import Fact
    from domain.time.holding import Certainty, Window
    from domain.views.versions import FactVersion

_MATTER: Final = "matter:"


class Settlers:
    """The facts that settle other facts, those that call off plans, and those that deny others (`denials`)."""

    def __init__(self, versions: Iterable[FactVersion]) -> None:
        self.denials = Denials()
        self._windows: list[tuple[Window, frozenset[str]]] = []
        self._called_off: dict[str, list[Fact]] = defaultdict(list)
        for version in versions:
            fact = version.record.fact
            for target in fact.calls_off():
                self._called_off[target].append(fact)
            if targets := frozenset(fact.settles()):
                self._windows.append((fact.window, targets))
            self.denials.add(version)
        self._kept: tuple[int, frozenset[str], frozenset[str]] | None = None

    def __bool__(self) -> bool:
        return bool(self._windows or self._called_off or self.denials)

    def at(self, as_of: int) -> tuple[frozenset[str], frozenset[str]]:
        """The targets that are surely settled at `as_of`, and those that are only possibly settled."""
        kept = self._kept
        if kept is None or kept[0] != as_of:
            kept = self._kept = as_of, self._with("certain", as_of), self._with("possible", as_of)
        return kept[1:]

    def has_settled(self, as_of: int, targets: frozenset[str], asked: Window) -> Certainty | None:
        """How sure it is that a fact that did not begin before `asked` has settled one of the targets by `as_of`."""
        begun = {
            window.begun(as_of)
            for window, settled in self._windows
            if window.certain_from >= asked.certain_from and not settled.isdisjoint(targets)
        }
        return "certain" if "certain" in begun else "possible" if "possible" in begun else None

    def bounds(self, targets: frozenset[str]) -> set[int]:
        """The instants at which facts that settle or deny one of the targets begin or end, possibly or certainly."""
        settling = (window for window, settled in self._windows if not settled.isdisjoint(targets))
        return self.denials.bounds(targets).union(*(window.bounds for window in settling))

    def call_off(self, plan: Fact, links: frozenset[str]) -> bool:
        """Whether a plan is cancelled: by a link, or with its matter, unless it was made again (`_is_after`)."""
        if any(link in self._called_off for link in links):
            return True
        cancelled = self._called_off.get(f"{_MATTER}{plan.matter_key}", ())
        return any(not _is_after(plan, cancellation) for cancellation in cancelled)

    def _with(self, certainty: Certainty, as_of: int) -> frozenset[str]:
        settled = (targets for window, targets in self._windows if window.begun(as_of) == certainty)
        return frozenset[str]().union(*settled)


def affects_others(fact: Fact) -> bool:
    """Whether a fact settles or denies other facts, or calls off plans."""
    return any((*fact.settles(), *fact.calls_off(), *fact.denies()))


def _is_after(plan: Fact, cancelled: Fact) -> bool:
    """Whether a plan is for a later time than the cancelled meeting, and first reported after all reports of that."""
    reported = [citation.published_at for citation in plan.citations]
    before = [citation.published_at for citation in cancelled.citations]
    if None in reported or None in before:
        return False
    later = plan.valid_time.bounds.start_earliest >= cancelled.valid_time.bounds.start_latest
    return later and min(filter(None, reported)) > max(filter(None, before))
