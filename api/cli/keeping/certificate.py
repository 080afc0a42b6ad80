"""Checks a certificate offline: its signature, its checkpoint, and the answer to its question in this record."""

from __future__ import annotations

import json
from http import HTTPStatus
from pathlib import Path

from api.cli.ask import reply_to
from api.cli.keeping.verifiers import note_in
from api.cli.session import CommandRefusedError
from api.composition import Parley
from api.http.exchange.certification import result_of
from api.http.exchange.in_process import Reply
from domain.access import OPEN_TO_ANYBODY, SCOPES, Principal, anonymous
from domain.proof.certificate import AbsentResult, Certificate, DigestResult
from domain.proof.checkpoint import Checkpoint
from domain.proof.note import NoteError
from domain.rules import READING
from infrastructure.proofs.ed25519 import Ed25519Verifier


def read_certificate(path: Path, verifier: Ed25519Verifier) -> Certificate:
    """Read a certificate from a file, or from a JSON response in it; CommandRefusedError unless this key signed it."""
    text = note_in(path)
    try:
        note = json.loads(text)["certificate"] if text.startswith("{") else text
        return Certificate.verify_note(str(note), [verifier])
    except (ValueError, KeyError, TypeError, NoteError) as error:
        raise CommandRefusedError(f"the certificate of {path}: {error}") from error


def explain_difference(parley: Parley, certificate: Certificate) -> str | None:
    """Why the certificate's question has a different answer here; None if it has the same.

    A certificate of an older reading is not compared, because today's rules may read the same log differently.
    """
    if certificate.reading != READING:
        return None
    try:
        reply = reply_to(parley, certificate.question, _reader(parley, certificate.reader))
    except CommandRefusedError as refusal:
        return str(refusal)
    current = result_of(reply)
    if current is None:
        return f"the certified question is refused here, with status {reply.status}"
    if certificate.result.is_confirmed_by(current):
        return None
    erased = _list_erasures_since(reply, Checkpoint.read_unverified(certificate.checkpoint).size)
    if erased is not None:
        return (
            f"the certified question gave {_describe(certificate.result)}; content that its answer may have had was"
            f" erased since, {erased}, so the answers cannot be compared any more: {certificate.question}"
        )
    return (
        f"the certified question gave {_describe(certificate.result)}, and gives {_describe(current)} here:"
        f" {certificate.question}{_other_cause(certificate.result, current)}"
    )


def _list_erasures_since(reply: Reply, size: int) -> str | None:
    """The positions after `size` that erase something an answer may have had, in words; None if there are none."""
    content = json.loads(reply.body)
    if reply.status == HTTPStatus.GONE:
        content = {"erased": [content] if content.get("position") is not None else []}
    positions = [
        erasure["position"] for erasure in content.get("erased", ()) if erasure["position"] > size
    ]
    if not positions:
        return None
    return f"at position{'s' * (len(positions) > 1)} {', '.join(map(str, positions))}"


def _reader(parley: Parley, caller: str) -> Principal:
    """The principal of a credential, which decides what is hidden; CommandRefusedError if it is unknown here."""
    if caller == parley.owner.caller:
        return parley.owner
    if caller == "anonymous":
        return anonymous(frozenset(OPEN_TO_ANYBODY))
    for key in parley.keys.all():
        if caller == f"key:{key.id}":
            return Principal(person=key.person, caller=caller, scopes=frozenset(SCOPES))
    raise CommandRefusedError(
        f"the certificate's reader, {caller}, is unknown here, so their answer cannot be computed: verify it where they"
        " have a key"
    )


def _other_cause(*results: DigestResult | AbsentResult) -> str:
    """A cause, other than a forgery, for which something is unknown at one time and known at another."""
    cause = "; or the negotiation's settings have changed since, and with them who may see it"
    return cause if AbsentResult("unknown") in results else ""


def _describe(result: DigestResult | AbsentResult) -> str:
    return (
        f"SHA-256 {result.sha256}"
        if isinstance(result, DigestResult)
        else f"nothing ({result.problem})"
    )
