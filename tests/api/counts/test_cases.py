"""Each case in the design's tables has a test over HTTP on both databases; a table here names it.

Cases that belong to no other module are tested here.
"""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.api.answers.claims.reports import tell_release
from tests.api.answers.claims.sums import SUMS
from tests.api.answers.claims.test_posts import POSTS
from tests.api.answers.people.test_names import summaries
from tests.api.asking import FACTS, TALKS, fact

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.api.asking import Client

API: Final = Path(__file__).parents[1]
STAGES: Final = "test_stages::test_"
TOTAL: Final = "test_totals::test_a_total_is_as_sharp_as_what_was_said"
HOLDER: Final = "test_posts::test_a_post_says_who_holds_it_and_when_nobody_knows"
IMPORTED: Final = "test_import_cases::test_"
WHERE: Final[Mapping[str, str]] = {
    "the table of numbers": "test_case_numbers::test_every_case_is_read_as_it_must_be_or_refused_with_what_to_write",
    # answers that claimed more than the sources
    "a fresh negotiation": f"{TOTAL}[nothing]",
    "releases with no number": f"{TOTAL}[no number]",
    "two people named and no number": f"{TOTAL}[names and no number]",
    "a cumulative 40 only": f"{TOTAL}[a cumulative figure alone]",
    "so far 1,000, then so far 1,259": f"{TOTAL}[so far, by its words]",
    "daily increments and a higher last figure": f"{TOTAL}[every day of a month, and a figure that is higher]",
    "52 in September, dozens in several waves": f"{TOTAL}[increments and waves since January]",
    "what: Released": f"{TOTAL}[a capital]",
    "52, 50 and dozens of one matter": f"{TOTAL}[one question, three claims]",
    "three agencies, Babel a day later": f"{TOTAL}[three agencies and one]",
    "at least 50 by three, 5,000 by a blog": f"{TOTAL}[three say less sharply]",
    "14, 52 and a round-up": f"{TOTAL}[a round-up]",
    "the same 52, tied by confirms": f"{TOTAL}[two outlets tied]",
    "52 and 50, tied by conflicts_with": f"{TOTAL}[two outlets that conflict]",
    "the same 52 from two outlets, no tie": "test_cases::test_one_number_of_two_outlets_is_added_and_said_to_be_alike",
    "a contested 50/51/52": f"{TOTAL}[three who differ by one each]",
    "about 50 and 3": f"{TOTAL}[about fifty, and three]",
    "match=certain, some day in September": f"{TOTAL}[certain: one day in September]",
    "potash imposed; eased, discussed": f"{STAGES}talk_of_easing_does_not_lift_a_sanction",
    "a pardon that names someone sentenced": f"{STAGES}a_pardon_frees_nobody_and_a_release_ends_every_custody",
    "appointments 1885-04-29/ and 1890/1895": f"{HOLDER}[an unknown end, long ago]",
    "appointments 2017-01-20 and 2021-01-20": f"{HOLDER}[two lone dates]",
    "../2021-01-20 and 2021-01-20/..": f"{HOLDER}[a handover on one day]",
    "a sure one, then a possible one": f"{HOLDER}[the sure one, and one that may be]",
    "5,540 real appointments": "test_many_appointments::test_a_post_is_contested_only_where_two_surely_hold_it",
    "eight agreements called Joint Statement": (
        f"{STAGES}statements_of_one_name_by_different_parties_are_different_proposals"
    ),
    "a release valid 2021-22": f"{TOTAL}[possible: a summer of no hemisphere]",
    # one person, or two
    "composed letters, U+200F, apostrophes, hyphens": (
        "test_names::test_who_is_freed_under_another_spelling_is_free"
    ),
    "one publisher in both forms": "test_names::test_one_publisher_in_two_spellings_is_one_origin",
    "an alias in one form": "test_names::test_an_alias_leads_on_from_each_spelling",
    "two people of one name, with ids": "test_people::test_two_people_of_one_name_are_two_by_their_ids",
    "two people of one name, without ids": (
        "test_people::test_people_of_one_name_without_ids_are_one_entry_that_is_contested"
    ),
    "person= of six fields": "test_people::test_a_person_is_found_in_every_field_that_names_somebody",
    "person= and q= by an alias": "test_people::test_filters_and_search_follow_aliases_of_every_sort_both_ways",
    "q= of Chinese": "test_names::test_a_search_finds_every_text_that_has_the_characters",
    "half rings, tatweel, digits and others": "test_cases::test_letters_of_other_scripts_are_found_in_their_variants",
    "Ivan Primerov for Иван Примеров": (
        "test_names::test_a_name_is_found_in_another_script_unless_that_is_switched_off"
    ),
    # knowledge at a cut
    "50, corrected to 5, corroborated by a paper of March; an end, another field": (
        "test_published::test_what_was_public_in_march_brings_no_correction_of_september"
    ),
    "a preference that changes who holds a post": (
        "test_published::test_a_preference_that_changes_who_holds_a_post_is_told_on_both_clocks"
    ),
    # import and edges
    "a file again after its facts were corrected": (
        f"{IMPORTED}a_file_again_after_its_facts_were_corrected_is_superseded"
    ),
    "corrections back and forth": f"{IMPORTED}a_file_of_corrections_back_and_forth_is_superseded",
    "an edited master CSV": f"{IMPORTED}an_edited_master_table_names_the_update_that_takes_it",
    "the external_id of a retracted fact": (
        f"{IMPORTED}a_changed_fact_of_a_retracted_one_says_the_way_that_works"
    ),
    "two lines of one external_id": f"{IMPORTED}an_external_id_twice_in_a_file_is_told_by_its_line",
    "semicolons, tabs, sep=;, UTF-16, Windows-1251, a JSON array": f"{IMPORTED}a_file_is_read_where_it_is_safe",
    "an .xlsx": f"{IMPORTED}what_is_no_text_is_one_line_that_says_how_to_save_it",
    "a line with two faults": f"{IMPORTED}a_line_names_both_of_its_faults",
    "1981-1983, May 2024, 05/01/2024": f"{IMPORTED}a_date_that_is_no_edtf_is_refused_with_what_may_be_meant",
    "2024-25, and Ann Example|Bob Example": f"{IMPORTED}what_may_be_another_thing_is_recorded_with_a_notice",
    "U+200B alone, javascript:, -5": f"{IMPORTED}what_says_nothing_or_cannot_be_is_refused",
    "a cell that begins with =, +, -, @": f"{IMPORTED}a_cell_that_would_be_computed_is_written_as_text",
}
"""{words of the case: module::test, with the id of a parametrized case in brackets}."""


@pytest.mark.parametrize("case", WHERE)
def test_a_case_has_a_test_over_http_that_runs_on_both_databases(case: str) -> None:
    module_name, _, rest = WHERE[case].partition("::")
    name, _, within = rest.partition("[")
    (file,) = API.rglob(f"{module_name}.py")
    module = import_module(".".join(("tests.api", *file.relative_to(API).with_suffix("").parts)))
    test = getattr(module, name)
    marks = [*getattr(module, "pytestmark", []), *getattr(test, "pytestmark", [])]
    assert "either_database" not in {mark.name for mark in marks}
    assert {"client", "sending"} & set(test.__annotations__)
    if within:
        assert within.removesuffix("]") in (POSTS if name in HOLDER else SUMS)


def test_one_number_of_two_outlets_is_added_and_said_to_be_alike(client: Client) -> None:
    client.open()
    first = client.post(FACTS, tell_release(37, population="soldiers", external_id="A"))
    second = tell_release("thirty-seven", "AP", population="Soldiers", external_id="B")
    told = client.post(FACTS, second)
    assert ("similar" in first.json, told.json["similar"]) == (False, [first.json["id"]])
    third = tell_release(37, "AFP", population="soldiers", valid="2025-09", external_id="C")
    line = json.dumps(third).encode()
    report = client.post(f"{TALKS}/import", line, content_type="application/x-ndjson").json
    ids = [first.json["id"], told.json["id"]]
    assert report["similar"] == [{"line": 1, "similar": ids}]
    total = client.get(f"{TALKS}?as_of=2025-12-31").json["prisoners"]["released"]
    assert (total["low"], total["high"], total["contested"]) == (111, 111, False)


FOUND_BY: Final = {
    "ʿAbd al-Raḥmān met Sa\u02beid": ("abd", "Said", "‘Abd"),
    "محـــمود أُطلق في ٱلقدس": ("محمود", "اطلق", "القدس"),
    "زندانی‌های كرمان": ("زندانيهاي", "زندانی*", "کرمان"),
    "أُفرج عن ٣٧ سجينا": ("37", "٣٧"),
    "۳۸ نفر آزاد شدند": ("38", "٣٨"),
    "צה״ל שחרר בְּחֶבְרוֹן": ("צהל", 'צה"ל', "בחברון"),
    "Ґалина Іванівна": ("Галина", "Galina"),
}


def test_letters_of_other_scripts_are_found_in_their_variants(client: Client) -> None:
    client.open()
    for text in FOUND_BY:
        client.record(**fact(summary=text))
    missed = [
        (text, q)
        for text, asked in FOUND_BY.items()
        for q in asked
        if summaries(client, q=q) != [text]
    ]
    assert missed == []
