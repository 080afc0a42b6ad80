"""The page of changes begins with the newest, and can be filtered by a person whom only withdrawn facts name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from api.web.pages import changes as page_of_changes
from tests.api.asking import FACTS, TALKS, fact

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen

pytestmark = pytest.mark.either_database
CHANGES: Final = 7


def test_a_name_that_was_wrong_leads_to_its_correction_there_and_nowhere_else(
    reader: Reader,
) -> None:
    reader.editor.open()
    told = {"kind": "custody", "status": "detained", "valid": "2025-01"}
    wrong = reader.editor.post(FACTS, fact(**told, person="Ann Example", summary="One is held"))
    other = reader.editor.post(FACTS, fact(**told, person="Cy", summary="Another is held"))
    for recorded, changes in ((wrong, {"person": "Bo Sample"}), (other, {"summary": "Held"})):
        address = recorded.headers["location"]
        body = {"reason": "coding_error", "why": "Misread", "changes": changes}
        assert reader.editor.post(f"{address}/corrections", body, if_match="1").status == 200
    page = reader.see("/n/talks/audit?person=Ann+Example")
    assert "One is held" in page.words
    assert "Another is held" not in page.words
    assert page.headers["x-robots-tag"] == "noindex"
    assert "person=Ann+Example" in page.headers["link"]
    for path in ("", "/timeline", "/people", "/record/custody"):
        assert "Ann Example" not in reader.see(f"/n/talks{path}").html, path
    offered = reader.see("/n/talks/audit").all("option", "value")
    assert {"Bo Sample", "Cy"} <= {*offered}
    assert "Ann Example" not in offered
    nobody = reader.see("/n/talks/audit?person=Dee")
    assert "Nothing that names “Dee” was changed." in nobody.words


def test_the_page_of_changes_begins_with_the_newest(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of_changes, "_PAGE", 3)
    reader.editor.open()
    address = reader.editor.record().headers["location"]
    for version in range(1, CHANGES + 1):
        body: dict[str, Any] = {"reason": "refinement", "why": f"For reason {version}"}
        body["changes"] = {"summary": f"Summary {version}"}
        answer = reader.editor.post(f"{address}/corrections", body, if_match=str(version))
        assert answer.status == 200

    def list_reasons(page: Seen) -> list[int]:
        assert "newest first" in page.words
        return [int(number) for number in re.findall(r"For reason (\d+)", page.words)]

    pages = [reader.see("/n/talks/audit")]
    while more := re.findall(r'href="(/n/talks/audit\?cursor=\w+)">', pages[-1].html):
        pages.append(reader.see(more[0]))
    assert [list_reasons(page) for page in pages] == [[7, 6, 5], [4, 3, 2], [1]]

    cursor = reader.editor.get(f"{TALKS}/audit?limit=3").json["next"]
    assert list_reasons(reader.see(f"/n/talks/audit?cursor={cursor}")) == [6, 5, 4]

    nothing = reader.see("/n/talks/audit?event=fact.ended").words
    assert "None of these changes fits the filter." in nothing
    assert "Nothing was changed" not in nothing
