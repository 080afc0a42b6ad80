"""Answers the bare address with links, and shows the OpenAPI document as a page without scripts."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from hashlib import sha256
from html import escape
from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from api.commands.json_text import write_json
from api.http.authorization import describe_security
from api.http.exchange.caching import respond_fresh
from api.http.exchange.parameters import read_query
from api.http.threads import LaneRoute

router: Final = APIRouter(route_class=LaneRoute)

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code,pre{font-family:ui-monospace,monospace;font-size:.9em}"
    "pre{overflow-x:auto;background:#f4f4f4;padding:.5rem}"
    "summary{cursor:pointer;padding:.25rem 0}table{border-collapse:collapse;width:100%}"
    "td,th{border-top:1px solid #ccc;padding:.25rem .5rem;text-align:left;vertical-align:top}"
    "@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}a{color:#8bf}pre{background:#222}}"
)
_POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{b64encode(sha256(_STYLE.encode()).digest()).decode()}';"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SCHEMAS: Final = "#/components/schemas/"


@router.get("/", include_in_schema=False, openapi_extra=describe_security(None))
def welcome(request: Request) -> Response:
    """Say where the document and the negotiations are."""
    read_query(request.scope["query_string"], ())
    content = {
        "name": "Parley",
        "version": request.app.version,
        "about": "The record of a negotiation: what was so, what did we know, and how do we know it.",
        "openapi": "/openapi.json",
        "docs": "/docs",
        "negotiations": "/v1/negotiations",
        "health": "/readyz",
    }
    return respond_fresh(request, write_json(content))


@router.get("/docs", include_in_schema=False, openapi_extra=describe_security(None))
def read_docs(request: Request) -> Response:
    """Show every operation, with its parameters and answers, and every schema, with its fields."""
    read_query(request.scope["query_string"], ())
    page = "".join(_page(request.app.openapi()))
    headers = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}
    return Response(page, 200, headers, "text/html; charset=utf-8")


def _page(document: Mapping[str, Any]) -> Iterator[str]:
    info = document["info"]
    yield '<!doctype html><html lang="en"><meta charset="utf-8"><title>Parley: the API</title>'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<style>{_STYLE}</style><h1>{escape(info['title'])} {escape(info['version'])}</h1>"
    yield f"<p>{_prose(info['description'])}</p>"
    yield '<p>For programs: <a href="/openapi.json">/openapi.json</a></p><h2>Operations</h2>'
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield from _operation(f"{method.upper()} {path}", operation)
    yield "<h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield from _schema(name, schema)


def _operation(title: str, operation: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details id="{operation["operationId"]}"><summary><code>{escape(title)}</code> '
    yield f"{escape(operation['summary'])}</summary><p>{_prose(operation.get('description', ''))}</p>"
    rows = [
        (
            parameter["name"],
            f"{parameter['in']}, {_type(parameter['schema'])}",
            parameter.get("description", ""),
        )
        for parameter in operation.get("parameters", ())
    ]
    yield from _table(("Parameter", "Type", "Meaning"), rows)
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body: <code>{escape(media)}</code> {_type(content['schema'])}</p>"
        for name, example in content.get("examples", {}).items():
            shown = json.dumps(example["value"], ensure_ascii=False, indent=2)
            yield f"<p>Example: {escape(name)}</p><pre>{escape(shown)}</pre>"
    answers = [
        (status, _answer(answer), answer["description"])
        for status, answer in operation["responses"].items()
    ]
    yield from _table(("Status", "Answer", "Meaning"), answers)
    yield "</details>"


def _answer(answer: Mapping[str, Any]) -> str:
    return " or ".join(
        f"<code>{escape(media)}</code> {_type(content['schema'])}"
        for media, content in answer.get("content", {}).items()
    )


def _schema(name: str, schema: Mapping[str, Any]) -> Iterator[str]:
    yield f'<details id="{name}"><summary><code>{name}</code></summary>'
    yield f"<p>{_prose(schema.get('description', ''))}</p>"
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
    required = schema.get("required", ())
    rows = [
        (field, _type(part) + ("" if field in required else ", optional"), part["description"])
        for field, part in schema.get("properties", {}).items()
    ]
    yield from _table(("Field", "Type", "Meaning"), rows)
    yield "</details>"


def _table(heads: tuple[str, ...], rows: list[tuple[str, str, str]]) -> Iterator[str]:
    """A table; the cells in the middle are HTML already."""
    if rows:
        yield f"<table><tr>{''.join(f'<th>{head}' for head in heads)}"
        for name, html, text in rows:
            yield f"<tr><td><code>{escape(name)}</code><td>{html}<td>{_prose(text)}"
        yield "</table>"


def _type(schema: Mapping[str, Any]) -> str:
    """The type of a value in HTML, with links to the schemas that it is made of."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_SCHEMAS))
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema:
        return " or ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "const" in schema:
        return f"<code>{escape(json.dumps(schema['const']))}</code>"
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(map(_type, options))
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return escape(str(schema.get("format") or schema.get("type", "any JSON")))


def _prose(text: str) -> str:
    """A text in HTML; what stands between backticks is code."""
    parts = escape(text).split("`")
    return "".join(f"<code>{each}</code>" if odd % 2 else each for odd, each in enumerate(parts))
