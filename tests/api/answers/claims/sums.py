"""Cases of releases that users reported, and their totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.api.answers.claims.sums_of_doubts import DOUBTS
from tests.api.answers.claims.sums_of_figures import FIGURES
from tests.api.answers.claims.sums_of_matters import MATTERS
from tests.api.answers.claims.sums_of_names import NAMES

if TYPE_CHECKING:
    from tests.api.answers.claims.reports import Sums

_TOLD: Final = (DOUBTS, FIGURES, MATTERS, NAMES)
SUMS: Final[Sums] = {name: case for cases in _TOLD for name, case in cases.items()}
assert len(SUMS) == sum(map(len, _TOLD)), "two cases have one name"
