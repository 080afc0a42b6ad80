"""Declares a setting as the field of a class, and reads the values that environment variables give it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Final

from limits import RateLimitItem, parse_many
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from domain.access import OPEN_TO_ANYBODY, Scope
from domain.characters import is_printable_line
from infrastructure.identity.algorithms import ALGORITHMS
from infrastructure.outbound.address import address, web_parts
from infrastructure.sealing.wrapping import read_keys

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX: Final = "PARLEY_"
SCHEMES: Final = frozenset(
    {"memory", "memcached", "redis", "rediss", "redis+unix", "redis+cluster"}
)
_DRIVERS: Final = {
    "sqlite": {"sqlite", "sqlite+pysqlite"},
    "postgresql": {"postgresql", "postgresql+psycopg"},
}
_SET_HERE: Final = {"autocommit", "context", "cursor_factory", "prepare_threshold", "row_factory"}
"""Arguments of psycopg's `connect` that a URL would set to texts."""
_HOST: Final = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]")


class SettingsError(ValueError):
    """The environment variable `name` has a value that cannot be used; `reason` says what to write."""

    def __init__(self, name: str, value: str, reason: str) -> None:
        super().__init__(f"{name}={value!r}: {reason}")
        self.name = name
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Setting:
    """An environment variable: how its text is read, its default, and what it means.

    `read` gives the value, or raises ValueError with what to write. `default` is the text that counts if the variable
    is not set, or a function that makes this text from the settings before; without a default the value is None.
    `shown` is the default in words. `former` is an older name of the variable. A `secret` is not shown when it is
    refused.
    """

    read: Callable[[str], Any]
    default: str | Callable[[Mapping[str, Any]], str] | None
    meaning: str
    shown: str | None
    former: str | None
    secret: bool

    def value(self, name: str, environ: Mapping[str, str], values: Mapping[str, Any]) -> Any:  # noqa: ANN401 -- as `read` gives it
        """Read the value in an environment, given those of the settings before; SettingsError if it is refused."""
        text = environ.get(name, environ.get(self.former) if self.former else None)
        if text is None:
            text = self.default(values) if callable(self.default) else self.default
        if text is None:
            return None
        try:
            return self.read(text)
        except ValueError as error:
            raise SettingsError(name, "…" if self.secret else text, str(error)) from None


def setting(
    read: Callable[[str], Any],
    default: str | Callable[[Mapping[str, Any]], str] | None,
    meaning: str,
    *,
    shown: str | None = None,
    former: str | None = None,
    secret: bool = False,
) -> Any:  # noqa: ANN401 -- stands for the value of its field
    """Declare a field of a class of settings, which the environment variable of its name sets."""
    declared = Setting(read, default, meaning, shown, former, secret)
    return field(metadata={"setting": declared}, repr=not secret)


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()


def settings_in(cls: Any) -> Iterator[tuple[str, Setting]]:  # noqa: ANN401 -- a dataclass
    """The fields of a class that are settings, in order."""
    return ((field_.name, field_.metadata["setting"]) for field_ in fields(cls) if field_.metadata)


def values_of(cls: Any, environ: Mapping[str, str], prefix: str = "") -> dict[str, Any]:  # noqa: ANN401 -- a dataclass
    """The values of a class's settings in an environment; SettingsError for the first that is refused."""
    values: dict[str, Any] = {}
    for name, declared in settings_in(cls):
        values[name] = declared.value(variable(prefix + name), environ, values)
    return values


def line(text: str) -> str:
    """One printable line."""
    if not is_printable_line(text):
        raise ValueError("write one printable line")
    return text


def printable(text: str) -> str:
    """One printable line, or nothing."""
    return text and line(text)


def true_or_false(text: str) -> bool:
    """Whether something is so."""
    if text not in {"true", "false"}:
        raise ValueError("write true or false")
    return text == "true"


def word(text: str) -> str:
    """One word."""
    if text.split() != [text] or not text.isprintable() or "+" in text:
        raise ValueError("write one word without a plus sign")
    return text


def whole_number(low: int, high: int) -> Callable[[str], int]:
    """A whole number from `low` to `high`, in ASCII digits."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit() and low <= int(text) <= high):
            raise ValueError(f"write a whole number from {low} to {high}")
        return int(text)

    return read


def number_or_none(low: int, high: int) -> Callable[[str], int | None]:
    """A whole number as `whole_number` reads it, or none."""
    read = whole_number(low, high)
    return lambda text: read(text) if text else None


def database_url(text: str) -> str:
    """A SQLAlchemy URL of a database that Parley runs on, with its driver, and with options that can be read."""
    try:
        url = make_url(line(text))
        if url.drivername in _DRIVERS["sqlite"]:
            url.get_dialect()().create_connect_args(url)
    except (ArgumentError, ValueError):
        raise ValueError("write a SQLAlchemy URL, such as sqlite:///parley.db") from None
    if url.drivername not in _DRIVERS["sqlite"] | _DRIVERS["postgresql"]:
        raise ValueError(f"begin it with sqlite:/// or postgresql://, not {url.drivername}://")
    if set_here := sorted(_SET_HERE & set(url.query)):
        raise ValueError(f"leave {', '.join(set_here)} out of it: Parley sets this itself")
    return text


def open_scopes(text: str) -> tuple[Scope, ...]:
    """Scopes that anonymous callers may have."""
    words = text.replace(",", " ").split()
    if not set(words) <= set(OPEN_TO_ANYBODY):
        raise ValueError(f"write {' and '.join(OPEN_TO_ANYBODY)}, one of them, or nothing")
    return tuple(scope for scope in OPEN_TO_ANYBODY if scope in words)


def signatures(text: str) -> tuple[str, ...]:
    """Names of signature algorithms that are accepted in tokens."""
    named = tuple(text.replace(",", " ").split())
    if not named or not ALGORITHMS.issuperset(named):
        raise ValueError(f"write one or more of {', '.join(sorted(ALGORITHMS))}")
    return named


def issuer_keys(text: str) -> str:
    """A file, or an https URL (http on this machine), of an issuer's keys."""
    if "://" in line(text):
        address(text)
    return text


def seal_keys(text: str) -> str:
    """Wrapping keys in base64, or nothing."""
    if text:
        read_keys(text)
    return text


def rate(text: str) -> RateLimitItem | None:
    """One rate, or none."""
    if not text.strip():
        return None
    try:
        rates = parse_many(text)
    except ValueError:
        rates = []
    if len(rates) != 1 or rates[0].amount < 1:
        raise ValueError("write one rate, such as 600/minute, or nothing")
    return rates[0]


def storage_address(text: str) -> str:
    """The address of a storage of rates, or nothing."""
    scheme, separator, _ = text.partition("://")
    if text and not (separator and scheme in SCHEMES):
        raise ValueError(f"write an address that begins with one of {', '.join(sorted(SCHEMES))}")
    return text


def web_address(text: str) -> str:
    """An http or https address, or nothing."""
    return text and web_parts(text).geturl()


def host_names(text: str) -> tuple[str, ...]:
    """Names of hosts, in lower case."""
    names = tuple(part.strip().lower().rstrip(".") for part in text.split(",") if part.strip())
    for name in names:
        if name != "*" and not _HOST.fullmatch(name):
            raise ValueError(
                "write names with commas between: a.example, *.b.example, or * for any"
            )
    return names


def networks(text: str) -> tuple[str, ...]:
    """Addresses and networks."""
    addresses = tuple(part.strip() for part in text.split(",") if part.strip())
    for name in addresses:
        try:
            ip_network(name)
        except ValueError:
            raise ValueError(
                "write addresses or networks with commas between, such as 10.0.0.0/8"
            ) from None
    return addresses
