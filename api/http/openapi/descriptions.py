"""Describes each field and path parameter of the document; `fields.toml` holds the descriptions by name."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from itertools import chain
from typing import Any

from domain.views.sections import MORE


@cache
def read_descriptions() -> dict[str, dict[str, str]]:
    """Read {component, "any" or "path": {name: description}}; "any" is for components without one of their own."""
    text = files(__package__).joinpath("fields.toml").read_text()
    descriptions: dict[str, dict[str, str]] = tomllib.loads(text)
    return descriptions


def describe(component: str, schema: dict[str, Any]) -> dict[str, Any]:
    """Describe the fields of a component: first what each field means, then how it is written."""
    descriptions = read_descriptions()
    for name, part in schema.get("properties", {}).items():
        means = descriptions.get(component, {}).get(name) or descriptions["any"].get(name)
        if means is None and name.endswith(MORE):
            means = "How many there are in all, and where the others are."
        written = part.get("description")
        description = " ".join(text for text in (means, written) if text)
        if description:
            part["description"] = description
    return schema


def describe_paths(paths: dict[str, Any]) -> None:
    """Describe the parameters in the addresses of a document, except those that their route describes."""
    descriptions = read_descriptions()["path"]
    operations = [operation for methods in paths.values() for operation in methods.values()]
    for parameter in chain.from_iterable(part.get("parameters", ()) for part in operations):
        if parameter["in"] == "path" and parameter["name"] in descriptions:
            parameter.setdefault("description", descriptions[parameter["name"]])
