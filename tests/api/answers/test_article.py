"""The article that the project began with is recorded sentence by sentence, and its state is correct."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.api.asking import Client

TALKS: Final = "/v1/negotiations/us-belarus-talks"
ARTICLE: Final = {
    "publisher": "Kyiv Independent",
    "title": "US in talks with Belarus on release of at least 100 political prisoners",
    "url": "https://kyivindependent.com/us-belarus-talks/",
    "archived_url": "https://web.archive.org/web/2025/https://kyivindependent.com/us-belarus-talks/",
    "accessed": "2025-11-21",
    "language": "en",
    "published": "2025-11-21",
}
UNNAMED: Final = {**ARTICLE, "attribution": "anonymous", "sources": 3}
PARDON: Final = {"publisher": "BelTA", "published": "2025-11-22", "attribution": "named"}


def make_fact(kind: str, summary: str, **fields: Any) -> dict[str, Any]:  # noqa: ANN401 -- a fact's fields
    return {
        "kind": kind,
        "valid": "2025-11-21",
        "summary": summary,
        "citations": [ARTICLE],
        **fields,
    }


SENTENCES: Final = [
    make_fact(
        "proposal",
        "The US and Belarus discuss the release of at least 100 political prisoners, three sources say",
        valid="2025-11",
        by="United States",
        to="Belarus",
        content="release of political prisoners",
        stage="discussed",
        quantities=[{"what": "released", "text": "at least 100"}],
        citations=[UNNAMED],
        matter="hundred",
        external_id="proposal",
    ),
    make_fact(
        "release",
        "Belarus has freed dozens of political prisoners in several waves since January",
        valid="2025-01/2025-11",
        population="political prisoners",
        quantities=[{"what": "released", "text": "dozens", "basis": "cumulative"}],
    ),
    make_fact(
        "release",
        "52 prisoners were freed in September",
        valid="2025-09-11",
        population="political prisoners",
        quantities=[{"what": "released", "text": "52"}],
    ),
    make_fact(
        "prisoner_count",
        "More than 1,000 political prisoners are still held",
        population="political prisoners",
        counted_by="Viasna",
        quantities=[{"what": "held", "text": "more than 1,000"}],
    ),
    make_fact(
        "response", "The White House did not comment", asked="White House", answer="no_reply"
    ),
    make_fact(
        "response",
        "The State Department declined to comment",
        asked="State Department",
        answer="declined",
    ),
    make_fact(
        "appointment",
        "Trump appointed John Cole special envoy for Belarus this month",
        valid="2025-11",
        person="John Cole",
        post="Special Envoy for Belarus",
        appointed_by="Donald Trump",
    ),
    make_fact("alias", "The envoy is John Coale", name="John Cole", same_as="John Coale"),
    make_fact(
        "statement",
        "A spokesman for the opposition speaks of people held as goods",
        speaker="Franak Viacorka",
        quote="People are not goods",
    ),
    make_fact(
        "measure",
        "Sanctions on Belarusian potash are in force",
        valid="2021-08-09",
        authority="United States",
        target="Belaruskali",
        action="imposed",
        stage="in_force",
    ),
    make_fact(
        "measure",
        "Easing of sanctions on potash is discussed",
        authority="United States",
        target="Belaruskali",
        action="eased",
        stage="discussed",
        citations=[UNNAMED],
    ),
    make_fact(
        "incident", "Arrests go on in Belarus", valid="2025/..", form="arrests", actor="Belarus"
    ),
    *(
        make_fact(
            "open_question", asked, question=asked, about="the release", external_id=f"question-{n}"
        )
        for n, asked in enumerate(
            ("Who will be released?", "When will they be released?", "In exchange for what?")
        )
    ),
    make_fact(
        "pardon",
        "Lukashenko pardoned 31 Ukrainians with sentences of 2 to 11 years",
        valid="2025-11-22",
        granted_by="Alexander Lukashenko",
        population="Ukrainians",
        quantities=[
            {"what": "pardoned", "text": "31"},
            {"what": "years of sentence", "text": "2 to 11"},
        ],
        citations=[PARDON],
    ),
    make_fact(
        "custody",
        "One of those pardoned was to be held until 2034",
        valid="2023-05-01",
        person="Ivan Prymirnyi",
        status="sentenced",
        sentence_ends="2034-05",
    ),
]


def test_its_state_on_21_and_on_23_november_reads_true(client: Client) -> None:
    body = {"slug": "us-belarus-talks", "title": "US–Belarus talks", "parties": ["US", "Belarus"]}
    assert client.post("/v1/negotiations", body).status == 201
    for each in SENTENCES:
        answer = client.post(f"{TALKS}/facts", each)
        assert answer.status == 201, answer.json
    before, after = (client.get(f"{TALKS}?as_of=2025-11-{day}").json for day in (21, 23))
    for state in (before, after):
        _reads_true(state)
    assert before["prisoners"]["pardoned"]["text"] == "nothing recorded"
    assert after["prisoners"]["pardoned"]["text"] == "31"
    answered = make_fact(
        "statement",
        "31 Ukrainians are the first, an official says",
        speaker="Official",
        links=[{"relation": "answers", "fact": "external:question-0"}],
    )
    assert client.post(f"{TALKS}/facts", answered).status == 201
    left = client.get(f"{TALKS}?as_of=2025-11-23").json["open_questions"]
    assert [each["question"] for each in left] == [
        "In exchange for what?",
        "When will they be released?",
    ]


def _reads_true(state: dict[str, Any]) -> None:
    released = state["prisoners"]["released"]
    assert (released["low"], released["high"], released["contested"]) == (52, None, False)
    assert [each["quantity"]["text"] for each in released["cumulative"]] == ["dozens"]
    (held,) = state["prisoners"]["held"]
    assert (held["quantity"]["low"], held["quantity"]["high"]) == (1_001, None)
    (post,) = state["posts"]
    assert (post["holder"], post["since"]) == ("John Coale", "2025-11")
    assert post["certainty"] == "possible"
    (potash,) = state["measures"]
    assert (potash["action"], potash["stage"], potash["since"]) == (
        "imposed",
        "in_force",
        "2021-08-09",
    )
    assert [(each["action"], each["stage"]) for each in potash["outlook"]] == [
        ("eased", "discussed")
    ]
    (proposal,) = state["proposals"]
    assert (proposal["stage"], proposal["quantities"][0]["low"]) == ("discussed", 100)
    assert {response["asked"]: response["answer"] for response in state["responses"]} == {
        "White House": "no_reply",
        "State Department": "declined",
    }
    assert len(state["open_questions"]) == 3
    assert [incident["form"] for incident in state["incidents"]] == ["arrests"]
    (custody,) = state["custody"]
    assert (custody["status"], custody["sentence_ends"]) == ("sentenced", "2034-05")
    assert all(each["last_reported"] for each in (held, post, potash, custody))
    (statement,) = [
        statement for statement in state["statements"] if statement["speaker"] == "Franak Viacorka"
    ]
    assert statement["quote"] == "People are not goods"
