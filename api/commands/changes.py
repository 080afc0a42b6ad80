"""Declares each way to change a fact in one table: its body, its scope, and how it is decided and recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Protocol, cast

from api.commands.bodies import (
    CorrectionBody,
    CorroborationBody,
    EndBody,
    ErasureBody,
    NegotiationCorrectionBody,
    PreferenceBody,
    ReinstatementBody,
    RetractionBody,
)
from api.commands.commands import BodyParser, FactParser
from api.commands.merge_patch import apply_merge_patch
from api.composition import Parley
from domain.access import Scope
from domain.confidential import Source
from domain.fact import Fact
from domain.gathering import Gathering
from domain.streams.change_checks import check_change
from domain.streams.event import (
    FactErased,
    FactEvent,
    NegotiationCorrected,
    RecordEvent,
    SourcesErased,
)
from domain.streams.fact import FactRecord
from domain.streams.negotiation import Negotiation, NegotiationSettings

Change = (
    CorrectionBody
    | CorroborationBody
    | EndBody
    | RetractionBody
    | ReinstatementBody
    | PreferenceBody
)


def decide_change(record: FactRecord, body: Change, parser: FactParser, actor: str) -> FactEvent:
    """The event that a command comes to on a fact as it stands, or the refusal that it meets."""
    match body:
        case CorrectionBody():
            gathered = Gathering()
            fact = gathered.take(apply_merge_patch, record.fact, body.changes, parser)
            gathered.take(_check_change_fields, body)
            gathered.refuse()
            return record.decide_correct(
                reason=body.reason,
                why=body.why,
                fact=cast("Fact", fact),
                citation=body.citation,
                published=body.published,
                actor=actor,
            )
        case CorroborationBody(citation=citation, why=why, published=published):
            return record.decide_corroborate(
                citation=citation, why=why, published=published, actor=actor
            )
        case EndBody():
            return record.decide_end(
                ended=body.ended,
                why=body.why,
                citation=body.citation,
                published=body.published,
                actor=actor,
            )
        case RetractionBody(reason=reason, why=why, published=published):
            return record.decide_retract(reason=reason, why=why, published=published, actor=actor)
        case ReinstatementBody(why=why, published=published):
            return record.decide_reinstate(why=why, published=published, actor=actor)
        case PreferenceBody(preferred=preferred, why=why):
            return record.decide_prefer(preferred=preferred, why=why, actor=actor)


def parse_change(
    op: Op,
    record: FactRecord | Negotiation,
    document: Any,  # noqa: ANN401 -- what was sent may be any JSON
    parser: FactParser,
    *,
    refused: bool,
) -> Any:  # noqa: ANN401 -- any body
    """The body of a change; ContentError with every fault of it, and of the `changes` of a correction besides.

    Where it is `refused` anyway, what it says is checked at once, and not only when the change is decided.
    """
    gathered = Gathering()
    body = gathered.take(op.parser.parse, document)
    changes = document.get("changes") if isinstance(document, dict) else None
    wrong = refused or body is None
    if wrong and isinstance(record, FactRecord) and isinstance(changes, dict):
        gathered.take(apply_merge_patch, record.fact, changes, parser)
    if refused and body is not None:
        gathered.take(_check_change_fields, body)
    gathered.refuse()
    return body


def _check_change_fields(body: Any) -> None:  # noqa: ANN401 -- any body of a change
    """ContentError where what a change says beside the fact is malformed."""
    fields = {name: getattr(body, name, None) for name in ("why", "citation", "published")}
    check_change(**fields)


def _decide_erasure(record: FactRecord, body: ErasureBody, _: FactParser, actor: str) -> FactEvent:
    decide = record.decide_erase if body.what == "fact" else record.decide_erase_sources
    return decide(why=body.reason, approvers=body.approvers, actor=actor)


def add_approver(event: FactEvent, approver: str) -> FactEvent:
    """The erasure names who approved it: what was proposed may be erased with the fact."""
    if isinstance(event, FactErased | SourcesErased):
        return replace(event, approvers=(*event.approvers, approver))
    return event


def _append(parley: Parley, event: FactEvent, before: Sequence[RecordEvent], along: Along) -> int:
    return parley.ledger.change(event, *before, **vars(along))


def _erase(parley: Parley, event: FactEvent, before: Sequence[RecordEvent], along: Along) -> int:
    return parley.erase(event, *before, claim=along.claim, until=along.until, within=along.within)


def _as_the_record(settings: NegotiationSettings) -> bool:
    return settings.review_record


def _as_an_erasure(settings: NegotiationSettings) -> bool:
    return settings.review_erasure


@dataclass(frozen=True)
class Along:
    """What is written with events in their transaction, as `Ledger.append` takes it.

    `sources` are what the last of them says in confidence, `claim` is the idempotency key and its answer, `until` the
    instant before which it has to be recorded, and `within` is called in the transaction.
    """

    sources: Sequence[Source] = ()
    claim: object = None
    until: int | None = None
    within: object = None


class CarryOut(Protocol):
    """Appends the event of a change and the events before it; returns the position of the last one."""

    def __call__(
        self,
        parley: Parley,
        event: Any,  # noqa: ANN401 -- what `decide` gives
        before: Sequence[RecordEvent],
        along: Along,
        /,
    ) -> int:
        """Make the change; arguments and errors are those of `Ledger.change`."""


@dataclass(frozen=True, kw_only=True)
class Op:
    """One way to change a fact, or a negotiation.

    `reviewed` says whether it needs a second person under the settings of a negotiation; None if it never does.
    `decide` makes the event from a body, the fact and the person, or raises the refusal. `carry_out` appends this event
    and those before it, in one transaction with what goes along, and returns its position.
    """

    name: str
    parser: BodyParser[Any]
    scope: Scope = "fact:correct"
    reviewed: Callable[[NegotiationSettings], bool] | None = None
    decide: Callable[[Any, Any, FactParser, str], Any] = decide_change
    carry_out: CarryOut = _append


_EVERY: Final = (
    Op(
        name="correct",
        parser=BodyParser(CorrectionBody, _check_change_fields),
        reviewed=_as_the_record,
    ),
    Op(
        name="corroborate",
        parser=BodyParser(CorroborationBody, _check_change_fields),
        scope="fact:write",
    ),
    Op(name="end", parser=BodyParser(EndBody, _check_change_fields)),
    Op(
        name="retract",
        parser=BodyParser(RetractionBody, _check_change_fields),
        reviewed=_as_the_record,
    ),
    Op(
        name="reinstate",
        parser=BodyParser(ReinstatementBody, _check_change_fields),
        reviewed=_as_the_record,
    ),
    Op(name="prefer", parser=BodyParser(PreferenceBody, _check_change_fields)),
    Op(
        name="erase",
        parser=BodyParser(ErasureBody),
        scope="erase",
        reviewed=_as_an_erasure,
        decide=_decide_erasure,
        carry_out=_erase,
    ),
)
OPS: Final[dict[str, Op]] = {op.name: op for op in _EVERY}
"""By the names that imports, and change requests in the log, call them."""


def _decide_correction(
    negotiation: Negotiation, body: NegotiationCorrectionBody, _: FactParser, actor: str
) -> NegotiationCorrected:
    return negotiation.decide_correct(
        reason=body.reason,
        why=body.why,
        content=replace(negotiation.content, **body.changes),
        published=body.published,
        actor=actor,
    )


def _append_alone(
    parley: Parley, event: RecordEvent, before: Sequence[RecordEvent], along: Along
) -> int:
    rest = {name: each for name, each in vars(along).items() if name != "sources"}
    return parley.ledger.append([*before, event], **rest)[-1]


OF_NEGOTIATION: Final = Op(
    name="correct_negotiation",
    parser=BodyParser(NegotiationCorrectionBody),
    reviewed=_as_the_record,
    decide=_decide_correction,
    carry_out=_append_alone,
)
"""The one change that is of no fact; imports have none of it."""
PROPOSABLE: Final[dict[str, Op]] = {
    op.name: op for op in (*_EVERY, OF_NEGOTIATION) if op.reviewed is not None
}
"""By the names that change requests in the log call them."""
