"""The words of remarks beside a number in English."""

from __future__ import annotations

from typing import Final

from domain.number.language import RemarkWords, pair, phrases

_BESIDES: Final = (
    "additional alone along alongside annually another apart apiece aside besides couples daily each every except "
    "excepted excepting excluded excluding exclusively extra families households just merely minus monthly only "
    "other others per purely solely thrice together twice weekly without yearly"
)
"""The number is not all that is meant, or is meant for each of several."""
_DOUBTFUL: Final = (
    "al anecdotal anecdotally average belief believe believed believes bogus bound bounds bulk calculated candidates "
    "cannot capped caution caveat caveats ceiling check checking conditional confirm confirmation conservative "
    "contingent corrected dependent depending depends derived differ differing differs double eligible est etc fake "
    "family feared fears fictitious flimsy folklore generous gossip grapevine gross handful hoax hunch i'd iceberg "
    "if iffy imagined invented known lack lacking lacks legend legends let's maximal median might minimal modelled "
    "myth need needed needs neither net nor obsolete optimistic projected projection projections propaganda "
    "provisional provisionally quasi questionable questioned required requires reservations rounded rounding rounds "
    "self semi shaky sham soft stale superseded supposed supposedly think thinks thought threshold till typo unless "
    "until upper variable varies vary varying verification verify verifying vetting we'd wobbly"
)
"""The number is not certain, not exact, or wrong."""
_UNDONE: Final = (
    "agreed aim aimed aims being changing climb climbs coming considered could counting debated delayed demanded "
    "developing discussed earmarked evolving fluid foreseen future goal grow grows incoming increases intent "
    "negotiated offered once plan planned planning plans pledged proceeding promised proposal proposed ready "
    "recommended requested rise rises seek seeking shall shortly should slated soon sought suggested swells target "
    "targeted targets tba tbc tbd tomorrow underway vowed vows wanted will would yet"
)
"""The number is not so yet, or not all of it."""
_STEMS: Final = (
    "abandon abort adjust alleg annul anticip apparent approxim assum await cancel claim conflicting conjectur "
    "contest continu contradict controver debunk denia denie deny disagree discredit discrepan disprov disput double "
    "doubt dubio duplicat erron error estimat exaggerat expect extrapolat fabricat fals forecast forthcoming "
    "fragment guess halt hearsay hope hoping hypothe imminent impend imprecis inaccura incomplet inconclus inconsist "
    "incorrect indefinit indicati inexact inferr inflat initial insuffic intend interim likel miscalc miscount "
    "mislead misprint misquot misreport misstat mistak moot nominal notional ongoing originall ostensib outdat "
    "overcount overestimat overlap overstat overturn partial pending pessimis possib postpon potential predict "
    "prelim presum probab purport reckon refut reject reportedly rescind retract revers review revis revok rough "
    "rumor rumour sampl schedul seem sketch speculat stall survey suspect suspend tentativ theor thousand unaccount "
    "unaudit uncertain uncheck unclear unconfirm uncorrobor undecid undercount underestimat understat undetermin "
    "unfinish unfold unfound unfulfil unknown unlik unoffic unprov unreliab unresolv unsettl unsourc unspecif "
    "unsubstant unsure untrue unverif upcoming updat vague withdr wrong"
)
"""Beginnings of such words, for their many forms."""
_ALONE: Final = (
    "almost announced chiefly couple down due earlier few fifth formerly from frozen k largely late later lies "
    "listed m mainly many mostly next overdue predominantly previously primarily quoted reported say several tenth "
    "third"
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
_TIMES: Final = (
    "monday tuesday wednesday thursday friday saturday sunday christmas easter spring summer autumn winter noon night "
    "midnight nightfall evening morning then early mid late next this weekend year end january february march april "
    "may june july august september october november december"
)
"""Times by which something is still to come: "52, by Christmas"."""
_RATES: Final = "day fortnight hour month time week year"
"""What a number may be meant for each of: "52, a month"."""
_SIGNED: Final = "ready signed complete completed finished done approved ratified final agreed over released freed"
"""What is still to come behind "when": "52, when signed"."""
_SPEAKERS: Final = "afp ap bbc belta bloomberg cnn dpa interfax nexta rfe reuters tass viasna zerkalo embassy ministry"
"""Sources behind "per": "52, per BelTA" is no rate."""
_RANKS: Final = "first second third fourth fifth sixth largest biggest highest lowest smallest greatest record fewest"
"""Words for the place of a group among others, of which "so far" and "since" beside them tell."""
_GROUPS: Final = "group release pardon amnesty swap exchange wave batch one"
"""What has such a place."""
_ILL: Final = "ill sick elderly disabled wounded injured"
"""How some of those who are counted are."""
_NEGATED: Final = "is are was were has have had ca could wo would does do did should must"
"""Verbs that are negated in one word, as "isn't" is."""
_OVER_TIME: Final = (
    "all releases|annual|as of|at different times|by now|course of the year|during the year|earlier releases|"
    "final total|for the year|grand total|in batches|in groups|in stages|in sum|in waves|last month|last year|"
    "on different days|over the year|past month|past months|past weeks|past year|previous releases|recent months|"
    "recent weeks|running|sum|tally|this month|this year|throughout the year|to now|to this day|to today|total|"
    "whole year|year to date|from the beginning|from the start|as at|both groups|both releases|both waves|"
    "freed earlier|in six months|of publication|of writing|press time|that date|the two releases|this writing|"
    "those freed in|we write|when added"
)
"""Phrases that say that a number counts everything up to a day, or over some time."""
_UP_TO_DAY: Final = (
    "all releases|as of|by now|earlier releases|final total|grand total|in sum|running|sum|tally|previous releases|"
    "to now|to this day|to today|total|from the beginning|from the start|as at|freed earlier|of publication|"
    "of writing|press time|that date|this writing|those freed in|we write|when added|so far|to date|until now|"
    "up to now|in total|in all|altogether|cumulative|cumulatively|running total|running count|all told|overall|"
    "already|thus far|hitherto"
)
"""Phrases that say that a number counts everything up to a day, and not only some time or some occasions."""
_TIMES_OVER: Final = "batches groups occasions releases rounds stages times waves"
"""What happened several times: "52, in several waves"."""
_COUNTS: Final = (
    "two three four five six seven eight nine ten "
    "several many multiple various different successive separate"
)
_DIGITS: Final = " ".join(map(str, range(2, 13)))
_OCCASIONS: Final = (
    "batches episodes exchanges groups installments instalments occasions phases portions releases rounds stages steps "
    "swaps tranches transfers waves"
)
_BEGUN: Final = (
    "beginning coup crackdown demonstrations election elections inauguration invasion mobilisation mobilization "
    "offensive outbreak poll polls protest protests referendum revolution start strikes uprising vote war"
)
_SEASONS: Final = "spring summer autumn fall winter"
_LASTED: Final = (
    "administration campaign course crisis days decade half lockdown months negotiations pandemic period presidency "
    "process quarter talks tenure term truce unrest war weeks years"
)
"""Times, and what lasted: "52, over the summer" counts all of them."""
_MONTHS: Final = (
    "january february march april may june july august september october november december"
)

ENGLISH_REMARKS: Final = RemarkWords(
    doubts=frozenset(phrases(
        *_BESIDES.split(), *_DOUBTFUL.split(), *_UNDONE.split(),
        *(f"{verb}n't" for verb in _NEGATED.split()),
        *(f"{by} {time}" for by in ("by", "by the", "before", "ahead of") for time in _TIMES.split()),
        *(f"when {state}" for state in _SIGNED.split()),
        *(f"a {time} {beside}" for time in _RATES.split() for beside in ("at", "for", "from", "in", "on", "since")),
        *(f"within {time}" for time in ("days", "weeks", "months", "hours", "a week", "a month", "the week")),
        "a floor", "after ratification", "after signing", "as far as", "as soon as", "as well as", "at best",
        "at first", "at worst", "ball park", "ballpark", "best case", "best of", "by the end", "by tomorrow",
        "by year", "called off", "data missing", "due by", "due for", "due in", "due next", "due on", "e g",
        "early count", "early figure", "early figures", "early report", "early reports", "families included",
        "first reports", "for example", "for instance", "for now", "for release", "for the moment",
        "for the time being", "from memory", "grain of salt", "has it", "high end", "high side", "i hear", "i heard",
        "in due course", "in flux", "in limbo", "in name", "in part", "in particular", "in preparation",
        "in principle", "in process", "in progress", "in talks", "in the pipeline", "in the works", "inter alia",
        "it appears", "kind of", "last count", "last report", "last reported", "latest count", "let us", "low end",
        "low side", "may be", "may change", "may have", "may include", "may rise", "may still", "may well", "may yet",
        "missing data", "next day", "next few", "next month", "next week", "next year", "on going", "on hold",
        "on paper", "on the table", "one in five", "one in four", "one in ten", "one in three", "one in two",
        "open ended", "or half", "or something", "our knowledge", "p a", "pinch of salt", "provided that",
        "providing that", "round figure", "round number", "second hand", "so they", "sort of", "story goes",
        "subject to", "the remainder", "the rest", "they say", "this point", "this stage", "to be", "to come",
        "a cell", "due out", "list goes on", "on the list", "in pairs", "with repeats",
        "to follow", "to go", "to rise", "told us", "too few", "too high", "too low", "under way", "upon signature",
        "upon signing", "we hear", "who knows", "with families", "with relatives", "with their families",
        "worst case",
    )),
    stems=tuple(_STEMS.split()),
    alone=frozenset(phrases(
        *_ALONE.split(), "a lie", *(f"{one} {time}" for one in ("a", "an", "the") for time in _RATES.split()),
    )),
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
    due=frozenset(["by"]),
    harmless=frozenset(phrases(
        "as announced", "updated", "none of them named", "none of them women", "none of them foreigners",
        *(f"most of them {sort}" for sort in _SORTS.split()), *(f"some of them {state}" for state in _ILL.split()),
        "some of them seriously ill", "some of them in poor health",
    )),
    plain={
        **{("per", source): (source,) for source in _SPEAKERS.split()},
        **{("per", "the", source): (source,) for source in _SPEAKERS.split()},
        **{(rank, group, "so", "far"): (rank, group) for rank in _RANKS.split() for group in _GROUPS.split()},
        **{("according", "to", count, "sources"): ("sources",) for count in ("two", "three", "four", "five")},
        ("up", "from"): ("from",),
        ("reunited", "with", "their", "families"): ("reunited",),
        ("met", "by", "their", "families"): ("met",),
    },
    ranks=(*_RANKS.split(), "held", "imprison", "jailed", "prison", "custody", "detention", "behind", "accused",
        "arrested", "born", "charged", "convicted", "detained", "indicted", "sentenced", "tried"),
    sums=("total", "tally", "toll", "count", "cumulat", "overall", "altogether", "running"),
    running=frozenset(phrases(
        *_OVER_TIME.split("|"), *(f"several {times}" for times in _TIMES_OVER.split()),
        *(f"various {times}" for times in _TIMES_OVER.split()),
        *(f"{count} {times}" for count in ("two", "three", "four", "five", "six")
          for times in ("occasions", "releases", "rounds", "stages", "waves")),
        *(f"{since} {month}" for since in ("after", "beginning in", "between", "from", "starting in", "through", "to")
          for month in _MONTHS.split()),
        "at intervals", "piecemeal", "bit by bit", "one after another", "one after the other", "in dribs and drabs",
        *(f"including {month}{of}" for month in _MONTHS.split() for of in ("", "'s")),
    )),
    over=(
        pair("across after by during in into on over through throughout", _OCCASIONS),
        pair(f"{_COUNTS} {_DIGITS}", f"{_OCCASIONS} legs lots parts times"),
        pair("after beginning following from since starting", f"{_BEGUN} {_SEASONS}"),
        pair(
            "across between during last over past previous recent this through throughout within",
            f"{_LASTED} {_SEASONS}",
        ),
        pair("in", "course half months quarter weeks years"),
        pair("all during for throughout", f"{_MONTHS} month quarter week"),
        pair("beginning end ending start", f"{_MONTHS} {_SEASONS} decade month quarter week year"),
        pair("month's quarter's week's year's month year", "beginning end start"),
    ),
    up_to_day=frozenset(phrases(*_UP_TO_DAY.split("|"))),
)  # fmt: skip
