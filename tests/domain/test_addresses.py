"""The address in a citation must lead to a page: neither to a script nor to another host than it seems to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import LONGEST_ADDRESS, address_fault


@pytest.mark.parametrize(
    "address",
    [
        *(
            "https://kyivindependent.com/a?b=c&d=%20#e",
            "http://example.org",
            "https://example.org/",
        ),
        *("HTTPS://Example.ORG/Page", "https://example.org:8443/a", "https://example.org./a"),
        *(
            "https://свабода.org/навіны/32.html",
            "https://xn--80ak6aa92e.com",
            "https://例え.jp/頁",
            "https://भारत.com",
        ),
        *(
            "http://127.0.0.1/a",
            "http://[2001:db8::1]:80/a",
            "https://a_b.example.org",
            "https://e.org/@user",
        ),
        *("https://web.archive.org/web/2025/https://example.org/a@b", "https://example.org?q=a|b"),
        "https://example.org/" + "a" * (LONGEST_ADDRESS - 20),
    ],
    ids=ascii,
)
def test_a_page_has_an_address(address: str) -> None:
    assert address_fault(address) is None


@pytest.mark.parametrize(
    "address",
    [
        *(
            "javascript:alert(1)",
            "JavaScript://example.org/%0aalert(1)",
            "data:text/html,a",
            "file:///etc/passwd",
        ),
        *(
            "ftp://example.org/a",
            "mailto:a@example.org",
            "//example.org/a",
            "/a",
            "example.org",
            "https:",
            "a b",
        ),
        *(
            "https://",
            "https:///a",
            "http:example.org",
            "https:/example.org",
            "https://?a",
            "https://#a",
            "https://.",
        ),
        *(
            "https://user@example.org",
            "https://user:secret@example.org/a",
            "https://@example.org",
            "https://:@a.org",
        ),
        *(
            "https://example.org\\@evil.org",
            "https:\\\\example.org",
            "https://example.org/a\\b",
            "https://a.org/ b",
        ),
        *(
            " https://example.org",
            "https://example.org ",
            "https://example.org/\n",
            "https://exa\tmple.org/a",
        ),
        *(
            "https://example.org/\u00a0a",
            "https://example.org/\u202ea",
            "https://example.org/\u200b",
            "https://e\u00ad.org",
        ),
        *(
            "https://example.org/\x00",
            "https://example.org/\x9b",
            "https://a.org/<script>",
            'https://a.org/"onclick',
        ),
        *(
            "https://a..b",
            "https://.a.org",
            "https://-a.org",
            "https://a-.org",
            f"https://{'a' * 64}.org",
            "https://a b.org",
        ),
        *(
            "https://example.org:",
            "https://example.org:0",
            "https://example.org:65536",
            "https://example.org:a",
            "https://a:-1",
        ),
        *(
            "https://1",
            "https://2130706433",
            "https://127.1",
            "https://0x7f000001",
            "https://256.1.1.1",
            "https://a.256",
        ),
        *(
            "https://[::1",
            "https://[::1]a",
            "https://[a]",
            "https://::1",
            "https://exa%6dple.org",
            "https://a,b.org",
        ),
        *(
            "https://ｅxample.org",  # noqa: RUF001 -- full-width letters are the point
            "https://example。org",
            "https://℀.org",
            f"https://{'a.' * 130}org",
            "https://a'.org",
        ),
        *(
            "",
            "https://example.org/" + "a" * LONGEST_ADDRESS,
            "https://[fe80::1%eth0]/",
            "https://x\u3164.org",
        ),
    ],
    ids=ascii,
)
def test_a_text_that_is_no_address_of_a_page_is_refused(address: str) -> None:
    said = address_fault(address)
    assert said is not None
    assert "address" in said or "percent-encoded" in said


@given(st.text(max_size=300) | st.text("htps:/@\\[]%.a1-_?#", max_size=60).map("http://{}".format))
def test_any_text_is_an_address_or_is_refused_in_words_that_quote_none_of_it(text: str) -> None:
    said = address_fault(text)
    assert said is None or len(said) < 200
