"""Releases of named people, or without a number, and their total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.api.answers.claims.reports import make_report, tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Sums

NAMES: Final[Sums] = {
    "nothing": ([], (0, None, "nothing recorded", False, 0)),
    "no number": ([tell_release()], (0, None, "not counted", False, 1)),
    "names and no number": (
        [tell_release(people=["Ann Example", "Bob Example"])],
        (2, None, "at least 2", False, 0),
    ),
    "a name twice": (
        [
            tell_release(people=["Ann", "Bob"]),
            tell_release(people=["ANN", "Eve"], valid="2025-10-01"),
        ],
        (3, None, "at least 3", False, 0),
    ),
    "a name under two spellings": (
        [
            tell_release(people=["John Coale"]),
            tell_release(people=["John Cole"], valid="2025-10-01"),
            make_report("alias", name="John Cole", same_as="John Coale"),
        ],
        (1, None, "at least 1", False, 0),
    ),
    "two people who may both be one that was counted": (
        [
            tell_release(people=["M. Losik"]),
            tell_release(people=["Maria Losik", "Mikola Losik"], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "somebody who was counted, and another who may be": (
        [
            tell_release(people=["M. Losik"]),
            tell_release(people=["M. Losik", "Maria Losik"], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "a name with its id and without": (
        [
            tell_release(people=[{"name": "Ann", "id": "1"}]),
            tell_release(people=["Ann"], valid="2025-10-01"),
        ],
        (1, None, "at least 1", False, 0),
    ),
    "names on a day that is counted": (
        [tell_release(52), tell_release(people=["Ann"])],
        (52, None, "at least 52", False, 1),
    ),
    "a name of those counted, again on that day": (
        [tell_release(52, people=["Ann"]), tell_release(people=["Ann"])],
        (52, None, "at least 52", False, 1),
    ),
    "names, and a number of people who may be freed yet": (
        [tell_release(52, valid="2025/2026"), tell_release(people=["Ann"])],
        (1, None, "at least 1", False, 0),
    ),
    "names, also in a number of people who may be freed yet": (
        [tell_release(52, valid="2025/2026", people=["Ann"]), tell_release(people=["Ann", "Bob"])],
        (2, None, "at least 2", False, 0),
    ),
    "names on a day that is counted, tied": (
        [tell_release(52, matter="m"), tell_release(people=["Ann"], matter="m")],
        (52, 52, "52", False, 0),
    ),
    "a part that only its matter ties": (
        [
            tell_release(52, matter="m"),
            tell_release(14, "AP", population="women", matter="m"),
        ],
        (14, 52, "14 to 52", True, 0),
    ),
    "a report of another population that confirms it": (
        [
            tell_release(52, population="political prisoners", external_id="pop-A"),
            tell_release(52, "AP", population="women", links=tie("confirms", "pop-A")),
        ],
        (52, 52, "52", False, 0),
    ),
    "a part on a day that is counted": (
        [tell_release(52), tell_release(3, what="women")],
        (52, 52, "52", False, 1),
    ),
    "another word for all, on a day that is counted": (
        [tell_release(52), tell_release(60, what="freed")],
        (52, None, "at least 52", False, 1),
    ),
    "people, on a day that is counted": (
        [tell_release(52), tell_release(60, what="released people")],
        (52, None, "at least 52", False, 1),
    ),
    "the population, on a day that is counted": (
        [
            tell_release(52),
            tell_release(60, what="Political prisoners", population="political prisoners"),
        ],
        (52, None, "at least 52", False, 1),
    ),
    "no number on a day that is counted": (
        [tell_release(52), tell_release(publisher="AP")],
        (52, None, "at least 52", False, 1),
    ),
    "fewer by the number than by the names": (
        [tell_release(1, people=["Ann", "Bob"])],
        (1, 2, "1 to 2", True, 0),
    ),
    "fewer by one report than another names": (
        [tell_release(1, matter="m"), tell_release(people=["Ann", "Bob", "Eve"], matter="m")],
        (1, 3, "1 to 3", True, 0),
    ),
    "names beside an approximate number that is lower": (
        [tell_release("about 1", people=["Ann", "Bob", "Eve", "Max", "Zoe"])],
        (0, None, "about 1 to 5", True, 0),
    ),
    "names beside an approximate number that may be theirs": (
        [tell_release("about 3", people=["Ann", "Bob", "Eve", "Max", "Zoe"])],
        (0, None, "about 3", False, 0),
    ),
    "names beside an approximate number of another report": (
        [
            tell_release("about 1", matter="m"),
            tell_release(people=["Ann", "Bob", "Eve"], matter="m", publisher="AP"),
        ],
        (0, None, "about 1 to 3", True, 0),
    ),
    "names on another day": (
        [tell_release(52), tell_release(people=["Ann"], valid="2025-10-01")],
        (53, None, "at least 53", False, 0),
    ),
    "names that are all of those counted": (
        [tell_release(2, people=["Ann", "Bob"]), tell_release(people=["Ann", "Eve"])],
        (3, None, "at least 3", False, 0),
    ),
    "one fact that counts twice": (
        [
            make_report(
                "release",
                quantities=[{"what": "released", "value": 10}, {"what": "Released", "value": 12}],
            )
        ],
        (10, 12, "10 to 12", False, 0),
    ),
    "a number and no number": (
        [tell_release(52), tell_release(valid="2025-10-01")],
        (52, None, "at least 52", False, 1),
    ),
    "a capital": ([tell_release(52, what="Released")], (52, 52, "52", False, 0)),
    "one name, written in several ways": (
        [
            tell_release(people=["Łukasz Nowak"]),
            tell_release(people=["Nowak, Lukasz"], valid="2025-10-01"),
            tell_release(people=["Лукаш Новак", "Ann Example"], valid="2025-10-02"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "one name, in full and with an initial": (
        [
            tell_release(people=["I. Losik"]),
            tell_release(people=["Ihar Losik"], valid="2025-10-01"),
            tell_release(people=["Ihar Aliaksandravich Losik"], valid="2025-10-02"),
            tell_release(people=["Лосик И."], valid="2025-10-03"),
        ],
        (1, None, "at least 1", False, 0),
    ),
    "names as other languages write them": (
        [
            tell_release(people=["Mikalai Statkevich", "Hanna Komar", "Oleg Petrov"]),
            tell_release(people=["Nikolai Statkevich", "Anna Komar"], valid="2025-10-01"),
            tell_release(people=["Mykola Statkevych", "Olga Petrova"], valid="2025-10-02"),
        ],
        (4, None, "at least 4", False, 0),
    ),
    "a name of those counted, on another day": (
        [tell_release(52, people=["Ann"]), tell_release(people=["Ann"], valid="2025-10-01")],
        (52, None, "at least 52", False, 0),
    ),
    "a name of those counted, on another day and perhaps of another person": (
        [
            tell_release(2, people=["Mikalai Statkevich", "Ihar Losik"]),
            tell_release(people=["Nikolai Statkevich"], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "two initials of one surname in one report": (
        [
            tell_release(people=["I. Losik", "D. Losik"]),
            tell_release(people=["Ihar Losik", "Ann Example"], valid="2025-10-01"),
        ],
        (3, None, "at least 3", False, 0),
    ),
    "names that differ only in accents, in one list and with ids": (
        [
            tell_release(people=["Łukasz Nowak", "Lukasz Nowak"]),
            tell_release(people=[{"name": "Jose Roe", "id": "1"}], valid="2025-10-01"),
            tell_release(people=[{"name": "José Roe", "id": "2"}], valid="2025-10-02"),
            tell_release(people=["Roe, Jose"], valid="2025-10-03"),
        ],
        (4, None, "at least 4", False, 0),
    ),
    "a bare name that two of those counted bear": (
        [
            tell_release(people=[{"name": "Ann", "id": "1"}, {"name": "Ann", "id": "2"}]),
            tell_release(people=["Ann"], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "two who bear a bare name that was counted": (
        [
            tell_release(people=["Ann"], valid="2025-06-01"),
            tell_release(people=[{"name": "Ann", "id": "1"}]),
            tell_release(people=[{"name": "Ann", "id": "2"}], valid="2025-10-01"),
        ],
        (2, None, "at least 2", False, 0),
    ),
    "a part that was counted too": (
        [tell_release(3, what="women"), tell_release(52, valid="2025-10-01")],
        (52, None, "at least 52", False, 1),
    ),
}
