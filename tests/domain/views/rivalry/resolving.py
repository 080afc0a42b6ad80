"""Resolve the facts of one question: which of them is shown, and whether they are contested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from domain.provenance import Citation
from domain.register import Register
from domain.views.rivalry.candidates import Candidate
from domain.views.rivalry.rivals import Resolved, resolve
from tests.examples import count, fact

if TYPE_CHECKING:
    from domain.fact import Fact
    from tests.written_log import Log

POST = Register("posts")
AP = Citation(publisher="AP", published="2025-09-12")
REPRINT = Citation(publisher="LIGA.net", origin="Reuters", published="2025-09-30")


def list_candidates(log: Log, **perspective: Any) -> list[Candidate]:  # noqa: ANN401 -- as a log takes it
    found = []
    for seen in log.slice(**perspective):
        if seen.certainty is not None:
            answers = list(seen.version.record.fact.register_entries())
            answer = answers[-1] if answers else None
            shows = {} if answer is None else {**answer.key, **answer.shows}
            found.append(
                Candidate(
                    seen,
                    shows,
                    answer.compared if answer else (),
                    begun=seen.certainty == "certain",
                )
            )
    return found


def resolve_log(log: Log, register: Register = POST, **perspective: Any) -> Resolved:  # noqa: ANN401 -- as a log takes it
    found = resolve(list_candidates(log, **perspective), register)
    assert found is not None
    return found


def find_shown_fact(resolved: Resolved) -> Fact:
    assert resolved.shown is not None
    return resolved.shown.fact


def find_shown_summary(log: Log, register: Register = POST, **perspective: Any) -> str:  # noqa: ANN401 -- as a log takes it
    return find_shown_fact(resolve_log(log, register, **perspective)).summary


def release_of(summary: str, value: int | None = None, **fields: Any) -> Fact:  # noqa: ANN401 -- a fact's fields
    quantities = count(**{"value": value, **fields.pop("counted", {})})
    return fact("release", summary=summary, matter="sep11", quantities=quantities, **fields)
