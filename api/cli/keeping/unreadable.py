"""Makes a check report damaged data in one line, because damaged data may cause any error in any reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from typer import Exit

from api.cli.session import REFUSALS, CommandRefusedError, describe_refusal


@contextmanager
def refuse_unreadable() -> Iterator[None]:
    """Turn any error in the block into a refusal of one line."""
    try:
        yield
    except (Exit, *REFUSALS):
        raise
    except Exception as error:
        what = f"{type(error).__name__}: {describe_refusal(error)}"
        raise CommandRefusedError(f"the stored record cannot be read: {what}") from error
