"""A name with an id is shown as a name on every page and in every picture, in every field of a kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.web.hostile import import_facts

if TYPE_CHECKING:
    from tests.web.browsing import Reader

pytestmark = pytest.mark.either_database

TALKS: Final = "/n/talks"
PATHS: Final = (
    *("", "/timeline", "/people", "/person?id=list:Ann", "/person?name=Ann", "/numbers/held"),
    *("/numbers/released", "/audit", "/compare?from=2024&clock=recorded", "/matters/who"),
    *("/compare?from=2025-02&to=2025-10&clock=published",),
    *(
        f"/state/{name}"
        for name in (
            *("posts", "measures", "proposals", "agreements", "responses", "incidents"),
            *("prisoners.held", "custody", "statements"),
        )
    ),
    *(f"/pictures/{name}" for name in ("releases", "known", "held", "posts", "measures")),
)


def _add_id(name: str) -> Any:  # noqa: ANN401 -- a name as JSON
    return {"name": name, "id": f"list:{name}"}


def _facts() -> list[dict[str, Any]]:
    ann, bo, cy, dee = map(_add_id, ("Ann", "Bo", "Cy", "Dee"))
    day = {"valid": "2025-03-01", "citations": [{"publisher": "Wire", "published": "2025-03-01"}]}
    later = {
        "valid": "2025-04-01",
        "citations": [{"publisher": "Post", "published": "2025-04-01"}],
    }
    left = {**day, "valid": "2025-03-01/2025-03-09"}
    held = {"what": "held", "value": 7, "comparator": "eq", "basis": "stock"}
    took_part = {"form": "talks", "participants": [ann, bo]}
    offered = {"by": ann, "to": bo, "content": "A swap", "stage": "offered"}
    measured = {"authority": cy, "target": dee}
    envoy = {"kind": "appointment", "appointed_by": cy, "on_behalf_of": dee}
    return [
        {**day, **envoy, "post": "envoy", "person": ann, "matter": "who"},
        {**later, **envoy, "post": "envoy", "person": bo, "matter": "who"},
        {**left, **envoy, "post": "speaker", "person": cy},
        {**day, "kind": "custody", "person": bo, "status": "detained"},
        {**day, "kind": "release", "people": [cy], "quantities": [{"what": "released", "value": 1}]},
        {**day, "kind": "prisoner_count", "counted_by": dee, "population": "all", "quantities": [held]},
        {**day, "kind": "statement", "speaker": ann, "on_behalf_of": bo},
        {**day, "kind": "response", "asked": bo, "answer": "declined", "asked_by": cy},
        {**day, "kind": "meeting", "stage": "held", **took_part},
        {**day, "valid": "2099-01-01", "kind": "meeting", "stage": "planned", **took_part},
        {**day, "kind": "proposal", **offered},
        {**day, "kind": "measure", "action": "imposed", "stage": "in_force", **measured},
        {**later, "kind": "measure", "action": "eased", "stage": "discussed", **measured},
        {**day, "kind": "agreement", "title": "T", "form": "treaty", "stage": "signed", "signatories": [ann]},
        {**day, "kind": "incident", "form": "arrests", "actor": ann, "target": bo},
    ]  # fmt: skip


def test_a_name_with_an_id_is_shown_as_a_name_on_every_page(reader: Reader) -> None:
    import_facts(reader, *_facts())
    facts = reader.http.get("/v1/negotiations/talks/timeline").json()["items"]
    each = (f"/{path}/{fact['id']}" for fact in facts for path in ("facts", "claims"))
    for path in (*PATHS, *each):
        page = reader.see(f"{TALKS}{path}")
        assert page.status == 200, (path, page.words)
        assert "{&#39;" not in page.html, path
        assert "{'" not in page.html, path
    words = reader.see(f"{TALKS}?as_of=2025-05").words
    for told in ("Bo, envoy", "speaker: nobody known to hold it Before: Cy", "Ann, for Bo"):
        assert told in words
    assert "Who is speaker" in words
    assert "with Ann, Bo" in words


def test_a_page_of_a_fact_says_the_id_of_a_name(reader: Reader) -> None:
    import_facts(reader, _facts()[0])
    (fact,) = reader.http.get("/v1/negotiations/talks/timeline").json()["items"]
    assert "person Ann (list:Ann)" in reader.see(f"{TALKS}/facts/{fact['id']}").words


def test_each_picture_is_drawn_with_names(reader: Reader) -> None:
    import_facts(reader, *_facts())
    for name in ("posts", "measures", "held"):
        drawn = reader.http.get(f"/v1/negotiations/talks/charts/{name}.vl.json?as_of=2025-05")
        assert drawn.status_code == 200, drawn.text
        told = str(drawn.json()["usermeta"]["table"]["rows"])
        assert "list:" not in told
        assert "Dee" in told if name != "posts" else "Bo" in told


def test_who_holds_a_post_is_said_beside_their_name(reader: Reader) -> None:
    import_facts(reader, *_facts())
    then = "as_of=2025-03-15"
    assert "Ann envoy" in reader.see(f"{TALKS}/people?{then}").words
    told = "Ann : envoy, since 1 March 2025"
    assert told in reader.see(f"{TALKS}/person?id=list:Ann&{then}").words
    later = reader.see(f"{TALKS}/people").words
    assert "Bo envoy" in later
    assert "Ann envoy" not in later
