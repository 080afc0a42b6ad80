"""The contents of facts are compared field by field, in the order of their whole JSON texts."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from domain.fact import as_primitives
from domain.views.rivalry.candidates import Content
from tests.drawn_facts import facts

if TYPE_CHECKING:
    from domain.fact import Fact


@given(facts(), facts(), st.sampled_from(["valid", "summary", "people", "matter", "note", "links"]))
def test_contents_are_in_the_order_of_their_texts(one: Fact, other: Fact, field: str) -> None:
    alike = replace(one, **{field: getattr(other, field)})
    for two in (other, alike, replace(one)):
        texts = [json.dumps(as_primitives(each), sort_keys=True) for each in (one, two)]
        assert (Content(one) < Content(two)) == (texts[0] < texts[1])
        assert (Content(two) < Content(one)) == (texts[1] < texts[0])
        assert (Content(one) == Content(two)) == (texts[0] == texts[1])
