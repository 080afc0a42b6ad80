"""A thousand malformed inputs each get a problem with a pointer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from api.commands.examples import FACTS as EXAMPLES
from tests.api.asking import FACTS, TALKS, fact
from tests.thorough import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.api.asking import Answer, Client

EDTF: Final = 400
DOCUMENTS: Final = 300
PARAMETERS: Final = 300
Ask = Callable[["Client", str], "Answer"]

#: Texts that are malformed in any year.
TEMPLATES: Final = (
    "{y}-13", "{y}-00", "{y}-20", "{y}-42", "{y}-1", "{y}-02-30", "{y}-04-31", "{y}-01-00",
    "{y}-01-32", "{y}-01-1", "{y}-21-01", "{y}/{y}/{y}", "{y}-06/{y}-05", "{y}-XX-32", "{y}-1X-3",
    "[{y}", "{y}]", "{{{y}", "{y}}}", "[{y},]", "[,{y}]", "{y}..", "..{y}", "{y}??", "?{y}?",
    "{y}~~", "{y}-?", "{y}-", "-{y}-", "+{y}", "{y} ", " {y}", "{y}\n", "{y}-01-01T25:00:00",
    "{y}-01-01T10", "{y}-01-01T10:60:00", "{y}-01-01T10:00:00+15:00", "{y}-01-01T10:00:00-00:00",
    "{y}-01T10:00:00", "Y{y}E", "YE3", "Y-", "y{y}", "{y}S0", "{y}S", "{y}x", "x{y}", "{y}-o1",
    "{y}.5", "{y}-01-01Z", "around {y}", "{y} BC", "\u0662{y}", "{y}\u2013{y}", "", "..", "/",
    "{y}-01-01/{y}-01-01/", "//", "../..{y}", "-0000", "[..]{y}", "{y}%?", "{y}-W01", "{y}-001",
    "{y}0101", "{y}/\u0000", "\ufeff{y}",
)  # fmt: skip
CUTS: Final = (
    "{y}-13", "{y}-02-30", "{y}-1", "{y}/", "{y}?", "[{y}]", "{y}-01-01T10:00:00", "{y}XX",
    "{y}-01-01T24:00:00Z", "{y}-01-01T10:00:61Z", "{y}-01-01T10:00:00.1234567Z", "now", "Y{y}",
    "{y}-01-01T10:00:00+24:00", "{y}-06-31", "-{y}-", "1e9", "\u0661{y}", "{y}-01-01 10:00:00Z",
    "yesterday", "{y}-21", "-0000",
)  # fmt: skip
WRONG: Final[Sequence[Any]] = (
    None,
    7,
    1.5,
    True,
    [],
    {},
    [[]],
    {"a": 1},
    "",
    "   ",
    "\u0000",
    "a\u007f",
    -1,
    10**30,
)


def _edtf(random: Random) -> Iterator[Ask]:
    for number in range(EDTF):
        template = TEMPLATES[number % len(TEMPLATES)]
        text = template.format(y=random.randint(1000, 1999) * 2 + 1)
        if number % 3 == 0 and "T" not in text:
            body = fact(citations=[{"publisher": "A", "published": text}])
        else:
            body = fact(valid=text)
        yield _make_post(json.dumps(body).encode())


def _documents(random: Random) -> Iterator[Ask]:
    documents = [json.dumps(each) for each in EXAMPLES.values()]
    for number in range(DOCUMENTS):
        document = documents[number % len(documents)]
        at = random.randrange(1, len(document) - 1)
        match number % 5:
            case 0:
                yield _make_post(document[:at].encode())
            case 1:
                yield _make_post((document + random.choice("{}[],:x")).encode())
            case 2:
                raw = document.encode()
                yield _make_post(
                    raw[:at]
                    + random.choice([b"\xff", b"\xc0", b"\x00", b"\xed\xa0\x80"])
                    + raw[at:]
                )
            case 3:
                yield _make_post(json.dumps(_mistype_member(json.loads(document), random)).encode())
            case _:
                surplus = {**json.loads(document), f"field{number}": random.choice(WRONG)}
                yield _make_post(json.dumps(surplus).encode())


def _mistype_member(document: dict[str, Any], random: Random) -> dict[str, Any]:
    name = random.choice(("kind", "valid", "summary", "citations"))
    return {**document, name: random.choice([value for value in WRONG if value != []] + ["\u0001"])}


def _parameters(random: Random) -> Iterator[Ask]:
    views = ("", "/timeline", "/tally", "/audit")
    for number in range(PARAMETERS):
        view = views[number % len(views)]
        known = "what=released&" if view == "/tally" else ""
        text = quote(CUTS[number % len(CUTS)].format(y=random.randint(1001, 1999)))
        junk = quote("".join(chr(random.randrange(0, 0x250)) for _ in range(5)))
        bad = (
            f"as_of={text}",
            f"as_known_at={text}",
            f"position={junk}x",
            f"clock={junk}x",
            f"match={random.choice(['Certain', 'both', '%00', '1'])}",
            f"x{junk}={junk}",
            f"position={random.choice(['-1', '1e3', '0x10', '9' * 40, '1.0', '+1'])}",
            "as_of=2025&as_of=2024",
            "as_of=%ff%fe",
        )
        yield _make_get(f"{TALKS}{view}?{known}{bad[number % len(bad)]}")


def _make_post(body: bytes) -> Ask:
    return lambda client, address: client.post(address, body)


def _make_get(path: str) -> Ask:
    return lambda client, _: client.get(path)


def test_a_thousand_malformed_inputs_are_each_a_problem_with_a_pointer(
    light_client: Client,
) -> None:
    """A fifth of them, drawn, in each run; all in the long form."""
    inputs = _inputs()
    assert len(inputs) == 1_000
    _are_problems(light_client, some_of(inputs, 200))


def test_fifty_malformed_inputs_are_problems_on_the_other_database_too(client: Client) -> None:
    _are_problems(client, some_of(_inputs(), 50))


def _inputs() -> list[Ask]:
    random = Random(20251126)
    return [*_edtf(random), *_documents(random), *_parameters(random)]


def _are_problems(client: Client, inputs: list[Ask]) -> None:
    client.open()
    for number, ask in enumerate(inputs):
        answer = ask(client, FACTS)
        assert 400 <= answer.status < 500, (number, answer)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json["status"] == answer.status
        assert answer.pointers, (number, answer.json)
        assert all(pointer == "" or pointer.startswith("/") for pointer in answer.pointers)
    assert client.get("/v1/changes").json["perspective"]["position"] == 1
