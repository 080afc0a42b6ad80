"""A refusal page in a browser says what happened, what it means, and what to do next."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, cast

import pytest
import uvicorn
from playwright.sync_api import expect
from sqlalchemy import Engine, event

from tests.api.running.test_health import make_failing
from tests.api.serving import Served

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastapi import FastAPI
    from playwright.sync_api import Browser, Page

    from domain.access import Scope
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
SAID: Final = "Ann Secret was freed"
_WIDER: Final = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def page(browser: Browser, reader: Reader) -> Iterator[Page]:
    """A tab as wide as a phone, on a record that the test fills itself."""
    reader.editor.open()
    served = Served(uvicorn.Config(reader.http.app, log_level="critical", lifespan="off"))
    address = f"http://127.0.0.1:{served.address[1]}"
    context = browser.new_context(base_url=address, viewport={"width": 360, "height": 740})
    yield context.new_page()
    context.close()
    served.stop()


def sign_in(page: Page, reader: Reader, *scopes: Scope) -> None:
    """Sign in with a new key."""
    parley = cast("FastAPI", reader.http.app).state.parley
    key, _ = parley.keys.create("Cat", scopes)
    page.goto("/sign-in")
    page.get_by_label("Key").fill(key)
    page.get_by_role("button", name="Sign in").click()


@pytest.mark.cases(3)
@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/record", "fact:write"),
        ("/record?kind=release", "fact:write"),
        ("/import", "fact:write"),
        ("/correct", "fact:correct"),
        ("/change-requests", "fact:correct"),
        ("/settings", "admin"),
        ("/facts/{id}/correct", "fact:correct"),
        ("/facts/{id}/erase", "erase"),
    ],
)
def test_a_key_that_does_not_allow_a_form_is_told_which_would(
    page: Page, reader: Reader, path: str, scope: str
) -> None:
    recorded = reader.editor.record().json["id"]
    sign_in(page, reader, "fact:read")
    answer = page.goto(TALKS + path.format(id=recorded))
    assert answer is not None
    assert answer.status == 403
    main = page.get_by_role("main")
    expect(main.get_by_role("heading")).to_have_text("Your key does not allow this")
    expect(main).to_contain_text(f"This needs a key with the scope {scope}.")
    expect(main).to_contain_text("You are signed in as Cat, and your key has fact:read.")
    expect(page.get_by_role("navigation", name="Views")).to_contain_text("Where it stands")
    assert page.evaluate(_WIDER) <= 0
    page.get_by_role("link", name="Sign in with another key").click()
    expect(page.get_by_role("link", name="Go on")).to_have_attribute(
        "href", TALKS + path.format(id=recorded)
    )


def test_an_erased_fact_says_when_and_why_it_was_erased_and_nothing_of_what_it_said(
    page: Page, reader: Reader
) -> None:
    erased = reader.editor.record(summary=SAID, external_id="A").json["id"]
    reader.editor.record(summary="Fifty-two freed", external_id="B")
    settings = {"review_erasure": False}
    assert (
        reader.editor.post("/v1/negotiations/talks/settings", settings, if_match="*").status == 200
    )
    body = {"reason": "The person asked"}
    assert reader.editor.post(f"/v1/facts/{erased}/erasure", body, if_match="*").status == 200
    for path in (f"/facts/{erased}", f"/claims/{erased}"):
        answer = page.goto(f"{TALKS}{path}")
        assert answer is not None
        assert answer.status == 410
        main = page.get_by_role("main")
        expect(main.get_by_role("heading")).to_have_text("This fact was erased")
        expect(main).to_contain_text("The reason: The person asked.")
        expect(main).to_contain_text("Nobody can restore it.")
        assert "Secret" not in page.content()
        assert erased not in main.inner_text()
        assert page.evaluate(_WIDER) <= 0
    page.get_by_role("link", name="The timeline: what is on record").click()
    expect(page.get_by_role("link", name="Fifty-two freed")).to_be_visible()


def test_a_withdrawn_fact_leads_to_its_history_and_does_not_say_what_it_said(
    page: Page, reader: Reader
) -> None:
    withdrawn = reader.editor.record(summary=SAID).json["id"]
    why = {"reason": "better_evidence", "why": "Another was meant"}
    assert reader.editor.post(f"/v1/facts/{withdrawn}/retraction", why, if_match="*").status == 200
    page.goto(f"{TALKS}/claims/{withdrawn}")
    main = page.get_by_role("main")
    expect(main.get_by_role("heading")).to_have_text("This fact was withdrawn")
    expect(main).to_contain_text("Another was meant")
    assert "Secret" not in page.content()
    page.get_by_role("link", name="Its history").click()
    expect(page.locator("del", has_text=SAID)).to_be_visible()


def test_a_change_whose_outcome_is_unknown_is_sent_again_and_saved_once(
    page: Page, reader: Reader
) -> None:
    sign_in(page, reader, "fact:read", "fact:write")
    page.goto(f"{TALKS}/record?kind=statement")
    for name, text in {
        "speaker": "Ann",
        "summary": "Ann spoke",
        "valid": "2025-09-11",
        "citation.publisher": "AP",
    }.items():
        page.locator(f"[name='{name}']").fill(text)
    fail = make_failing("database or disk is full")
    event.listen(Engine, "commit", fail)
    page.get_by_role("button", name="Record").click()
    main = page.get_by_role("main")
    expect(main.get_by_role("heading")).to_have_text("It is not known whether this was saved")
    event.remove(Engine, "commit", fail)
    expect(main).to_contain_text("Reload this page")
    assert page.evaluate(_WIDER) <= 0
    with page.expect_popup() as opened:
        page.get_by_role("link", name="See first, in another tab").click()
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("What happened when")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ann spoke")
    listed = json.loads(reader.http.get("/v1/negotiations/talks/timeline").content)["items"]
    assert [each["fact"]["summary"] for each in listed] == ["Ann spoke"]


def test_a_key_that_may_not_read_the_history_reads_the_fact(page: Page, reader: Reader) -> None:
    fact = reader.editor.record(summary="Fifty-two freed").json["id"]
    sign_in(page, reader, "fact:read")
    page.goto(f"{TALKS}/facts/{fact}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fifty-two freed")
    expect(page.get_by_role("main")).to_contain_text("is shown to a key with the scope audit:read")
    why = {"reason": "better_evidence", "why": "Another was meant"}
    assert reader.editor.post(f"/v1/facts/{fact}/retraction", why, if_match="*").status == 200
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("This fact was withdrawn")
    assert "Fifty-two" not in page.content()
    expect(page.get_by_role("link", name="Its history")).to_have_count(0)
    page.goto(f"{TALKS}/facts/no-id")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not found")
