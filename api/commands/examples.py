"""Takes the examples in the documentation from the record of the US–Belarus talks of 2025."""

from __future__ import annotations

import json
from typing import Any, Final

NEGOTIATION: Final[dict[str, Any]] = {
    "slug": "us-belarus",
    "title": "US–Belarus talks on political prisoners",
    "parties": ["United States", "Belarus"],
    "summary": "Prisoners for the easing of sanctions, 2025",
}
NEGOTIATION_CORRECTION: Final[dict[str, Any]] = {
    "reason": "refinement",
    "why": "Potash is part of what is talked of",
    "changes": {"title": "US–Belarus talks on political prisoners and potash"},
    "published": "2025-11-22",
}
SETTINGS: Final[dict[str, Any]] = {"visibility": "private", "members": ["Ann", "Boris"]}
FACTS: Final[dict[str, dict[str, Any]]] = {
    "an envoy is appointed": {
        "kind": "appointment",
        "valid": "2025-11-09",
        "summary": "Trump announces on Truth Social that John Coale is his special envoy",
        "person": "John Coale",
        "post": "US special envoy for Belarus",
        "appointed_by": "Donald Trump",
        "on_behalf_of": "United States",
        "matter": "coale-appointed",
        "citations": [
            {
                "publisher": "LIGA.net",
                "title": "Trump nominates his lawyer and deputy Kellogg as special envoy for"
                " Belarus",
                "url": "https://news.liga.net/en/politics/news/trump-nominates-his-lawyer-and-deputy"
                "-kellogg-as-special-envoy-for-belarus",
                "published": "2025-11-09",
                "attribution": "named",
            }
        ],
        "external_id": "BY-071",
    },
    "fifty-two are freed": {
        "kind": "release",
        "valid": "2025-09-11",
        "summary": "Fifty-two prisoners freed and taken to Lithuania, largest group until then",
        "population": "political prisoners",
        "destination": "Lithuania",
        "quantities": [
            {
                "what": "released",
                "comparator": "eq",
                "value": 52,
                "text": "52",
                "basis": "increment",
            }
        ],
        "places": ["Lithuania"],
        "parties": ["Belarus", "United States"],
        "matter": "sep11-count",
        "citations": [
            {
                "publisher": "Kyiv Independent",
                "title": "US to lift sanctions on Belarus airline as Lukashenko frees 52 prisoners,"
                " including foreigners",
                "url": "https://kyivindependent.com/belarus-frees-52-prisoners-after-visit-by-us"
                "-envoy",
                "published": "2025-09-11?",
            }
        ],
        "links": [{"relation": "conflicts_with", "fact": "external:BY-049"}],
        "external_id": "BY-047",
    },
    "how many are held": {
        "kind": "prisoner_count",
        "valid": "2025-11-22",
        "summary": "Viasna: at least 1,184 political prisoners as of 22 November",
        "population": "political prisoners",
        "counted_by": "Viasna",
        "quantities": [
            {
                "what": "held",
                "comparator": "ge",
                "value": 1184,
                "text": "at least 1,184",
                "basis": "stock",
            }
        ],
        "matter": "viasna-count",
        "citations": [
            {
                "publisher": "Kyiv Independent",
                "url": "https://kyivindependent.com/lukashenko-pardons-31-ukrainian-citizens-held-in"
                "-belarus/",
                "published": "2025-11-22",
            }
        ],
        "external_id": "BY-078",
    },
    "a deal is discussed": {
        "kind": "proposal",
        "valid": "[2025-11-20..2025-11-26]",
        "summary": "At least 100 prisoners; officials want more than 100 in a single deal",
        "by": "United States",
        "to": "Belarus",
        "content": "release of at least 100 prisoners in one deal",
        "stage": "discussed",
        "quantities": [
            {
                "what": "to be released",
                "comparator": "ge",
                "value": 100,
                "text": "at least 100",
            }
        ],
        "matter": "talks100",
        "citations": [
            {
                "publisher": "LIGA.net",
                "title": "Reuters: US negotiates with Belarus to free at least 100 political"
                " prisoners",
                "published": "2025-11-26?",
                "origin": "Reuters",
                "attribution": "anonymous",
                "sources": 3,
            }
        ],
        "external_id": "BY-083",
    },
    "nobody answers": {
        "kind": "response",
        "valid": "2025-11-26",
        "summary": "The White House declines to comment",
        "asked": "White House",
        "answer": "declined",
        "about": "talks on releasing at least 100 prisoners",
        "asked_by": "Reuters",
        "matter": "talks100",
        "citations": [{"publisher": "Hindustan Times (Reuters)", "published": "2025-11-26"}],
        "external_id": "BY-085",
    },
}
CORRECTION: Final[dict[str, Any]] = {
    "reason": "better_evidence",
    "why": "Do Rzeczy: first reports said two, the Polish ministry said three",
    "changes": {"summary": "Three Poles are among those freed"},
    "citation": {"publisher": "Polskie Radio English", "published": "2025-09-12"},
}
CORROBORATION: Final[dict[str, Any]] = {
    "citation": {
        "publisher": "CNA (Reuters)",
        "url": "https://www.channelnewsasia.com/world/trump-nominates-special-envoy-belarus-wants-more"
        "-prisoners-freed-5456461",
        "published": "2025-11-10",
        "origin": "Reuters",
        "attribution": "named",
    },
    "why": "It names the envoy too",
}
END: Final[dict[str, Any]] = {
    "ended": "2025-01-26",
    "why": "Freed on 26 January 2025; the same report says so",
    "published": "2025-01-26",
}
RETRACTION: Final[dict[str, Any]] = {
    "reason": "better_evidence",
    "why": "False: days later his employer still demands his release from prison",
    "published": "2025-06-25?",
}
REINSTATEMENT: Final[dict[str, Any]] = {"why": "The retraction mistook one prisoner for another"}
PREFERENCE: Final[dict[str, Any]] = {
    "preferred": True,
    "why": "It gives the day; the other says the same less precisely",
}
ERASURE: Final[dict[str, Any]] = {
    "reason": "The source asked for it: what was recorded lets others find out who they are",
}
APPROVAL: Final[dict[str, Any]] = {"why": "The ministry's list has three names"}
REFUSAL: Final[dict[str, Any]] = {"why": "The ministry's list has two names"}
WITHDRAWAL: Final[dict[str, Any]] = {"why": "The list was an older one"}
SNAPSHOT: Final[dict[str, Any]] = {
    "name": "before-the-envoy",
    "as_of": "2025-11-22",
    "as_known_at": "2025-11-08",
    "clock": "published",
}
_LINES: Final[list[dict[str, Any]]] = [
    {"op": "record", **FACTS["fifty-two are freed"]},
    {"op": "corroborate", "external_id": "BY-047", **CORROBORATION},
]
NDJSON_LINES: Final = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _LINES)
CSV_LINES: Final = (
    "op,external_id,kind,valid,summary,people,citation.publisher,citation.published\n"
    'record,BY-026,release,2025-06-21,Fourteen are freed,"Siarhei Tsikhanouski;Ihar Losik",AP,'
    "2025-06-21\n"
)
CERTIFIED: Final[dict[str, Any]] = {
    "question": "/v1/negotiations/us-belarus?as_of=2025-11-22",
}
