"""Takes snapshots (a named perspective with the hash of its content), and checks that one still has its hash."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.responses import Response

from api.commands.bodies import SnapshotBody
from api.commands.commands import BodyParser
from api.commands.examples import SNAPSHOT
from api.commands.json_text import hash_json, write_json
from api.http.exchange.body import Sending, Sent
from api.http.exchange.caching import respond, tags_of
from api.http.exchange.change_or_propose import repeat_on_conflict
from api.http.exchange.cursor import CURSOR, LIMIT, Cursor
from api.http.exchange.erased_facts import with_erasures
from api.http.exchange.idempotency import Once, about_negotiation, answer_once
from api.http.exchange.operation import OF_WHAT_HOLDS, body_of, reads, writes
from api.http.exchange.parameters import cut, whole_number
from api.http.exchange.perspective import Asked, Asking, resolve_perspective
from api.http.problems import RefusedError
from api.http.threads import LaneRoute
from domain.errors import ContentError, NotYetKnownError, UnknownError
from domain.rules import READING
from domain.streams.negotiation import SNAPSHOT_NAME, negotiation_id
from domain.time.perspective import Perspective, PerspectiveQuery
from domain.views.brief import describe_perspective
from domain.views.known.timeslices import fold_versions, select_known, timeslice
from domain.views.negotiation_changes import apply_corrections, fold_entries
from domain.views.state import count_facts, resolve_state
from infrastructure.readers.negotiations import StoredSnapshot
from infrastructure.readers.reading import Reading

router: Final = APIRouter(route_class=LaneRoute, tags=["snapshots"])

_SENDING: Final = Sending()
_BODY: Final = BodyParser(SnapshotBody)
_ASKING: Final = Asking()
_LISTING: Final = Asking(LIMIT, CURSOR)


@router.post(
    "/v1/negotiations/{slug}/snapshots",
    **writes(
        "takeSnapshot",
        "Take a snapshot",
        "SnapshotResponse",
        body_of("SnapshotBody", {"us-belarus": SNAPSHOT}),
        status=201,
    ),
)
def take_snapshot(slug: str, sent: Annotated[Sent, Depends(_SENDING)]) -> Response:
    """Keep the state at a perspective under a name, with its hash."""

    def run(once: Once) -> Response:
        sent.negotiation(slug)
        query, name = _read(_BODY.parse(sent.body))
        perspective, digest = _hash_state(sent, slug, query)
        shown = {"name": name, "perspective": describe_perspective(perspective), "sha256": digest}
        location = f"/v1/negotiations/{slug}/snapshots/{name}"
        headers = {"Location": location, "Cache-Control": "no-store"}
        answer = Response(write_json(shown), 201, headers, "application/json")
        _take(sent, slug, name, perspective, digest, once.claim(answer))
        return answer

    return answer_once(sent, about_negotiation(slug), run, look_first=True)


@router.get(
    "/v1/negotiations/{slug}/snapshots",
    **reads(
        "listSnapshots",
        "The snapshots, by name",
        "SnapshotsResponse",
        _LISTING.parameters,
        unoffered=OF_WHAT_HOLDS,
    ),
)
def list_snapshots(slug: str, asked: Annotated[Asked, Depends(_LISTING)]) -> Response:
    """List the snapshots that were taken by the perspective's position, each with its own perspective and its hash."""
    cursor = Cursor.read(asked.parameters, (str,))
    asked = asked.pin(cursor)
    limit = whole_number(asked.parameters, "limit", 1, 1000) or 100
    after = "" if cursor is None else str(cursor.place[0])
    with asked.reading() as reading:
        perspective = asked.perspective(reading)
        id_ = reading.negotiation(slug, perspective.position).id
        snapshots = reading.sections(id_, perspective).snapshots(after, limit + 1)
        content = {
            "perspective": describe_perspective(perspective),
            "items": [_describe(snapshot) for snapshot in snapshots[:limit]],
            "next": asked.next(perspective, (snapshots[limit - 1].name,))
            if snapshots[limit:]
            else None,
        }
        return asked.answer(content, perspective, reading)


def _describe(snapshot: StoredSnapshot) -> dict[str, Any]:
    at = describe_perspective(snapshot.perspective)
    return {"name": snapshot.name, "perspective": at, "sha256": snapshot.sha256}


@router.get(
    "/v1/negotiations/{slug}/snapshots/{name}",
    **reads(
        "readSnapshot",
        "A snapshot with its content",
        "SnapshotContentResponse",
        _ASKING.parameters,
        unoffered=OF_WHAT_HOLDS,
    ),
)
def read_snapshot(slug: str, name: str, asked: Annotated[Asked, Depends(_ASKING)]) -> Response:
    """Replay the content from the log, and check it against the hash before it is shown.

    Facts that were erased since are left out and listed under `erased`; the hash includes them.

    The content is as of the snapshot's own perspective; the perspective of the request only decides whether the
    snapshot is known yet. A snapshot of an older reading is read by today's rules, and its `verified` is null, because
    its hash cannot be checked.
    """
    if not SNAPSHOT_NAME.fullmatch(name):
        raise UnknownError("snapshot", name)
    with asked.reading() as reading:
        id_ = reading.negotiation(slug).id
        snapshot = reading.snapshot(id_, name)
        if asked.perspective(reading).position < snapshot.position:
            raise NotYetKnownError("snapshot", name)
        same_rules = snapshot.perspective.reading == READING
        content = replay_state(reading, slug, replace(snapshot.perspective, reading=READING))
        lost = with_erasures({}, reading, id_, snapshot.perspective)
    is_same = hash_json(content) == snapshot.sha256
    if same_rules and not is_same and not lost:
        raise _make_tampering_error(slug, snapshot)
    body = write_json(
        {
            **_describe(snapshot),
            "verified": True if same_rules and is_same else None,
            "content": content,
            **lost,
        }
    )
    return respond(asked.request, body, canonical=None, tags=tags_of(slug, body))


def replay_state(reading: Reading, slug: str, perspective: Perspective) -> dict[str, Any]:
    """Give the state at a perspective, folded from the log alone."""
    entries = reading.entries_of(negotiation_id(slug), perspective.position)
    opened, corrections = fold_entries(entries)
    if opened is None:
        raise UnknownError("negotiation", slug)
    negotiation = apply_corrections(opened, corrections, perspective)
    versions = fold_versions(entries)
    counts = count_facts(select_known(versions, perspective))
    return resolve_state(negotiation, timeslice(versions, perspective), counts, perspective)


def _read(body: SnapshotBody) -> tuple[PerspectiveQuery, str]:
    if not SNAPSHOT_NAME.fullmatch(body.name):
        raise ContentError.at("/name", "write 1 to 100 letters, digits, '.', '_' or '-'")
    cuts = {"as_of": body.as_of, "as_known_at": body.as_known_at}
    written_cuts = {name: text for name, text in cuts.items() if text is not None}
    if body.position is not None and body.position < 0:
        raise ContentError.at("/position", "a position is 0 or more: write such a number")
    query = PerspectiveQuery(
        as_of=cut(written_cuts, "as_of", ""),
        as_known_at=cut(written_cuts, "as_known_at", ""),
        position=body.position,
        clock=body.clock,
        match=body.match,
    )
    return query, body.name


def _hash_state(sent: Sent, slug: str, query: PerspectiveQuery) -> tuple[Perspective, str]:
    with sent.reading() as reading:
        perspective = resolve_perspective(reading, query, "/position")
        try:
            content = replay_state(reading, slug, perspective)
        except UnknownError as error:
            raise RefusedError(
                "not-reached",
                "/position",
                f"{slug} was opened after position {perspective.position}",
            ) from error
    return perspective, hash_json(content)


def _take(
    sent: Sent, slug: str, name: str, perspective: Perspective, digest: str, claim: object
) -> None:
    ledger = sent.parley.ledger

    def attempt() -> None:
        event = ledger.negotiation(slug).decide_snapshot(
            name=name, perspective=perspective, sha256=digest, actor=sent.actor
        )
        ledger.append([event], claim=claim)

    repeat_on_conflict(attempt)


def _make_tampering_error(slug: str, snapshot: StoredSnapshot) -> RefusedError:
    name = "integrity"
    detail = f"the snapshot {snapshot.name} of {slug} no longer hashes to {snapshot.sha256}"
    return RefusedError(name, "", detail)
