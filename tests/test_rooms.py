"""Each import contract refuses an import that breaks it."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING, Final

import grimp
import pytest
from importlinter.application import use_cases
from importlinter.configuration import configure
from importlinter.domain.contract import registry as contract_types

from tests.test_project import ROOT

if TYPE_CHECKING:
    from grimp import ImportGraph
    from importlinter.domain.contract import Contract

PLANTED: Final = {
    "api speaks, infrastructure records, domain decides": ("domain.naming", "infrastructure.clock"),
    "The rooms of the domain, bottom last": ("domain.time.instant", "domain.views.state"),
    "The rooms of the infrastructure, bottom last": (
        "infrastructure.sealing.seals",
        "infrastructure.readers.reading",
    ),
    "The rooms of the interface, bottom last": ("api.commands.changes", "api.http.problems"),
    "A request walks from the application to the exchange": (
        "api.http.exchange.body",
        "api.http.routes.facts",
    ),
    "Kinds of fact know nothing of one another": ("domain.kinds.envoys", "domain.kinds.measures"),
    "Routes know nothing of one another": ("api.http.routes.facts", "api.http.routes.people"),
    "Pages know nothing of one another": ("api.web.pages.facts", "api.web.pages.people"),
    "The domain knows no database, no wire and no terminal": ("domain.fact", "sqlalchemy"),
    "The infrastructure knows no HTTP and no terminal": ("infrastructure.ledger", "starlette"),
    "Commands know no HTTP and no terminal": ("api.commands.export", "typer"),
    "HTTP and the terminal know no SQL": ("api.http.routes.facts", "sqlalchemy"),
    "A revision is frozen: it imports nothing that lives": (
        "migrations.former_answers",
        "infrastructure.log.leaves",
    ),
}
"""For each contract an import that it forbids: (importing module, imported module)."""


PACKAGES: Final = ("domain", "infrastructure", "api", "migrations")


@pytest.fixture(scope="module")
def graph() -> ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def contracts() -> dict[str, Contract]:
    configure()
    options = use_cases.read_user_options(str(ROOT / "pyproject.toml"))
    use_cases._register_contract_types(options)
    return {
        contract["name"]: contract_types.get_contract_class(contract["type"])(
            name=contract["name"],
            session_options=options.session_options,
            contract_options={k: v for k, v in contract.items() if k not in {"name", "type"}},
        )
        for contract in options.contracts_options
    }


def test_each_contract_has_an_import_that_it_refuses() -> None:
    assert set(PLANTED) == set(contracts())


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_import_breaks_the_contract(graph: ImportGraph, name: str) -> None:
    contract, (importer, imported) = contracts()[name], PLANTED[name]
    assert contract.check(graph=graph, verbose=False).kept
    graph.add_import(importer=importer, imported=imported)
    try:
        assert not contract.check(graph=graph, verbose=False).kept
    finally:
        graph.remove_import(importer=importer, imported=imported)


def test_no_module_needs_itself_by_way_of_others() -> None:
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    _put_in_order(graph)
    graph.add_import(importer="domain.time.instant", imported="domain.time.valid_time")
    with pytest.raises(CycleError):
        _put_in_order(graph)


def _put_in_order(graph: ImportGraph) -> None:
    """Put each module after those that it imports; CycleError if that cannot be done."""
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    TopologicalSorter(imports).prepare()
