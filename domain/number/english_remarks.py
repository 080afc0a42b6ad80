"""The words of remarks beside a number in English."""

from __future__ import annotations

from typing import Final

from domain.number.language import RemarkWords, phrases

_BESIDES: Final = (
    "additional along alongside annually another apart apiece aside besides daily each every except excepted "
    "excepting excluding extra minus monthly only other others per thrice together twice weekly without yearly"
)
"""The number is not all that is meant, or is meant for each of several."""
_DOUBTFUL: Final = (
    "al anecdotal anecdotally average belief believe believed believes bogus bound bounds bulk calculated candidates "
    "cannot capped caution caveat caveats ceiling check checking conditional confirm confirmation conservative "
    "contingent corrected dependent depending depends derived differ differing differs double eligible est etc fake "
    "feared fears fictitious generous gossip gross handful hoax if imagined invented known lack lacking lacks maximal "
    "median might minimal modelled need needed needs neither net nor obsolete optimistic projected projection "
    "projections propaganda provisional provisionally quasi questionable questioned required requires reservations "
    "rounded rounding rounds self semi sham stale superseded supposed supposedly think thinks thought threshold till "
    "typo unless until upper variable varies vary varying verification verify verifying vetting"
)
"""The number is not certain, not exact, or wrong."""
_UNDONE: Final = (
    "agreed aim aimed aims being changing coming considered could counting debated delayed demanded developing "
    "discussed earmarked evolving fluid foreseen future goal incoming intent negotiated offered plan planned planning "
    "plans pledged proceeding promised proposal proposed recommended requested seek seeking shall shortly should "
    "slated soon sought suggested target targeted targets tba tbc tbd tomorrow underway vowed vows wanted will would "
    "yet"
)
"""The number is not so yet, or not all of it."""
_STEMS: Final = (
    "abandon abort adjust alleg annul anticip apparent approxim assum await cancel claim conflicting conjectur "
    "contest continu contradict controver debunk denia denie deny disagree discredit discrepan disprov disput doubt "
    "dubio duplicat erron error estimat exaggerat expect extrapolat fabricat fals forecast forthcoming fragment guess "
    "halt hearsay hope hoping hypothe imminent impend imprecis inaccura incomplet inconclus inconsist incorrect "
    "indefinit indicati inexact inferr inflat initial insuffic intend interim likel miscalc miscount mislead misprint "
    "misquot misreport misstat mistak moot nominal notional ongoing originall ostensib outdat overcount overestimat "
    "overstat overturn partial pending pessimis possib postpon potential predict prelim presum probab purport reckon "
    "refut reject reportedly rescind retract revers review revis revok rough rumor rumour sampl schedul seem sketch "
    "speculat stall survey suspect suspend tentativ theor unaccount unaudit uncertain uncheck unclear unconfirm "
    "uncorrobor undecid undercount underestimat understat undetermin unfinish unfold unfound unfulfil unknown unlik "
    "unoffic unprov unreliab unresolv unsettl unsourc unspecif unsubstant unsure untrue unverif upcoming updat vague "
    "withdr wrong"
)
"""Beginnings of such words, for their many forms."""
_ALONE: Final = (
    "almost announced chiefly down due earlier few fifth formerly frozen largely late later lies listed mainly many "
    "mostly overdue predominantly previously primarily quoted reported several tenth third"
)
"""Words that say so if they are all of a remark."""
_FATES: Final = (
    "amnestied arrested cable confirmed convicted deported detained exiled expelled freed imprisoned including "
    "injured jailed killed liberated named pardoned released sentenced table transferred unharmed verified wounded"
)
"""Words with an ending of a participle that say what became of those who are counted, or what they are."""
_SHARES: Final = (
    "fifths fraction half halves majority minority part partly percent percentage portion proportion quarter quarters "
    "share tenths thirds"
)
"""Words for a share."""
_DONE: Final = (
    "amnestied confirmed freed liberated pardoned released remain remained remains still verified"
)
"""Words that say that only a part is counted, or is not: "52, 14 of them freed"."""
_SORTS: Final = (
    "boys foreigners girls journalists men minors pensioners students teenagers teens women"
)
"""Words for sorts of people, which a remark may count."""
_NEGATED: Final = "is are was were has have had ca could wo would does do did should must"
"""Verbs that are negated in one word, as "isn't" is."""

ENGLISH_REMARKS: Final = RemarkWords(
    doubts=frozenset(phrases(
        *_BESIDES.split(), *_DOUBTFUL.split(), *_UNDONE.split(),
        *(f"{verb}n't" for verb in _NEGATED.split()),
        "a floor", "as far as", "as well as", "at best", "at first", "at worst", "ball park", "ballpark", "best case",
        "best of", "by the end", "by tomorrow", "by year", "called off", "data missing", "due by", "due for",
        "due in", "due next", "due on", "e g", "early count", "early figure", "early figures", "early report",
        "early reports", "families included", "first reports", "for example", "for instance", "for now",
        "for release", "for the moment", "for the time being", "from memory", "grain of salt", "high end",
        "high side", "in due course", "in flux", "in limbo", "in name", "in part", "in particular", "in preparation",
        "in principle", "in process", "in progress", "in talks", "in the pipeline", "in the works", "inter alia",
        "it appears", "kind of", "last count", "last report", "last reported", "latest count", "low end", "low side",
        "may be", "may change", "may have", "may include", "may rise", "may still", "may well", "may yet",
        "missing data", "next day", "next few", "next month", "next week", "next year", "on going", "on hold",
        "on paper", "on the table", "one in five", "one in four", "one in ten", "one in three", "one in two",
        "open ended", "or half", "our knowledge", "pinch of salt", "provided that", "providing that", "round figure",
        "round number", "second hand", "so they", "sort of", "subject to", "they say", "this point", "this stage",
        "to be", "to come", "to follow", "to go", "to rise", "told us", "too few", "too high", "too low",
        "under way", "we hear", "with families", "with relatives", "worst case",
    )),
    stems=tuple(_STEMS.split()),
    alone=frozenset(phrases(*_ALONE.split(), "a lie", "the remainder", "the rest")),
    still=frozenset(phrases("already", "as", "being", "currently", "now", "so", "still", "the")),
    endings=("ing", "ed", "ly", "able", "ible"),
    fates=frozenset(_FATES.split()),
    shares=frozenset(phrases(
        *_SHARES.split(), "a fifth", "a tenth", "a third", "most part", "one fifth", "one tenth", "one third",
        "two thirds",
    )),
    parts=frozenset(phrases(
        "among them", "among those", "among whom", "amongst them", "incl", "included", "includes", "including",
        "of them", "of these", "of those", "of which", "of whom",
    )),
    sorts=frozenset(_SORTS.split()),
    done=frozenset(_DONE.split()),
    where=frozenset(["across", "after", "aged", "during", "for", "from", "in", "into", "on", "since", "within"]),
)  # fmt: skip
