"""In a real browser, a reader moves both clocks by mouse and keyboard, follows claims to their sources, and plays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.web.browsing import BELARUS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.xdist_group("browser")]

JUNE: Final = f"{BELARUS}?as_of=2025-06-30&as_known_at=2025-06-21&clock=published"


def test_the_envoy_of_a_day_is_three_steps_away(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="US–Belarus talks").click()
    page.get_by_label("What was so on this day").fill("2025-11-22")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".where")).to_contain_text("22 November 2025")
    expect(
        page.get_by_role("link", name="John Coale, US special envoy for Belarus")
    ).to_be_visible()


def test_the_days_are_folded_away_and_stay_as_the_reader_left_them(page: Page) -> None:
    page.goto(f"{BELARUS}/people?as_of=2025-11-22")
    day = page.get_by_label("What was so on this day")
    expect(day).to_be_hidden()
    page.get_by_text("Choose days by hand").click()
    expect(day).to_be_visible()
    slider = page.get_by_label("What was so", exact=True)
    slider.focus()
    slider.press("ArrowLeft")
    page.wait_for_function("() => !location.search.includes('2025-11-22')")
    expect(day).not_to_have_value("2025-11-22")
    expect(day).to_be_visible()


def test_moving_the_slider_of_knowledge_changes_what_is_said_of_losik(page: Page) -> None:
    page.goto(JUNE)
    people = page.locator("section", has=page.get_by_role("heading", name="People"))
    assert _status_of(people, "Ihar Losik") == "Free"
    slider = page.get_by_label("What was known", exact=True)
    slider.focus()
    while _read_known_at(page) < "2025-06-26":
        before = _read_known_at(page)
        slider.press("ArrowRight")
        page.wait_for_function("before => !location.search.includes(before)", arg=before)
    expect(page.locator(".where")).to_contain_text("as the papers had it by")
    expect(people.get_by_text("Ihar Losik")).to_be_visible()
    assert _status_of(people, "Ihar Losik") != "Free"
    expect(slider).to_be_focused()
    page.go_back()
    page.wait_for_function("() => document.title.length > 0")
    assert _read_known_at(page) < "2025-06-26"


def _read_known_at(page: Page) -> str:
    return parse_qs(urlsplit(page.url).query)["as_known_at"][0]


def _status_of(people: Any, name: str) -> str:  # noqa: ANN401 -- a locator
    group = people.locator(".group", has_text=name)
    return str(group.get_by_role("heading", level=3).inner_text())


def test_a_contested_matter_says_which_claim_is_shown_and_how_that_is_decided(page: Page) -> None:
    page.goto(BELARUS)
    page.locator(".sum").get_by_role("link", name="contested").click()
    expect(page.get_by_text("Shown: Fifty-two prisoners freed")).to_be_visible()
    for number in ("52", "51", "50"):
        expect(page.locator("#claims .big", has_text=number)).to_be_visible()
    page.get_by_role("link", name="How this is decided").click()
    expect(page.get_by_role("heading", name="Which claim is shown")).to_be_in_viewport()


def test_a_correction_shows_its_old_and_its_new_words(page: Page) -> None:
    page.goto(f"{BELARUS}/audit")
    page.get_by_role("link", name="Fourteen prisoners freed").first.click()
    expect(page.locator("ins", has_text="moved to Lithuania").first).to_be_visible()
    expect(page.locator("del").first).to_be_visible()


def test_two_days_are_compared(page: Page) -> None:
    page.goto(f"{BELARUS}/compare")
    page.get_by_label("From").fill("2025-06-21")
    page.get_by_label("To", exact=True).fill("2025-06-26")
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", name="Added")).to_be_visible()


def test_playing_goes_through_the_stops(page: Page) -> None:
    page.goto(JUNE)
    page.locator(".slider.known").get_by_role("button", name="Play").click()
    page.wait_for_function("() => !location.search.includes('as_known_at=2025-06-21')")
    page.locator(".slider.known").get_by_role("button", name="Stop").click()
    expect(page.get_by_label("What was known by this day")).not_to_have_value("2025-06-21")
    slider = page.get_by_label("What was known", exact=True)
    stops = (slider.get_attribute("data-stops") or "").split(" ")
    before = page.get_by_role("link", name="What was known: the change before")
    there = parse_qs(urlsplit(before.get_attribute("href") or "").query)["as_known_at"][0]
    assert there == stops[stops.index(_read_known_at(page)) - 1]
    expect(page.locator(".slider.known .play")).to_be_focused()


def test_without_scripts_there_are_dates_and_the_changes_before_and_after(
    browser: Browser, address: str
) -> None:
    context = browser.new_context(base_url=address, java_script_enabled=False)
    page = context.new_page()
    page.goto(JUNE)
    expect(page.get_by_label("What was known", exact=True)).to_be_hidden()
    page.get_by_role("link", name="What was known: the next change").click()
    assert _read_known_at(page) > "2025-06-21"
    page.get_by_label("What was so on this day").fill("2025-09-12")
    page.get_by_role("button", name="Show").click()
    expect(page.locator(".where")).to_contain_text("12 September 2025")
    context.close()


def test_the_keyboard_alone_reaches_everything(page: Page) -> None:
    page.goto(JUNE)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    reached: set[str] = set()
    for _ in range(30):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("() => document.activeElement.id"))
    assert {"so-slider", "known-slider", "as_of", "as_known_at", "clock"} <= reached


def _tab_to(page: Page, id_: str) -> Locator:
    """Move the focus to an element with the tab key alone."""
    page.keyboard.press("Tab")
    for _ in range(60):
        if page.evaluate("() => document.activeElement.id") == id_:
            break
        page.keyboard.press("Tab")
    found = page.locator(f"#{id_}")
    expect(found).to_be_focused()
    return found


@pytest.mark.cases(1)
@pytest.mark.parametrize(
    ("slider", "cut"), [("so-slider", "as_of"), ("known-slider", "as_known_at")]
)
def test_the_keys_move_each_slider_to_the_neighbouring_and_to_the_outer_changes(
    page: Page, slider: str, cut: str
) -> None:
    page.goto(f"{BELARUS}?as_of=2025-06-30&as_known_at=2025-09-30&clock=published")
    moved = _tab_to(page, slider)
    stops = (moved.get_attribute("data-stops") or "").split(" ")
    words = (moved.get_attribute("data-words") or "").split("|")
    at = int(moved.input_value())
    assert 1 < at < len(stops) - 2
    for key, there in (
        ("ArrowRight", at + 1),
        ("ArrowUp", at + 2),
        ("ArrowLeft", at + 1),
        ("ArrowDown", at),
        ("Home", 0),
        ("End", len(stops) - 1),
    ):
        page.keyboard.press(key)
        page.wait_for_function(
            "([cut, stop]) => new URLSearchParams(location.search).get(cut) === stop",
            arg=[cut, stops[there]],
        )
        expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")
        expect(moved).to_be_focused()
        expect(moved).to_have_attribute("aria-valuetext", words[there])
        expect(page.locator(f"output[for={slider}]")).to_have_text(words[there])
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") != slider
