"""The page of changes can be asked for one person, also for one whom only withdrawn facts name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.api.asking import FACTS, fact

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database


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
