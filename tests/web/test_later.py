"""A page of an earlier day says what changed since, names a contact for errors, and can be certified."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from html import unescape
from typing import TYPE_CHECKING, Final

import pytest
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from domain.proof.certificate import Certificate, DigestResult
from infrastructure.proofs.ed25519 import Ed25519Verifier
from tests.api.asking import Client, authorize
from tests.databases import settings_of
from tests.web.browsing import BELARUS, Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.composition import Parley
    from tests.databases import Kind
    from tests.web.browsing import Seen

pytestmark = pytest.mark.either_database

JUNE: Final = "as_of=2025-06-30&as_known_at=2025-06-22&clock=published"
PLACES: Final = (
    *(
        "",
        "/timeline",
        "/people",
        "/state/posts",
        "/person?name=Ihar+Losik",
        "/matters/sep11-count",
    ),
    *("/numbers/released", "/pictures/posts"),
)


def at(path: str, cuts: str) -> str:
    """The address of a page of the real record."""
    return f"{BELARUS}{path}{'&' if '?' in path else '?'}{cuts}"


@pytest.mark.cases(2)
@pytest.mark.parametrize("path", PLACES)
def test_a_page_of_an_earlier_day_says_how_much_changed_later(real: Reader, path: str) -> None:
    page = real.see(at(path, JUNE))
    assert page.status == 200, page.words
    diff = real.http.get(
        "/v1/negotiations/us-belarus/diff?from=2025-06-22&clock=published&limit=1000"
    ).json()
    sections = ("added", "corrected", "corroborated", "ended", "retracted", "reinstated")
    many = len({each["fact"]["id"] for name in sections for each in diff[name]})
    assert f"{many} things on this record were added, corrected or withdrawn later" in page.words
    (compare,) = {
        href
        for href in page.all("a", "href")
        if "/compare?" in href and "from=2025-06-22" in unescape(href)
    }
    assert real.see(unescape(compare)).status == 200
    now = real.see(at(path, "as_of=2025-06-30"))
    assert "later." not in now.words.partition("Rests on")[0].partition("fields")[0]


def test_a_page_says_how_many_of_its_own_facts_changed_later(real: Reader) -> None:
    person = real.see(at("/person?name=Ihar+Losik", JUNE))
    assert "1 thing on this page was corrected, ended or withdrawn later" in person.words
    state = real.see(at("", JUNE))
    assert "2 things on this page were corrected, ended or withdrawn later" in state.words
    other = real.see(at("/person?name=John+Coale", JUNE))
    assert "on this page" not in other.words


def test_a_page_at_a_position_leads_to_the_same_with_what_is_known_now(real: Reader) -> None:
    page = real.see(at("/timeline?kind=release", "position=60&as_of=2025-11-22"))
    assert "What became known after entry 60 is not shown" in page.words
    match = re.search(r'href="([^"]*)">See it as it is known now', page.html)
    assert match is not None
    now = unescape(match[1])
    assert "kind=release" in now
    assert "as_of=2025-11-22" in now
    assert real.see(now).status == 200
    assert "is not shown" not in real.see(now).words


def make_site(url: str, **more: str) -> tuple[Parley, Reader]:
    """A site under settings of its own."""
    parley = compose(settings_of(url, **more), upgrade=False, signs="PARLEY_LOG_KEY_FILE" in more)
    site = create_site(parley)
    editor = Client(TestClient(site, headers=authorize(parley), raise_server_exceptions=False))
    return parley, Reader(TestClient(site, raise_server_exceptions=False), editor)


@pytest.mark.parametrize(
    ("contact", "link"),
    [
        ("desk@paper.example", "mailto:desk@paper.example"),
        ("https://paper.example/errors", "https://paper.example/errors"),
        ('javascript:alert("1")', None),
        ("Write to <b>the desk</b>", None),
    ],
)
def test_every_page_says_how_to_report_an_error(
    database_url: str, contact: str, link: str | None
) -> None:
    parley, reader = make_site(database_url, PARLEY_CONTACT=contact)
    reader.editor.open()
    for path in ("/", "/about", "/search", "/n/talks", "/n/talks/people", "/n/nothing"):
        page: Seen = reader.see(path)
        told = page.html.rpartition("<footer>")[2]
        assert "Is something wrong here?" in told, path
        assert "<b>" not in told
        assert (f'href="{link}"' in told) is (link is not None)
        assert "UTC" in told
        if link is None:
            assert contact in page.words
    parley.close()


@pytest.mark.parametrize("is_listed", [False, True])
def test_pages_of_people_are_listed_only_where_the_settings_say_so(
    database_url: str, *, is_listed: bool
) -> None:
    more = {"PARLEY_INDEX_PEOPLE": "true"} if is_listed else {}
    parley, reader = make_site(database_url, **more)
    reader.editor.open()
    for path in ("/people", "/person?name=Ann", "/timeline?person=Ann"):
        page = reader.see(f"/n/talks{path}")
        assert ("x-robots-tag" in page.headers) is not is_listed
        assert ('content="noindex"' in page.html) is not is_listed
    assert reader.see("/n/talks/audit").headers["x-robots-tag"] == "noindex"
    parley.close()


def test_where_the_log_is_not_signed_no_certificate_is_offered(real: Reader) -> None:
    assert "certificate" not in real.see(BELARUS).html
    assert real.see(f"{BELARUS}/certificate?of=/v1/negotiations/us-belarus").status == 503


def test_a_quote_says_its_language(reader: Reader) -> None:
    reader.editor.open()
    cited = [{"publisher": "P", "quote": "Яны на волі", "language": "be"}]
    made = reader.editor.record(
        kind="statement", speaker="Ann", quote="Яны на волі", citations=cited, valid="2025-06"
    )
    assert '<q lang="be">Яны на волі</q>' in reader.see("/n/talks").html
    assert '<blockquote lang="be">' in reader.see(f"/n/talks/facts/{made.json['id']}").html


@pytest.mark.parametrize("kind", ["sqlite-file"])
def test_what_a_page_is_drawn_from_is_certified_by_one_click(
    lasting_database: Callable[[Kind], str], tmp_path: object, kind: Kind
) -> None:
    parley, reader = make_site(lasting_database(kind), PARLEY_LOG_KEY_FILE=f"{tmp_path}/log.key")
    reader.editor.open()
    made = reader.editor.record(people=["Ann"], matter="m")
    assert parley.publisher is not None
    parley.publisher.publish()
    verifier = Ed25519Verifier(parley.publisher.signer.key)
    paths = ("", "/timeline?kind=release", "/people", "/person?name=Ann", "/matters/m")
    more = ("/numbers/released", "/audit", "/compare?from=2025", f"/facts/{made.json['id']}")
    for path in (*paths, *more):
        page = reader.see(f"/n/talks{path}")
        (certificate,) = (
            unescape(href) for href in page.all("a", "href") if "/certificate?" in href
        )
        answer = reader.http.get(certificate)
        assert answer.status_code == 200, (path, answer.text)
        assert "attachment" in answer.headers["content-disposition"]
        found = Certificate.verify_note(json.loads(answer.content)["certificate"], [verifier])
        shown = re.search(r"SHA-256 ([0-9a-f]{64})", page.words)
        assert shown is not None
        assert found.result == DigestResult(shown[1])
        assert sha256(reader.http.get(found.question).content).hexdigest() == shown[1]
    for path, question in (
        ("releases", "tally?by=day&what=released"),
        ("held", "tally?by=day&what=held"),
        ("releases?what=women", "tally?by=day&what=women"),
        ("known", "tally?by=day&what=released"),
        ("posts", "state/posts?"),
        ("measures", "state/measures?"),
        ("activity", "moments?axis=recorded&by=day"),
    ):
        page = reader.see(f"/n/talks/pictures/{path}")
        (certificate,) = (
            unescape(href) for href in page.all("a", "href") if "/certificate?" in href
        )
        answer = json.loads(reader.http.get(certificate).content)
        found = Certificate.verify_note(answer["certificate"], [verifier])
        asked, _, parameters = question.partition("?")
        assert found.question.startswith(f"/v1/negotiations/talks/{asked}?")
        assert set(parameters.split("&")) - {""} <= set(found.question.partition("?")[2].split("&"))
        assert "position=" in found.question
    refused = reader.see("/n/talks/certificate?of=/v1/negotiations")
    assert refused.status == 422
    parley.close()
