"""The addresses of every GET in the OpenAPI document, at several perspectives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from starlette.testclient import TestClient

#: A value for each query parameter; every address is also asked without it.
_VALUES: Final[dict[str, Sequence[str]]] = {
    "as_of": ("2026",),
    "as_known_at": ("2026-11-26",),
    "clock": ("published",),
    "match": ("certain",),
    "include": ("retracted,ahead",),
    "q": ("freed",),
    "by": ("day",),
    "limit": ("1000",),
    "latest": ("true",),
}
_REQUIRED: Final = {"what": "released", "from": "2020", "after": "0"}
_WORDS: Final = "freed"
"""Search words, for an address that needs some."""


def list_addresses(http: TestClient, names: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """The path and query of every GET; `names` are the values for each part of a path."""
    for path, methods in http.get("/openapi.json").json()["paths"].items():
        if "get" not in methods:
            continue
        parameters = methods["get"].get("parameters", [])
        asking = [parameter["name"] for parameter in parameters if parameter["in"] == "query"]
        searching = any(
            parameter["name"] == "q" and parameter["required"] for parameter in parameters
        )
        needed = {**_REQUIRED, **({"q": _WORDS} if searching else {})}
        required = [f"{name}={needed[name]}" for name in asking if name in needed]
        optional = [
            f"{name}={value}"
            for name in asking
            if name not in needed
            for value in _VALUES.get(name, ())
        ]
        for address in _addresses(path, names):
            for more in ([], *([each] for each in optional)):
                yield f"{address}?{'&'.join([*required, *more])}".rstrip("?")


def ask_whole(http: TestClient, address: str, headers: Mapping[str, str]) -> Any:  # noqa: ANN401
    """The status of a response, and its headers and body: everything that a client gets."""
    answer = http.get(address, headers=dict(headers))
    heading = "\n".join(f"{name}: {text}" for name, text in answer.headers.items())
    return answer.status_code, heading.encode() + b"\n\n" + answer.content


def _addresses(path: str, names: Mapping[str, Sequence[str]]) -> list[str]:
    found = [path]
    for name, values in names.items():
        if f"{{{name}" in path:
            part = f"{{{name}:path}}" if f"{{{name}:path}}" in path else f"{{{name}}}"
            found = [each.replace(part, value) for each in found for value in values]
    return found
