"""A form completes a name from the whole record while somebody types, and without scripts from a part of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest
import uvicorn
from playwright.sync_api import expect

from domain.access import SCOPES
from tests.api.asking import fact
from tests.api.serving import Served
from tests.web.watched import watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page, Request

    from tests.web.browsing import Reader
    from tests.web.desk import Desk

pytestmark = pytest.mark.either_database

MANY: Final = 600
#: The milliseconds without a key press after which a form is checked.
PAUSE: Final = 450
RECORD: Final = "/n/talks/record?kind="
LAST: Final = {
    "person": ("custody", "person", "zuy", "Zoya Zuyeva"),
    "place": ("custody", "place", "zhod", "Zhodzina, colony 14"),
    "post": ("appointment", "post", "Zonal e", "Zonal Envoy"),
    "body": ("measure", "authority", "zol", "Zollamt"),
    "list": ("release", "people", "Ann Example; zuy", "Ann Example; Zoya Zuyeva"),
}
OFFERED: Final = "field => [...field.list?.options ?? []].map(option => option.value)"


def _import(reader: Reader) -> None:
    """Import facts, the last with names that neither the first 500 people nor the first 500 facts have."""
    reader.editor.open()
    lines = [
        fact(external_id=f"F-{n}", valid="2025-01", summary=f"Freed {n}", people=[f"Aaron {n}"], places=["Minsk"])
        for n in range(MANY)
    ]  # fmt: skip
    late = {"valid": "2025-11", "citations": lines[0]["citations"]}
    lines += [
        {**late, "kind": "custody", "summary": "Held", "person": "Zoya Zuyeva", "status": "detained",
         "place": "Zhodzina, colony 14", "external_id": "Z-1"},
        {**late, "kind": "alias", "summary": "Spelt so", "name": "Зоя Зуева", "same_as": "Zoya Zuyeva",
         "external_id": "Z-2"},
        {**late, "kind": "appointment", "summary": "Named", "person": "Ann Example", "post": "Zonal Envoy",
         "external_id": "Z-3"},
        {**late, "kind": "measure", "summary": "Eased", "authority": "Zollamt", "target": "Potash",
         "action": "eased", "stage": "in_force", "external_id": "Z-4"},
        {**late, "kind": "alias", "summary": "A place spelt so", "name": "Жодзіна, калонія 14", "of": "place",
         "same_as": "Zhodzina, colony 14", "external_id": "Z-5"},
    ]  # fmt: skip
    body = "\n".join(json.dumps(line) for line in lines).encode()
    path = "/v1/negotiations/talks/import"
    answer = reader.editor.post(path, body, content_type="application/x-ndjson")
    assert answer.json["rejected"] == []


@pytest.fixture
def enter(reader: Reader, browser: Browser, desk: Desk) -> Iterator[Callable[..., Page]]:
    """A function that opens a browser in which Ann is signed in."""
    _import(reader)
    config = uvicorn.Config(reader.http.app, log_level="critical", lifespan="off")
    served = Served(config)
    key, _ = desk.parley.keys.create("Ann", SCOPES)
    opened, watched = [], []

    def sign_in(*, scripts: bool = True) -> Page:
        address = f"http://127.0.0.1:{served.address[1]}"
        context = browser.new_context(base_url=address, java_script_enabled=scripts)
        opened.append(context)
        page = context.new_page()
        watched.append(watch(page))
        page.goto("/sign-in")
        page.get_by_label("Key").fill(key)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
        return page

    yield sign_in
    for context in opened:
        context.close()
    served.stop()
    assert not any(watched), watched


@pytest.mark.needs("chromium")
def test_a_name_is_completed_from_the_whole_record(enter: Callable[..., Page]) -> None:
    page = enter()
    page.clock.install(time=0)
    page.clock.pause_at(1_000)
    sent: list[Request] = []
    page.on("request", lambda each: sent.append(each) if each.method == "POST" else None)
    for kind, column, typed, name in LAST.values():
        page.goto(f"{RECORD}{kind}")
        field = page.locator(f"#f-{column}")
        assert name not in field.evaluate(OFFERED)
        before = len(sent)
        with page.expect_response(lambda response: response.request.method == "POST"):
            field.press_sequentially(typed)
            page.clock.run_for(PAUSE - 50)
            assert len(sent) == before
            page.clock.run_for(50)
        expect(page.locator(f'option[value="{name}"]').first).to_be_attached()
        assert name in field.evaluate(OFFERED)
        assert len(sent) == before + 1
        expect(field).to_be_focused()
        expect(field).to_have_value(typed)


@pytest.mark.needs("chromium")
def test_a_name_that_is_found_is_shown_with_its_other_spellings(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(f"{RECORD}custody")
    field = page.locator("#f-person")
    with page.expect_response(lambda response: response.request.method == "POST"):
        field.press_sequentially("Zoya Z")
    option = page.locator('#somebody-known option[value="Zoya Zuyeva"]')
    expect(option).to_have_attribute("label", "also Зоя Зуева")


@pytest.mark.needs("chromium")
def test_a_place_is_found_by_another_spelling(
    enter: Callable[..., Page],
) -> None:
    page = enter()
    page.goto(f"{RECORD}custody")
    field = page.locator("#f-place")
    with page.expect_response(lambda response: response.request.method == "POST"):
        field.press_sequentially("Жодз")
    option = page.locator('option[value="Zhodzina, colony 14"]')
    expect(option.first).to_have_attribute("label", "also Жодзіна, калонія 14")
    assert {"Zhodzina, colony 14", "Жодзіна, калонія 14"} <= {*field.evaluate(OFFERED)}


@pytest.mark.needs("chromium")
def test_the_keys_of_the_list_are_left_to_the_browser(enter: Callable[..., Page]) -> None:
    """Chromium hides whether its list is open; its keys reach the page first, and the page must ignore them."""
    page = enter()
    page.goto(f"{RECORD}custody")
    field = page.locator("#f-person")
    with page.expect_response(lambda response: response.request.method == "POST"):
        field.press_sequentially("zuy")
    expect(page.locator('option[value="Zoya Zuyeva"]').first).to_be_attached()
    told = page.context.new_cdp_session(page)
    node = told.send("Runtime.evaluate", {"expression": "document.getElementById('f-person')"})
    asked = {"objectId": node["result"]["objectId"], "fetchRelatives": False}
    (seen,) = told.send("Accessibility.getPartialAXTree", asked)["nodes"]
    assert seen["role"]["value"] == "combobox"
    assert "listbox" in {
        each["value"].get("value") for each in seen["properties"] if each["name"] == "hasPopup"
    }
    page.evaluate("""() => { window.taken = []; document.addEventListener("keydown", (event) => {
        window.taken.push([event.key, event.defaultPrevented]); }); }""")
    for key in ("ArrowDown", "ArrowUp", "Escape"):
        page.keyboard.press(key)
        expect(field).to_be_focused()
        expect(field).to_have_value("zuy")
    assert page.evaluate("() => window.taken") == [
        ["ArrowDown", False],
        ["ArrowUp", False],
        ["Escape", False],
    ]
    field.fill("Zoya Zuyeva")
    page.keyboard.press("Tab")
    expect(field).to_have_value("Zoya Zuyeva")
    expect(field).not_to_be_focused()


@pytest.mark.needs("chromium")
def test_without_scripts_a_part_of_the_names_is_offered(enter: Callable[..., Page]) -> None:
    page = enter(scripts=False)
    page.goto(f"{RECORD}custody")
    offered = page.locator("#somebody-known option")
    expect(offered).to_have_count(500)
    assert "Aaron 1" in {each.get_attribute("value") for each in offered.all()[:20]}


def test_what_is_typed_is_looked_for_as_words_alone(reader: Reader, desk: Desk) -> None:
    _import(reader)
    desk.enter()
    action, held = desk.see(f"{RECORD}custody").form(RECORD.partition("?")[0])
    held |= {"do": "check", "live": "1"}
    for typed in ('"', "*", "zuy*", '"zuy', "zuy " * 5_000, "𐀀 zuy", "-", ";;"):
        checked = desk.post(action, {**held, "person": typed, "completing": "person"})
        assert checked.status == 200, typed[:20]
        assert checked.html.count("<option") < 600
    for completing in ("summary", "nothing", "kind", "citation.publisher", ""):
        checked = desk.post(action, {**held, "person": "zuy", "completing": completing})
        assert checked.status == 200
        assert "<datalist" not in checked.html
