"""The words of dates in English, Russian, Ukrainian and Belarusian."""

from __future__ import annotations

from typing import Final

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan январь января январе січень січня січні студзень студзеня студзені",
            "february feb февраль февраля феврале лютий лютого лютому люты лютым",
            "march mar март марта марте березень березня березні сакавік сакавіка сакавіку",
            "april apr апрель апреля апреле квітень квітня квітні красавік красавіка красавіку",
            "may май мая мае травень травня травні траўня маі",
            "june jun июнь июня июне червень червня червні чэрвень чэрвеня чэрвені",
            "july jul июль июля июле липень липня липні ліпень ліпеня ліпені",
            "august aug август августа августе серпень серпня серпні жнівень жніўня жніўні",
            "september sept sep сентябрь сентября сентябре вересень вересня вересні верасень верасня верасні",
            "october oct октябрь октября октябре жовтень жовтня жовтні кастрычнік кастрычніка кастрычніку",
            "november nov ноябрь ноября ноябре листопад листопада листопаді лістапад лістапада лістападзе",
            "december dec декабрь декабря декабре грудень грудня грудні снежань снежня снежні",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
SEASONS: Final = {
    **dict.fromkeys(("spring", "весна", "весной", "навесні", "вясна", "вясной"), 21),
    **dict.fromkeys(("summer", "лето", "летом", "літо", "влітку", "лета", "летам"), 22),
    **dict.fromkeys(
        ("autumn", "fall", "осень", "осенью", "осінь", "восени", "восень", "восенню"), 23
    ),
    **dict.fromkeys(("winter", "зима", "зимой", "взимку", "зіма", "зімой"), 24),
}
UNTIL: Final = ("until", "till", "up to", "до", "да")
SINCE: Final = ("since", "from", "\u0441", "\u0441\u043e", "з", "із", "від", "\u043eт", "ад")
TO: Final = "to|until|till|through|по|до|да"
PARTS: Final = {
    name: part
    for part, names in enumerate(
        (
            "early beginning start начало начале початок початку пачатак пачатку",
            "mid middle середина середине середині сярэдзіна сярэдзіне",
            "late end конец конце кінець кінці наприкінці канец канцы",
        )
    )
    for name in names.split()
}
"""Words for a third of a month, a year or a decade: the first (0), the middle (1), the last (2)."""
AFTER: Final = ("after", "после", "після", "пасля")
BY: Final = ("by", "no later than", "not later than", "не позднее", "не пізніше")
AT_THE_EARLIEST: Final = (
    *("not before", "no earlier than", "not earlier than", "не раньше", "не раніше", "не раней"),
    "later",
)
OTHER: Final = (
    "no|not|never|since|from|until|till|to|than|before|after|between|and|or|through|every|each"
    "|по|до|да|из|від|із|после|після|пасля|перед|перад|не|или|между|ад|між|паміж|ці"
)
"""Words before a date. With one of them, a text does not mean some day within the date."""
