"""Defines `parley witness`, which runs on another machine than the log, and trusts only what it has checked itself."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.keeping.verifiers import log_key
from api.cli.options import AsJson
from api.cli.session import CommandRefusedError, describe_refusal, end_when_terminated, say
from api.cli.text import echo
from domain.proof.cosignature import Cosigner
from domain.proof.note import base64_of
from domain.time.instant import format_instant
from infrastructure.clock import system_clock
from infrastructure.outbound.address import AddressError
from infrastructure.proofs.ed25519 import Ed25519Verifier
from infrastructure.witness.memory import Memory
from infrastructure.witness.refusals import RefusalError, WitnessError
from infrastructure.witness.tiled_log import TiledLog, prefix
from infrastructure.witness.witness import MICROSECONDS, Cosigned, Witness, open_own


def witness(
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL",
            show_default=False,
            help="The log's address: https, or http on this machine.",
        ),
    ] = None,
    *,
    key: Annotated[
        str | None,
        typer.Option(
            "--log-key",
            metavar="NAME+ID+KEY",
            show_default=False,
            help="The log's key, which you must have from elsewhere than that address.",
        ),
    ] = None,
    name: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            show_default=False,
            help="The name of a new witness and its key, preferably an address without https://.",
        ),
    ] = None,
    state: Annotated[
        Path,
        typer.Option(
            metavar="FOLDER",
            file_okay=False,
            help="The folder of its key and of its last co-signed checkpoint: one for each log.",
        ),
    ] = Path("parley.witness"),
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            dir_okay=False,
            show_default=False,
            help="Write the co-signed checkpoint to this file. Default: `checkpoint` in the folder.",
        ),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=86_400,
            metavar="SECONDS",
            show_default=False,
            help="Repeat every so many seconds, until you press Ctrl-C.",
        ),
    ] = None,
    show_key: Annotated[
        bool,
        typer.Option(
            "--show-key", help="Only show the key that verifies this witness's cosignatures."
        ),
    ] = False,
    json: AsJson = False,
) -> None:
    """Watch another machine's log, and co-sign each checkpoint that continues the last."""
    if show_key:
        shown = _key(state, name)
        say({"key": shown}) if json else echo(shown)
        return
    if url is None or key is None:
        missing = "URL" if url is None else "--log-key"
        raise typer.BadParameter(
            "give URL and --log-key, to say which log to watch", param_hint=missing
        )
    address, verifier = _address(url), log_key(key, "--log-key")
    given_out = state / "checkpoint" if out is None else out
    with _refuse_witness_errors():
        _refuse_before_it_is_made(Memory(state), name, None if every else address, verifier)
    with _refuse_witness_errors(), Memory.lock(state) as memory:
        watching = Witness(memory, memory.signer(name), verifier.key, system_clock)

        def watch() -> None:
            cosigned = watching.watch(TiledLog(address), given_out)
            _report(watching, cosigned, given_out, quiet=every is not None, json=json)

        if every is None:
            watch()
        else:
            _keep_watching(watch, every)


def _refuse_before_it_is_made(
    memory: Memory, name: str | None, address: str | None, log: Ed25519Verifier
) -> None:
    """Refuse a new witness, before its folder is made, for its name or for the checkpoint at `address`."""
    memory.check_new(name)
    if address is not None and not memory.key_file.exists():
        open_own(TiledLog(address).checkpoint(), log)


def _keep_watching(watch: Callable[[], None], seconds: int) -> None:
    """Watch until stopped; print why nothing is co-signed once, and again when the reason changes."""
    end_when_terminated()  # every checkpoint that was co-signed is also stored
    last = None
    while True:
        try:
            watch()
            last = None
        except BrokenPipeError:
            raise
        except (RefusalError, OSError) as refusal:
            if describe_refusal(refusal) != last:
                last = describe_refusal(refusal)
                echo(f"parley: {last}", err=True)
        time.sleep(seconds)


def _key(state: Path, name: str | None) -> str:
    """The witness's verifier key; the folder is locked only if the key has to be created."""
    with _refuse_witness_errors():
        memory = Memory(state)
        if memory.key_file.exists():
            return Cosigner(memory.signer(name), 0).key.text
        memory.check_new(name)
        with Memory.lock(state) as memory:
            return Cosigner(memory.signer(name), 0).key.text


def _address(url: str) -> str:
    try:
        return prefix(url)
    except AddressError as error:
        raise CommandRefusedError(f"{url!r}: {error}") from error


@contextmanager
def _refuse_witness_errors() -> Iterator[None]:
    try:
        yield
    except WitnessError as error:
        raise CommandRefusedError(str(error)) from error


def _report(
    watching: Witness, cosigned: Cosigned, given_out: Path, *, quiet: bool, json: bool
) -> None:
    if quiet and not cosigned.new:
        return
    if json:
        say(_as_json(watching, cosigned, given_out))
        return
    events = f"the log's first {cosigned.checkpoint.size} events"
    at = format_instant(cosigned.time * MICROSECONDS)
    echo(f"Co-signed {events}" if cosigned.new else f"Nothing new: {events} were co-signed at {at}")
    echo(f"The co-signed checkpoint is in {given_out}")
    if watching.evidence.cases():
        echo(f"Evidence against the log is in {watching.evidence.folder}")


def _as_json(watching: Witness, cosigned: Cosigned, given_out: Path) -> dict[str, Any]:
    return {
        "cosigned": cosigned.new,
        "events": cosigned.checkpoint.size,
        "root": base64_of(cosigned.checkpoint.root),
        "time": format_instant(cosigned.time * MICROSECONDS),
        "key": watching.key.text,
        "checkpoint": str(given_out),
        "evidence": [str(watching.evidence.folder / case) for case in watching.evidence.cases()],
    }
