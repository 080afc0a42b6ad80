from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.asking import FACTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.asking import Client

LIMIT = 1_048_576
BODY = b'{"kind":"release","valid":"2025","summary":"x","citations":[{"publisher":"A"}]}'


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("application/json", 201),
        ("Application/JSON; charset=UTF-8", 201),
        ('application/json;charset="utf-8"', 201),
        ("application/json;", 201),
        ("text/plain", 415),
        ("application/json; charset=latin-1", 415),
        ("application/json; version=2", 415),
        ("application/merge-patch+json", 415),
        ("", 415),
    ],
)
def test_a_body_is_json_in_utf8(light_client: Client, media: str, status: int) -> None:
    light_client.open()
    answer = light_client.post(FACTS, BODY, content_type=media)
    assert answer.status == status, answer.json
    if status == 415:
        assert answer.pointers == ["/header/Content-Type"]


def test_a_coded_body_is_refused(light_client: Client) -> None:
    light_client.open()
    answer = light_client.post(FACTS, BODY, content_encoding="gzip")
    assert answer.status == 415
    assert answer.pointers == ["/header/Content-Encoding"]


def test_a_body_has_one_mebibyte_at_most_announced_or_not(light_client: Client) -> None:
    light_client.open()

    def chunks(size: int) -> Iterator[bytes]:
        yield BODY
        for _ in range((size - len(BODY)) // 1024):
            yield b" " * 1024
        yield b" " * ((size - len(BODY)) % 1024)

    for size, status in ((LIMIT, 201), (LIMIT + 1, 413)):
        assert light_client.post(FACTS, BODY.ljust(size)).status == status
        sent = {"content": chunks(size)}
        streamed = light_client.send("POST", FACTS, sent, content_type="application/json")
        assert streamed.status == status


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (b"", [""]),
        (b"   ", [""]),
        (b"{", [""]),
        (b"\xff", [""]),
        (b"\xef\xbb\xbf{}", [""]),
        (b"null", [""]),
        (b"[]", [""]),
        (b'{"kind":NaN}', [""]),
        (b'{"kind":1e999}', [""]),
        (b'{"kind":"release","kind":"release"}', ["/kind", "/valid", "/summary", "/citations"]),
        (b'{"a/b~c":"\\ud800"}', ["/a~1b~0c"]),
        (b'{"\\ud800":1}', [""]),
        (b"[" * 50_000, [""]),
        (b'{"kind":' + b"[" * 40 + b"]" * 40 + b"}", ["/kind"]),
        (b'{"kind":' + b"9" * 5_000 + b"}", [""]),
    ],
)
def test_what_is_no_json_text_is_pointed_at(
    light_client: Client, body: bytes, pointers: list[str]
) -> None:
    light_client.open()
    answer = light_client.post(FACTS, body)
    assert answer.status == 422
    assert answer.pointers == pointers
    assert not answer.json["detail"].startswith(":")
