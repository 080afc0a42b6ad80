"""Reports of one matter, or joined by links, and their total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.api.answers.claims.reports import tell_release, tie

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Sums

MATTERS: Final[Sums] = {
    "one question, three claims": (
        [
            tell_release(52, "Reuters", matter="m"),
            tell_release(50, "Babel", matter="m"),
            tell_release("dozens", "Blog", matter="m"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "three agencies and one": (
        [
            *(tell_release(52, each, matter="m") for each in ("Reuters", "AP", "AFP")),
            tell_release(50, "Babel", matter="m", published="2025-09-13"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "three who differ by one each": (
        [
            tell_release(51, "AP", matter="m"),
            tell_release(50, matter="m"),
            tell_release(52, "AFP", matter="m"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "three say less sharply": (
        [
            *(tell_release("at least 50", each, matter="m") for each in ("Reuters", "AP", "AFP")),
            tell_release(5_000, "Blog", matter="m"),
        ],
        (50, None, "at least 50", False, 0),
    ),
    "a round-up": (
        [
            tell_release(14, valid="2025-06-21", matter="a", external_id="A"),
            tell_release(52, matter="b", external_id="B"),
            tell_release(66, "AP", valid="2025-09-12", links=tie("confirms", "A", "B")),
        ],
        (66, 66, "66", False, 0),
    ),
    "a round-up of facts without a matter": (
        [
            tell_release(14, valid="2025-06-21", external_id="A"),
            tell_release(52, external_id="B"),
            tell_release(66, "AP", valid="2025-09-12", links=tie("confirms", "A", "B")),
            tell_release(66, "AFP", valid="2025-09-12", links=tie("confirms", "A", "B")),
        ],
        (66, 66, "66", False, 0),
    ),
    "two outlets tied": (
        [tell_release(52, external_id="A"), tell_release(52, "AP", links=tie("confirms", "A"))],
        (52, 52, "52", False, 0),
    ),
    "two outlets tied to what is only possible, certain": (
        [
            tell_release(valid="[2025-12-10..2025-12-20]", external_id="A"),
            *(
                tell_release(12, each, valid="2025-12-10", links=tie("confirms", "A"))
                for each in ("AP", "AFP")
            ),
        ],
        (12, None, "at least 12", False, 0),
    ),
    "two outlets that conflict": (
        [
            tell_release(52, external_id="A"),
            tell_release(50, "AP", links=tie("conflicts_with", "A")),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "a link forward": (
        [
            tell_release(50, "AP", links=tie("conflicts_with", "A")),
            tell_release(52, external_id="A"),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "two matters tied": (
        [
            tell_release(52, matter="a", external_id="A"),
            tell_release(50, "AP", matter="b", links=tie("conflicts_with", "A")),
        ],
        (50, 52, "50 to 52", True, 0),
    ),
    "two matters tied both ways": (
        [
            tell_release(52, matter="a", external_id="A", links=tie("confirms", "B")),
            tell_release(52, "AP", matter="b", external_id="B", links=tie("confirms", "A")),
        ],
        (52, 52, "52", False, 0),
    ),
    "a part of it": (
        [
            tell_release(52, matter="a", external_id="A", population="political prisoners"),
            tell_release(14, matter="a", population="foreigners", links=tie("refines", "A")),
        ],
        (52, 52, "52", False, 0),
    ),
    "one matter, written in several ways": (
        [
            tell_release(52, matter="sep11-count"),
            tell_release(52, "AP", matter="Sep11-Count "),
            tell_release(52, "AFP", matter="sep11\u2010count"),
        ],
        (52, 52, "52", False, 0),
    ),
    "fifty-two, and at least fifty, which a link disputes": (
        [
            tell_release(52, external_id="A"),
            tell_release("at least 50", "AP", links=tie("conflicts_with", "A")),
        ],
        (50, None, "at least 50", True, 0),
    ),
}
