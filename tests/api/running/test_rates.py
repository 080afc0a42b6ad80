"""A caller whose budget is spent is told when to try again; health checks are never limited."""

from __future__ import annotations

import asyncio
from time import thread_time
from typing import TYPE_CHECKING, Any

import pytest
from anyio import to_thread
from limits import parse
from limits.storage import MemoryStorage
from starlette.testclient import TestClient

from api.composition import compose
from api.http.app import create_app
from api.http.callers import address_of, caller_of
from api.http.metering import count_work, measure_work
from api.http.middleware.frame import Frame
from api.http.middleware.rate_budget import MOST_LEASES, Budget
from api.http.middleware.rates import count_bytes
from api.http.middleware.refusals import Refusals
from api.http.middleware.work import Work
from domain.access import Principal, anonymous
from tests.api.asking import FACTS, TALKS, Client, authorize, fact
from tests.databases import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message, Receive, Scope, Send


@pytest.fixture
def limited_client(database_url: str) -> Iterator[Client]:
    """A client that may read eight times and write six times an hour."""
    rates = {"PARLEY_RATE_READS": "8/hour", "PARLEY_RATE_WRITES": "6/hour"}
    parley = compose(settings_of(database_url, **rates), upgrade=False)
    with TestClient(
        create_app(parley), headers=authorize(parley), raise_server_exceptions=False
    ) as http:
        yield Client(http)
    parley.close()


def test_reading_and_changing_are_counted_apart_and_refused_when_spent(
    limited_client: Client,
) -> None:
    limited_client.open()
    assert [limited_client.post(FACTS, fact()).status for _ in range(6)] == [201] * 5 + [429]
    for left in range(7, -1, -1):
        answer = limited_client.get(TALKS)
        assert answer.status == 200
        assert answer.headers["ratelimit-policy"] == '"reads";q=8;w=3600'
        assert answer.headers["ratelimit"].startswith(f'"reads";r={left};t=')
    refused = limited_client.get(TALKS)
    assert refused.status == 429
    assert refused.json["type"] == "urn:parley:problem:rate-limited"
    assert refused.headers["ratelimit"].startswith('"reads";r=0;t=')
    assert 1 <= int(refused.headers["retry-after"]) <= 3_601
    assert refused.headers["cache-control"] == "no-store"
    for path in ("/healthz", "/readyz"):
        answer = limited_client.get(path)
        assert answer.status in {200, 503}
        assert "ratelimit" not in answer.headers


def test_what_is_left_is_on_304_and_in_no_tag_nor_kept_answer(limited_client: Client) -> None:
    limited_client.open()
    sent = [limited_client.post(FACTS, fact(), idempotency_key="k") for _ in range(2)]
    assert sent[0].body == sent[1].body
    assert [each.headers["ratelimit"][:12] for each in sent] == ['"writes";r=4', '"writes";r=3']
    first = limited_client.get(f"{TALKS}?position=1")
    again = limited_client.get(f"{TALKS}?position=1", if_none_match=first.headers["etag"])
    assert again.status == 304
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["ratelimit"].startswith('"reads";r=6;')


def test_who_asked_for_more_work_than_a_budget_has_waits_and_nobody_else(database_url: str) -> None:
    rates = {"PARLEY_RATE_WORK": "1/hour"}
    parley = compose(settings_of(database_url, **rates), upgrade=False)
    with TestClient(create_app(parley), raise_server_exceptions=False) as http:
        ann, ben = authorize(parley, "Ann"), authorize(parley, "Ben")
        assert http.get("/v1/negotiations", headers=ann).status_code == 200
        refused = [http.get("/v1/negotiations", headers=ann) for _ in range(2)][-1]
        assert refused.status_code == 429
        assert refused.json()["type"] == "urn:parley:problem:rate-limited"
        assert refused.headers["ratelimit-policy"] == '"work";q=1;w=3600'
        assert int(refused.headers["retry-after"]) > 1
        body = {"slug": "talks", "title": "Talks", "parties": []}
        assert http.post("/v1/negotiations", json=body, headers=ann).status_code == 201
        assert http.get("/healthz", headers=ann).status_code == 200
        assert http.get("/v1/negotiations", headers=ben).status_code == 200
    parley.close()


def test_what_a_caller_owes_is_paid_as_their_budget_allows() -> None:
    async def run() -> None:
        budget = Budget("work", parse("1000/hour"), MemoryStorage())
        work = Work(budget)
        for _ in range(4):
            assert await work.admit("a") is None
            work.charge("a", 200)
        assert await work.admit("a") is None
        work.charge("a", 5_000)
        owing = await work.admit("a")
        assert owing is not None
        assert (owing.allowed, owing.remaining) == (False, 0)
        assert owing.wait is not None
        assert 17_000 < owing.wait < 17_400
        assert await work.admit("b") is None
        assert await work.admit("a") is not None

    asyncio.run(run())


def test_few_small_amounts_are_paid_together() -> None:
    class Asked(MemoryStorage):
        times = 0

        def get_sliding_window(self, *given: Any, **named: Any) -> Any:  # noqa: ANN401
            self.times += 1
            return super().get_sliding_window(*given, **named)

    async def run() -> None:
        storage = Asked()
        work = Work(Budget("work", parse("20000/hour"), storage))
        for _ in range(1_000):
            assert await work.admit("a") is None
            work.charge("a", 1)
        assert storage.times == 9

    asyncio.run(run())


def test_a_process_keeps_no_account_of_everybody_who_ever_came() -> None:
    work = Work(Budget("work", parse("1000/hour"), MemoryStorage()))
    work.charge("much", 10)
    for number in range(10_000):
        work.charge(f"little {number}", 1)
    assert len(work._owed) <= MOST_LEASES
    assert work._owed["much"] == 10


def test_work_is_measured_in_the_threads_that_do_it_and_by_what_goes_out() -> None:
    @count_work
    def reckon() -> None:
        began = thread_time()
        while thread_time() - began < 0.002:
            pass

    async def run() -> None:
        with measure_work() as meter:
            await to_thread.run_sync(reckon)
            await count_bytes(meter, _drop_message)(
                {"type": "http.response.body", "body": b"x" * 5 * 16_384}
            )
        assert meter.price >= 2 + 5
        with measure_work() as other:
            pass
        assert other.price == 0
        reckon()

    async def _drop_message(_: Message) -> None: ...

    asyncio.run(run())


def test_a_storage_that_fails_lets_all_through(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryStorage):
        def acquire_sliding_window_entry(self, *_: Any, **__: Any) -> bool:  # noqa: ANN401
            raise ConnectionError("gone")

    async def run() -> None:
        budget = Budget("reads", parse("1/hour"), Broken())
        for _ in range(5):
            standing = await budget.take("a")
            assert standing.allowed
            assert budget.fields(standing) == {}

    asyncio.run(run())
    assert [record.message for record in caplog.records] == [
        "requests are not counted (reads): ConnectionError('gone')"
    ]


def test_two_processes_give_never_more_than_a_large_limit_and_hardly_less() -> None:
    async def run() -> None:
        storage = MemoryStorage()
        pair = [Budget("reads", parse("3000/hour"), storage) for _ in range(2)]
        passed = 0
        for turn in range(3_200):
            passed += (await pair[turn % 2].take("a")).allowed
        assert 2_985 <= passed <= 3_000

    asyncio.run(run())


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("192.0.2.7", "address:192.0.2.7"),
        ("::ffff:192.0.2.7", "address:192.0.2.7"),
        ("2001:db8:1:2:3::4", "address:2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "address:2001:db8:1:2::/64"),
        ("fe80::1%eth0", "address:fe80::/64"),
    ],
)
def test_without_a_credential_a_caller_is_an_address_or_its_network(host: str, name: str) -> None:
    scope: dict[str, Any] = {"client": (host, 1), "state": {}}
    assert caller_of(scope) == address_of(scope) == name
    scope["state"]["principal"] = anonymous(frozenset())
    assert caller_of(scope) == name
    principal = Principal(person="Ana", caller="key-1", scopes=frozenset())
    scope["state"]["principal"] = principal
    assert caller_of(scope) == "caller:key-1"
    assert caller_of({"client": None}) is None


async def accept_key(scope: Scope, _receive: Receive, send: Send) -> None:
    """An application that accepts one key."""
    right = (b"authorization", b"Bearer right") in scope["headers"]
    headers = [(b"cache-control", b"public, max-age=60, immutable"), (b"vary", b"Accept")]
    await send({"type": "http.response.start", "status": 200 if right else 401, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def test_who_guesses_is_not_heard_with_the_right_key_either() -> None:
    budget = Budget("refusals", parse("3/hour"), MemoryStorage())
    client = TestClient(Refusals(accept_key, budget))
    guess, right = {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer right"}
    assert client.get("/", headers=right).status_code == 200
    assert [client.get("/", headers=guess).status_code for _ in range(5)] == [401] * 4 + [429]
    refused = client.get("/", headers=right)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) >= 1
    assert client.get("/").status_code == 401, "without credentials nothing is guessed"
    for path in ("/healthz", "/readyz"):
        assert client.get(path, headers=right).status_code == 200, "health is asked past the bound"
    elsewhere = TestClient(Refusals(accept_key, budget), client=("192.0.2.1", 1))
    assert elsewhere.get("/", headers=right).status_code == 200


def test_what_is_answered_to_credentials_is_never_public() -> None:
    client = TestClient(Frame(accept_key, checks=()))
    anybody = client.get("/v1/changes")
    assert anybody.headers["cache-control"] == "public, max-age=60, immutable"
    theirs = client.get("/v1/changes", headers={"Authorization": "Bearer right"})
    assert theirs.headers["cache-control"] == "private, max-age=60, immutable"
    for answer in (anybody, theirs):
        assert answer.headers["vary"] == "Accept, Authorization"


@pytest.mark.parametrize("credential", ["good", "revoked"])
def test_who_asks_too_often_is_told_so_in_a_whole_answer(
    database_url: str, credential: str
) -> None:
    settings = settings_of(database_url, PARLEY_RATE_READS="3/hour")
    parley = compose(settings, upgrade=False)
    key, kept = parley.keys.create("Ann", ["fact:read"])
    client = TestClient(create_app(parley), headers={"Authorization": f"Bearer {key}"})
    assert [client.get("/v1/negotiations").status_code for _ in range(4)] == [200] * 3 + [429]
    if credential == "revoked":
        parley.keys.revoke(kept.id)
    spent = client.get("/v1/negotiations")
    assert spent.status_code == 429
    assert spent.json()["type"] == "urn:parley:problem:rate-limited"
    parley.close()
