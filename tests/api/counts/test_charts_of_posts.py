"""A picture of posts or of measures shows for each day the same as the state of that day."""

from __future__ import annotations

import pytest

from tests.api.asking import TALKS, Client
from tests.api.counts.charts import CHARTS, fill_offices, read_spec, read_table

pytestmark = pytest.mark.either_database


def test_a_post_over_time_says_what_the_state_of_each_day_says(client: Client) -> None:
    fill_offices(client)
    spells = read_table(read_spec(client, "posts", "as_of=2025-12-01"))
    assert ["envoy", "Ann", "2025-01-01", "2025-01-31", "possible"] in spells
    assert ["envoy", "nobody known", "2025-03-11", "2025-06-10", "unknown"] in spells
    assert {spell[1] for spell in spells if spell[4] == "contested"} == {"Cy", "Di"}
    for post, holder, start, end, look in spells:
        state = client.get(f"{TALKS}?as_of={start}").json
        (entry,) = (each for each in state["posts"] if each["post"] == post)
        shown = [entry["holder"], *(rival["summary"] for rival in entry["rivals"])]
        assert (entry["holder"] or "nobody known") == holder or len(shown) > 1
        assert entry["contested"] or look != "contested"
        assert end is None or start < end < "2025-12-01"
        if len(shown) == 1:
            assert entry["certainty"] == look


def test_a_measure_over_time_has_its_stages(client: Client) -> None:
    fill_offices(client)
    spells = read_table(read_spec(client, "measures", "as_of=2025-12-01"))
    assert [(spell[1], spell[2], spell[4]) for spell in spells] == [
        ("imposed, in force", "2025-01-05", "certain"),
        ("lifted, discussed", "2025-05-01", "possible"),
        ("lifted, discussed", "2025-05-31", "certain"),
        ("lifted, in force", "2025-09-01", "certain"),
    ]
    assert [spell[3] for spell in spells][-1] is None, "what is still so has no end"
    assert {spell[0] for spell in spells} == {"T, by A"}
    earlier = read_table(read_spec(client, "measures", "as_of=2025-12-01&match=certain"))
    assert "possible" not in {each[4] for each in earlier}


def test_a_picture_of_many_holders_shows_the_last_and_says_that_there_are_more(
    client: Client,
) -> None:
    client.open()
    for day in range(1, 61):
        month, of_month = divmod(day - 1, 28)
        valid = f"2025-{month + 1:02d}-{of_month + 1:02d}"
        client.record(kind="appointment", person=f"P{day}", post=f"Post {day % 3}", valid=valid)
    spells = read_table(read_spec(client, "posts", "as_of=2025-12-01"))
    shown = {spell[1] for spell in spells}
    assert len(shown) == 36
    assert {"P58", "P59", "P60"} <= shown
    drawn = client.http.get(f"{CHARTS}/posts.svg?as_of=2025-12-01").text
    assert "There are more than are shown here." in drawn
