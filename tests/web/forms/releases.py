"""The page of a release, and the forms that record and change it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.web.browsing import Reader, Seen
    from tests.web.desk import Desk

WHY: Final = {"reason": "better_evidence", "why": "The list has 53 names"}
FREED: Final[dict[str, Any]] = {
    "kind": "release",
    "valid": "2025-09-11",
    "summary": "Fifty-two freed",
    "places": ["Lithuania"],
    "quantities": [{"what": "released", "text": "52", "basis": "increment"}],
}
RECORD_FORM: Final = "/n/talks/record"


def record_release(reader: Reader, *, reviewed: bool = False, **more: Any) -> str:  # noqa: ANN401 -- fields of a fact
    """Record a fact through the API; gives the address of its page."""
    reader.editor.open()
    if reviewed:
        settings = "/v1/negotiations/talks/settings"
        assert reader.editor.post(settings, {"review_record": True}, if_match="*").status == 200
    made = reader.editor.record(**{**FREED, **more})
    return f"/n/talks/facts/{made.json['id']}"


def read_record(reader: Reader, page: str) -> Any:  # noqa: ANN401 -- JSON
    return reader.editor.get(page.replace("/n/talks", "/v1")).json


def send_form(desk: Desk, address: str, act: str = "save", **fields: str) -> Seen:
    form = desk.see(address)
    assert form.status == 200, form.words
    return desk.fill(form, address, **{**fields, "do": act})
