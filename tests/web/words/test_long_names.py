"""A picture breaks long names into lines that stay within the picture and do not overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.web.browsing import Reader

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.either_database]

COUNTERS: Final = (
    (
        "Inter-American Commission on Human Rights",
        "women who are political prisoners in the prisons of the capital and its province",
    ),
    ("Committee for the Freedom of Political Prisoners", "soldiers and police"),
    ("Foro Penal", "foreigners"),
    ("国际特赦组织与联合国人权事务高级专员办事处", "良心犯以及所有因政治原因被拘留的人士"),
)
POST: Final = (
    "Special Presidential Envoy for the Release of Political Prisoners and for the Hemisphere"
)
HOLDERS: Final = ("Maria Guadalupe Fernández de la Concepción y Rodríguez de los Santos", "Ann")
AUTHORITY: Final = (
    "Office of Foreign Assets Control of the United States Department of the Treasury"
)
TARGET: Final = (
    "General License 44 on transactions related to oil and gas operations and their services"
)
SHOWN: Final = {
    "held": [f"{counter}: {population}" for counter, population in COUNTERS],
    "posts": [POST, *HOLDERS],
    "measures": [f"{TARGET}, by {AUTHORITY}"],
}
#: The lines of texts that lie outside the picture or overlap another, by the box of each line.
_AMISS: Final = """() => {
  const whole = document.querySelector("svg").getBoundingClientRect();
  const lines = [...document.querySelectorAll("text:not([opacity='0'])")].flatMap((text) =>
    (text.children.length ? [...text.children] : [text]).map((line) => {
      const box = line.getBoundingClientRect();
      return {said: line.textContent, left: box.left, right: box.right, top: box.top + 3, bottom: box.bottom - 3};
    }));
  const out = lines.filter((line) => line.left < whole.left - 1 || line.right > whole.right + 1);
  const over = lines.filter((one) => lines.some((other) => one !== other
    && one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom));
  return [...out, ...over].map((line) => line.said);
}"""


def _fill(reader: Reader) -> None:
    reader.editor.open()
    for number, (counter, population) in enumerate(COUNTERS, 1):
        reader.editor.record(
            kind="prisoner_count",
            valid=f"2025-0{number}",
            population=population,
            counted_by=counter,
            quantities=[{"what": "held", "value": 100 * number}],
        )
    for month, person in enumerate(HOLDERS, 3):
        reader.editor.record(
            kind="appointment", person=person, post=POST, valid=f"2025-0{month}/.."
        )
    reader.editor.record(
        kind="measure",
        authority=AUTHORITY,
        target=TARGET,
        action="eased",
        stage="in_force",
        valid="2025-06",
    )


@pytest.mark.cases(1)
@pytest.mark.parametrize("width", ["narrow", "wide"])
def test_a_long_name_is_read_to_its_end(reader: Reader, browser: Browser, width: str) -> None:
    _fill(reader)
    page = browser.new_page(viewport={"width": 390 if width == "narrow" else 800, "height": 900})
    for chart, names in SHOWN.items():
        path = f"/v1/negotiations/talks/charts/{chart}.svg?as_of=2025-12&width={width}"
        page.set_content(reader.http.get(path).text)
        said = page.evaluate(
            "() => [...document.querySelectorAll('text')].map(text =>"
            " text.children.length ? [...text.children].map(line => line.textContent).join(' ') : text.textContent)"
        )
        without_blanks = {text.replace(" ", "") for text in said}
        assert {name.replace(" ", "") for name in names} <= without_blanks
        assert page.evaluate(_AMISS) == [], chart
        assert page.evaluate(
            "() => document.querySelector('svg').getBoundingClientRect().width"
        ) < (390 if width == "narrow" else 800)
    page.close()
