"""The OpenAPI document is shown as a page that loads nothing from elsewhere."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.api.asking import Answer, Client

VOID = {"meta"}
LEFT_OPEN = {"tr", "td", "th", "html"}
"""Elements that HTML allows without an end tag."""


class Page(HTMLParser):
    """The elements of a page, the ids in it, and its links."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.attributes: set[str] = set()
        self.open: list[str] = []
        self.style = ""
        self.text = ""
        self.feed(answer.body.decode())
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            self.ids += [str(value)] if name == "id" else []
            self.links |= {str(value)} if name in {"href", "src"} else set()
        if tag not in VOID | LEFT_OPEN:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in LEFT_OPEN:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["style"]:
            self.style += data
        else:
            self.text += data


def page_and_document(client: Client) -> tuple[Page, dict[str, Any]]:
    return Page(client.get("/docs")), client.get("/openapi.json").json


def test_it_shows_every_operation_and_every_field(light_client: Client) -> None:
    page, document = page_and_document(light_client)
    operations = [method for methods in document["paths"].values() for method in methods.values()]
    schemas = document["components"]["schemas"]
    assert sorted(page.ids) == sorted(
        [*(operation["operationId"] for operation in operations), *schemas]
    )
    said = {
        part["description"]
        for schema in schemas.values()
        for part in schema.get("properties", {}).values()
    }
    assert [each for each in said if each.replace("`", "") not in page.text] == []
    for path in document["paths"]:
        assert path in page.text


def test_its_links_lead_somewhere_and_nowhere_else(light_client: Client) -> None:
    page, _ = page_and_document(light_client)
    assert {link for link in page.links if not link.startswith("#")} == {"/openapi.json"}
    assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
    assert page.open == []


def test_it_runs_nothing_and_loads_nothing(light_client: Client) -> None:
    answer = light_client.get("/docs")
    page = Page(answer)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert not page.tags & {"script", "link", "img", "iframe", "object", "form"}
    assert page.attributes <= {"lang", "charset", "name", "content", "id", "href"}
    policy = answer.headers["content-security-policy"]
    digest = b64encode(sha256(page.style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}';")
    assert "unsafe" not in policy
    assert "url(" not in page.style
    assert re.search(r"@import", page.style) is None


def test_the_bare_address_leads_there_and_it_takes_no_parameter(light_client: Client) -> None:
    assert light_client.get("/").json["docs"] == "/docs"
    assert light_client.get("/docs?theme=dark").status == 422
    assert "/docs" not in light_client.get("/openapi.json").json["paths"]
