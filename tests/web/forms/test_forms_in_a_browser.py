"""An editor in a real browser signs in, records and corrects: with scripts, without, and by keyboard alone."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pytest
import uvicorn
from playwright.sync_api import expect
from starlette.testclient import TestClient

from api.composition import compose
from api.web.site import create_site
from domain.access import SCOPES
from tests.api.asking import Client, authorize, fact
from tests.api.serving import Served
from tests.databases import settings_of
from tests.thorough import some_of
from tests.web.browsing import BELARUS, import_record
from tests.web.watched import WIDER, watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from tests.databases import Kind

pytestmark = pytest.mark.needs("chromium")

FREED: Final = f"{BELARUS}/timeline?q=Fifty-two"
FILLED: Final = {"When": "2025-12", "Summary": "At least 100 freed in December"}
FORMS: Final = (
    "/sign-in",
    f"{BELARUS}/record",
    f"{BELARUS}/record?kind=release",
    f"{BELARUS}/record?kind=custody",
    f"{BELARUS}/facts/ID",
    f"{BELARUS}/facts/ID/correct",
    f"{BELARUS}/facts/ID/end",
    f"{BELARUS}/facts/ID/retract",
    f"{BELARUS}/facts/ID/corroborate",
    f"{BELARUS}/facts/ID/prefer",
    f"{BELARUS}/facts/ID/erase",
    f"{BELARUS}/correct",
    f"{BELARUS}/change-requests",
    f"{BELARUS}/change-requests/REQUEST",
    f"{BELARUS}/change-requests/REQUEST/revise",
    f"{BELARUS}/settings",
    f"{BELARUS}/import",
    "/begin",
)


@pytest.fixture(scope="module")
def site(lasting_database: Callable[[Kind], str]) -> Iterator[dict[str, str]]:
    """The address of the real record, in which corrections need two people; the keys of Ann and Ben; and a fact."""
    parley = compose(settings_of(lasting_database("sqlite-file")), upgrade=False)
    app = create_site(parley)
    keys = {name: parley.keys.create(name, SCOPES)[0] for name in ("Ann", "Ben")}
    with TestClient(app, headers=authorize(parley)) as http:
        editor = Client(http)
        import_record(editor)
        settings = "/v1/negotiations/us-belarus/settings"
        assert editor.post(settings, {"review_record": True}, if_match="*").status == 200
        found = editor.get("/v1/negotiations/us-belarus/timeline?q=Fifty-two").json["items"][0]
        proposed = editor.post(
            f"/v1/facts/{found['id']}/retraction",
            {"reason": "coding_error", "why": "Only to look at"},
            if_match="*",
        )
    served = Served(uvicorn.Config(app, log_level="critical", lifespan="off"))
    address = f"http://127.0.0.1:{served.address[1]}"
    yield {"address": address, **keys, "ID": found["id"], "REQUEST": proposed.json["id"]}
    served.stop()
    parley.close()


@pytest.fixture
def enter(browser: Browser, site: dict[str, str]) -> Iterator[Callable[..., Page]]:
    """A function that opens a browser in which somebody signs in; the test fails if the browser logs something."""
    watched = []
    opened = []

    def sign_in(person: str = "Ann", **options: Any) -> Page:  # noqa: ANN401 -- Playwright's options
        context = browser.new_context(base_url=site["address"], **options)
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        watched.append(watch(page))
        page.goto("/sign-in")
        page.get_by_label("Key").fill(site[person])
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return page

    yield sign_in
    for context in opened:
        context.close()
    assert not any(watched), watched


def _fill(page: Page, kind: str = "release") -> None:
    page.goto(f"{BELARUS}/record?kind={kind}")
    for label, text in FILLED.items():
        page.get_by_label(label).fill(text)
    page.get_by_label("What is counted").fill("released")
    page.get_by_label("The number, in the source’s words").fill("at least 100")
    page.get_by_label("Publisher").fill("Kyiv Independent")


def test_the_reading_of_a_number_is_seen_before_saving(enter: Callable[..., Page]) -> None:
    page = enter()
    _fill(page)
    expect(page.get_by_text("Read as: 100 or more.").first).to_be_visible()
    expect(page.get_by_text("Begins 1 December 2025 at the earliest").first).to_be_visible()
    expect(page.get_by_text("It can be recorded, and would read")).to_be_visible()
    expect(page.get_by_label("Publisher")).to_be_focused()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FILLED["Summary"])
    expect(page.get_by_text("at least 100").first).to_be_visible()


def test_a_name_is_completed_in_a_list_of_several(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(f"{BELARUS}/record?kind=release")
    people = page.get_by_label("People", exact=True)
    people.press_sequentially("Ihar Losik;")
    offered = page.evaluate(
        "() => [...document.getElementById('f-people').list.options].map(option => option.value)"
    )
    assert "Ihar Losik; Adam Boehler" in offered


def test_without_scripts_a_fact_is_checked_and_recorded(enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    _fill(page)
    page.get_by_label("When").fill("sometime")
    page.locator(".deeds").get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_contain_text("One thing has to be corrected")
    expect(page.get_by_label("When")).to_have_value("sometime")
    page.get_by_label("When").fill("2025-12-13")
    page.locator(".deeds").get_by_role("button", name="Check").click()
    expect(page.get_by_text("Read as: 13 December 2025.").first).to_be_visible()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(FILLED["Summary"])


def test_a_fact_is_corrected_with_a_second_persons_approval(
    enter: Callable[..., Page], site: dict[str, str]
) -> None:
    page = enter()
    page.goto(FREED)
    page.locator("h3 a").first.click()
    page.get_by_role("link", name="Correct", exact=True).click()
    page.get_by_label("Summary").fill("Fifty-two people freed")
    page.get_by_label("Reason").select_option("refinement")
    page.get_by_label("Why").fill("Not all were prisoners")
    page.locator(".deeds").get_by_role("button", name="Check").click()
    expect(page.get_by_text("This needs a second person")).to_be_visible()
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("Somebody else has to approve it")).to_be_visible()
    second = enter("Ben")
    second.goto(page.url)
    expect(second.locator("ins", has_text="people")).to_be_visible()
    second.get_by_role("button", name="Approve").click()
    expect(second.get_by_role("heading", name="Approved")).to_be_visible()
    page.goto(f"{BELARUS}/facts/{site['ID']}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Fifty-two people freed")


def test_an_erasure_is_asked_for_once_more_before_it_is_proposed(
    enter: Callable[..., Page], site: dict[str, str]
) -> None:
    page = enter()
    page.goto(f"{BELARUS}/facts/{site['ID']}/erase")
    expect(page.get_by_role("heading", name="What is erased")).to_be_visible()
    expect(page.get_by_role("heading", name="What remains")).to_be_visible()
    page.get_by_label("Why").fill("The person asked for it")
    page.locator(".deeds").get_by_role("button", name="Go on").click()
    expect(page.get_by_text("This needs a second person")).to_be_visible()
    page.get_by_role("button", name="Propose it").click()
    expect(page.get_by_text("Somebody else has to approve it")).to_be_visible()
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.get_by_role("button", name="Withdraw it")).to_have_count(0)


def test_by_the_keyboard_alone_a_fact_is_recorded(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(f"{BELARUS}/record?kind=statement")
    typed = {
        "f-valid": "2025-12-14",
        "f-summary": "A word was said",
        "f-speaker": "Ann Example",
        "f-citation-publisher": "Reuters",
    }
    reached = set()
    for _ in range(80):
        page.keyboard.press("Tab")
        at = page.evaluate("() => document.activeElement.id || document.activeElement.value")
        if at in typed:
            page.keyboard.type(typed[at])
            reached.add(at)
        if at == "check" and reached == set(typed):
            break
    assert reached == set(typed)
    page.keyboard.press("Enter")
    outcome = page.locator("#outcome .outcome")
    expect(outcome).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("A word was said")


def _lines() -> list[str]:
    facts = (
        fact(external_id=f"T-{n}", valid=f"2025-12-0{n}", summary=f"Group {n} was freed")
        for n in range(1, 6)
    )
    return [json.dumps(each) for each in facts]


def test_an_import_with_an_error_in_line_3_is_corrected(enter: Callable[..., Page]) -> None:
    page = enter()
    lines = _lines()
    wrong = [*lines[:2], lines[2].replace("2025-12-03", "2025-13-03"), *lines[3:]]
    page.goto(f"{BELARUS}/import")
    content = "\n".join(wrong).encode()
    page.get_by_label("File").set_input_files(
        {"name": "facts.ndjson", "mimeType": "application/x-ndjson", "buffer": content}
    )
    page.get_by_role("button", name="Check each line").click()
    expect(page.get_by_role("status")).to_contain_text("4 to be recorded, 1 rejected.")
    line = page.get_by_label("Line 3")
    expect(line).to_have_value(wrong[2])
    expect(page.get_by_text("13 is neither a month")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_have_count(0)
    line.fill(lines[2])
    page.locator(".deeds").get_by_role("button", name="Check again").click()
    expect(page.get_by_role("status")).to_contain_text("5 to be recorded.")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("It is recorded")
    page.goto(f"{BELARUS}/timeline?q=Group")
    expect(page.get_by_role("link", name=re.compile("Group 3 was freed"))).to_be_visible()


def test_the_rules_of_accessibility_hold_in_forms(
    enter: Callable[..., Page], site: dict[str, str]
) -> None:
    page = enter("Ben", color_scheme="light")
    rules = (files("axe_playwright_python") / "axe.min.js").read_text()

    def check(what: str) -> None:
        page.evaluate(rules)
        found = page.evaluate("() => axe.run()")["violations"]
        page.emulate_media(color_scheme="dark")
        found += page.evaluate("() => axe.run({runOnly: ['color-contrast']})")["violations"]
        page.emulate_media(color_scheme="light")
        told = [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found]
        assert told == [], what

    for form in some_of(FORMS, 2):
        page.goto(form.replace("REQUEST", site["REQUEST"]).replace("ID", site["ID"]))
        check(form)
    _fill(page)
    page.locator(".deeds").get_by_role("button", name="Check").click()
    expect(page.get_by_role("status")).to_be_visible()
    check("checked")
    page.goto(f"{BELARUS}/import")
    page.get_by_label("Or its text").fill("\n".join([*_lines(), "nonsense"]))
    page.get_by_role("button", name="Check each line").click()
    expect(page.get_by_role("status")).to_be_focused()
    check("lines")
    _fill(page)
    page.get_by_label("When").fill("never")
    page.locator(".deeds").get_by_role("button", name="Check").click()
    expect(page.get_by_role("alert")).to_be_focused()
    check("refused")


def test_forms_fit_a_telephone(enter: Callable[..., Page], site: dict[str, str]) -> None:
    page = enter("Ben", viewport={"width": 360, "height": 740})
    for form in FORMS:
        page.goto(form.replace("REQUEST", site["REQUEST"]).replace("ID", site["ID"]))
        assert page.evaluate(WIDER) <= 0, form
