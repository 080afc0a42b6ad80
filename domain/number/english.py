"""The words for numbers in English."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from domain.number.english_remarks import ENGLISH_REMARKS
from domain.number.language import Language, all_of, forms, not_, phrases

_FEWER: Final = ("fewer than", "less than", "lower than", "under", "below")
_MORE: Final = ("more than", "greater than", "higher than", "over", "above", "beyond", "exceeding")
_MUCH: Final = (
    "slightly", "a little", "only slightly", "only a little",
    "a bit", "a shade", "somewhat", "far", "many", "much", "considerably", "substantially",
    "significantly", "comfortably", "easily",
)  # fmt: skip
_MONTHS_EN: Final = (
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sep sept oct nov dec"
)
_FUNCTION: Final = (
    "a an and anything as at bit by change count even for from good high if in including it just like low of "
    "off on one or outside say shade something that the then to well -"
)  # fmt: skip

ENGLISH: Final = Language(
    small=forms(
        {
            0: "zero", 1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven",
            8: "eight", 9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen",
            14: "fourteen", 15: "fifteen", 16: "sixteen", 17: "seventeen",
            18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty fourty",
            50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety",
        }
    ),
    units={
        "hundred": 100, "dozen": 12, "score": 20, "thousand": 10**3, "million": 10**6,
        "mn": 10**6, "mln": 10**6, "billion": 10**9, "bn": 10**9,
    },
    articles=frozenset({"a", "one"}),
    bare=frozenset(),
    plurals={"tens": 10, "dozens": 12, "scores": 20, "hundreds": 100, "thousands": 10**3, "millions": 10**6},
    singulars={"hundred": 100, "dozen": 12, "thousand": 10**3, "million": 10**6},
    fractions={
        ("half", "a"): Fraction(1, 2), ("a", "half"): Fraction(1, 2), ("half",): Fraction(1, 2),
        ("a", "quarter", "of", "a"): Fraction(1, 4), ("quarter", "of", "a"): Fraction(1, 4),
        ("three", "quarters", "of", "a"): Fraction(3, 4),
    },
    whole={("none",): 0, ("no", "one"): 0, ("nobody",): 0, ("not", "one"): 0, ("not", "a", "single", "one"): 0,
        ("nil",): 0},
    several=frozenset(phrases("several", "a few", "many", "multiple", "quite a few", "a good few")),
    before={
        **all_of(
            "ge", "at least", "at the least", "at a minimum", "at minimum", "a minimum of", "minimum",
            "minimum of", "min", "as many as at least", "upwards of", "upward of", "≥", ">=",
            "as few as", "from at least", "a good", "at the minimum", "at the bare minimum", "at bare minimum",
            "a bare minimum of", "as low as",
        ),
        **not_("not|no|never|nothing|none", "ge", *_FEWER),
        **all_of(
            "gt", *_MORE, *(f"{much} {more}" for much in _MUCH for more in ("more than", "over", "above")),
            "in excess of", "north of", "upwards from", ">",
        ),
        **not_("not|no|never|nothing|none", "le", *_MORE, "in excess of"),
        **all_of(
            "le", "at most", "at the most", "at a maximum", "at maximum", "a maximum of", "maximum",
            "maximum of", "max", "up to", "as many as", "as much as", "up to and including",
            "not to exceed", "as high as", "no higher than", "anything up to", "≤", "<=",
        ),
        **all_of(
            "lt", *_FEWER,
            *(f"{much} {fewer}" for much in _MUCH for fewer in ("fewer than", "less than", "under", "below")),
            "almost", "nearly", "close to but under", "short of", "shy of", "not quite",
            "south of", "<",
        ),
        **all_of(
            "approx", "about", "around", "approximately", "approx", "roughly", "some",
            "an estimated", "estimated", "estimated at", "circa", "ca", "c",
            "close to", "close on", "close upon",
            "something like", "in the region of", "in the order of", "on the order of",
            "perhaps", "maybe", "possibly", "probably", "an average of", "~", "≈", "near", "est", "an est",
            "something around", "somewhere around", "somewhere near", "somewhere in the region of",
            "in the neighborhood of", "in the neighbourhood of", "in the vicinity of",
            "in the order of magnitude of",
            "just about", "getting on for", "nigh on", "well nigh", "approaching", "bordering on", "virtually",
            "practically", "barely", "hardly", "scarcely", "little more than", "little short of",
            "not far short of",
            "not far off", "more like", "by estimates", "by some estimates", "by one estimate",
            "by various estimates",
            "conservatively", "by a conservative estimate", "at a conservative estimate", "at a guess", "say",
        ),
    },
    after={
        **all_of(
            "ge", "or more", "and more", "or over", "and over", "or above", "and above", "or greater",
            "at least", "at the least", "at a minimum", "at minimum", "minimum", "plus", "+",
            "and upwards", "or upwards", "and up", "and counting", "if not more", "upwards", "or even more",
            "possibly more", "perhaps more", "maybe more", "probably more", "and probably more", "or probably more",
            "possibly many more", "perhaps many more", "or many more", "and many more",
            "and possibly more", "and perhaps more",
            "and maybe more",
            "or possibly more", "or perhaps more", "or maybe more", "or higher", "and rising", "and climbing",
            "and growing", "at the minimum", "at the bare minimum", "at bare minimum",
        ),
        **all_of("gt", "and then some", "and change"),
        **all_of(
            "le", "possibly fewer", "perhaps fewer", "maybe fewer", "possibly less", "perhaps less",
            "or even fewer",
            "or possibly fewer", "or perhaps fewer", "or maybe fewer", "or even less", "tops", "at the outside",
        ),
        **all_of(
            "le", "or fewer", "or less", "or under", "or below", "and under", "and below", "at most",
            "at the most", "maximum", "at a maximum", "at maximum", "if not fewer", "if not less",
        ),
        **all_of(
            "approx", "or so", "or thereabouts", "odd", "approximately", "approx", "roughly",
            "more or less", "give or take", "or more or less", "estimated", "or around that", "est", "estimate",
            "by estimates", "by some estimates", "by one estimate", "at a guess", "ish", "some", "something",
            "or thereabout",
            "or something like that", "or nearly so", "or close to it", "thereabouts", "at a rough count",
        ),
    },
    ranges=(
        (("between",), ("and",)), (("from",), ("to",)), ((), ("to",)), ((), ("-",)),
        ((), ("or",)), (("either",), ("or",)), (("anywhere", "between"), ("and",)),
        (("anywhere", "from"), ("to",)),
    ),
    both=frozenset({"but", "and", "yet"}), joint=frozenset({"and"}), of=frozenset({"of"}),
    idle=frozenset(
        phrases("well", "just", "only", "exactly", "precisely", "the very", "very", "fully", "a total of",
                "all", "another", "a further", "an additional", "a mere", "merely", "a record", "a whopping",
                "full")
    ),
    running=frozenset(
        phrases("so far", "so far this year", "to date", "until now", "up to now", "in total", "in all",
            "altogether", "cumulative", "cumulatively", "running total", "running count",
                 "all told", "overall", "already", "thus far", "this year", "hitherto")
    ),
    since=frozenset(phrases("since")),
    pairs=frozenset(phrases("a couple of", "a couple", "couple of", "couple")),
    idioms={},
    rising=frozenset(
        phrases("or", "to", "if not", "or even", "or perhaps", "or possibly", "or maybe", "and even",
            "perhaps even",
                "possibly even", "and", "upon", "and perhaps", "and possibly", "perhaps", "possibly", "maybe",
                "even")
    ),
    function=frozenset(_FUNCTION.split()),
    halves=frozenset(phrases("and a half")),
    months=frozenset(_MONTHS_EN.split()),
    remarks=ENGLISH_REMARKS,
)  # fmt: skip
