"""The heading of a matter is the question that its claims answer, and claims nothing that they dispute."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.api.asking import TALKS, count

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database
HELD = {"kind": "custody", "status": "detained"}
MET = {"kind": "meeting", "form": "talks", "stage": "held"}
CLAIMS: list[tuple[list[dict[str, Any]], str]] = [
    (
        [{"quantities": count(52)}, {"quantities": count(50)}, {"valid": "2025-10"}],
        "How many were released on 11 September 2025?",
    ),
    (
        [{"quantities": count(52), "valid": "2025-09"}, {"quantities": count(50)}],
        "How many were released?",
    ),
    ([{"quantities": count(3), "valid": "2025"}], "How many were released in 2025?"),
    ([{"quantities": count(3), "valid": "2025-09-11~"}], "How many were released?"),
    ([{"people": ["Ann"]}, {"people": ["Bo"]}], "Who was released on 11 September 2025?"),
    (
        [{"people": ["Ann", "Bo"]}, {**HELD, "person": {"name": "Ann", "id": "list:1"}}],
        "What became of Ann?",
    ),
    (
        [{"kind": "prisoner_count", "population": "people", "counted_by": by} for by in ("A", "B")],
        "How many people are held, and by whose count?",
    ),
    (
        [{"kind": "appointment", "post": "envoy", "person": name} for name in ("Ann", "Bo")],
        "Who was named envoy, and when?",
    ),
    (
        [{**MET, "participants": ["Ann", "Bo"], "valid": f"2025-09-0{day}"} for day in (1, 2)],
        "When were the talks between Ann and Bo?",
    ),
    (
        [{**MET, "participants": ["Ann", other]} for other in ("Bo", "Cy")],
        "The talks with Ann: when, and who took part?",
    ),
    ([{"kind": "open_question", "question": "Where is Ann?"}], "Where is Ann?"),
    (
        [{"kind": "statement", "speaker": name} for name in ("Ann", "Bo")],
        "Who says what: the-matter",
    ),
]


@pytest.mark.cases(6)
@pytest.mark.parametrize(("claims", "question"), CLAIMS)
def test_a_matter_is_headed_by_what_it_asks(
    reader: Reader, claims: list[dict[str, Any]], question: str
) -> None:
    reader.editor.open()
    for claim in claims:
        reader.editor.record(matter="the-matter", **claim)
    page = reader.see("/n/talks/matters/the-matter")
    assert f"<h1>{question}</h1>" in page.html.replace("\n", "")
    assert f"<title>{question}: Talks</title>" in page.html
    assert "the-matter" in page.words


def test_no_title_names_whom_a_withdrawn_claim_was_about(reader: Reader) -> None:
    reader.editor.open()
    made = reader.editor.record(**HELD, person="Ann Example", matter="m").headers["location"]
    assert "Ann Example" in reader.see("/n/talks/matters/m").html.partition("</title>")[0]
    body = {"reason": "source_retracted", "why": "a hoax"}
    assert reader.editor.post(f"{made}/retraction", body, if_match="1").status == 200
    reader.editor.record(**HELD, person="Bo", matter="m")
    assert "Ann Example" not in reader.see("/n/talks/matters/m").html
    then = reader.see("/n/talks/matters/m?position=2")
    assert "What became of Ann Example?" in then.words
    assert "Ann Example" not in then.html.partition("</title>")[0]
    claims = reader.see(f"/n/talks/claims/{made.rpartition('/')[2]}?position=2")
    assert "Ann Example" not in claims.html.partition("</title>")[0]
    assert reader.editor.get(f"{TALKS}/audit?person=Ann+Example").json["items"]
