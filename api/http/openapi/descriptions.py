"""Every field of the document is described; `fields.toml` says what each means, by its name."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from domain.views.sections import MORE

__all__ = ["describe", "described"]


@cache
def described() -> dict[str, dict[str, str]]:
    """Read {component, or "": {field: what it means}}; a field means the same in each component that has no other."""
    text = files(__package__).joinpath("fields.toml").read_text()
    found: dict[str, dict[str, str]] = tomllib.loads(text)
    return found


def describe(component: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe the fields of a component, each by what it means and then by how it is written."""
    for name, part in schema.get("properties", {}).items():
        means = described().get(component, {}).get(name) or described()["any"].get(name)
        if means is None and name.endswith(MORE):
            means = "How many there are in all, and where the others are."
        written = part.get("description")
        said = " ".join(each for each in (means, written) if each)
        if said:
            part["description"] = said
    return schema
