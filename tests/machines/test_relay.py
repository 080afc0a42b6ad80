"""`parley relay` sends each event of the log to JetStream, once and at its position, and nothing confidential."""

from __future__ import annotations

import asyncio
import signal
from typing import TYPE_CHECKING, Any, Final

import pytest
from nats.js.api import ConsumerConfig

from tests.api.asking import FACTS, TALKS, fact, without_credentials
from tests.faults.relays import relay_again_and_again
from tests.machines.edge import DEPLOY
from tests.machines.relays import (
    PASSWORD,
    Nats,
    Relay,
    ask_nats,
    consume,
    erase,
    find_last_sequence,
    list_log,
)
from tests.thorough import choose_count

if TYPE_CHECKING:
    from pathlib import Path

    from nats.aio.client import Client as Connection

    from tests.api.asking import Client

pytestmark = [pytest.mark.either_database, pytest.mark.xdist_group("relay")]

SOURCE: Final = "Confidentialcanary"
WORD: Final = "Zanzibarcanary"
CITED: Final = [
    {
        "publisher": "Own reporting",
        "published": "2025-09-11",
        "confidential": {"identity": SOURCE, "contact": f"+48 {SOURCE}", "note": SOURCE},
    }
]


def change(client: Client, id_: str, **changes: str) -> str:
    """Correct a fact, or propose that; gives the type of the event."""
    body = {"reason": "refinement", "why": "Better known", "changes": {"note": "Late", **changes}}
    assert client.post(f"/v1/facts/{id_}/corrections", body, if_match="*").status in {200, 202}
    return str(list_log(client)[-1]["event"])


def await_relayed(client: Client, server: Nats, relay: Relay) -> list[dict[str, Any]]:
    """The log, after the stream has all of it."""
    events = list_log(client)
    relay.wait_for(lambda _: find_last_sequence(server) == len(events))
    return events


def test_a_message_is_an_event_as_the_log_shows_it_at_its_position(
    client: Client, database_url: str, server: Nats, tmp_path: Path
) -> None:
    public = client.record(summary=f"{WORD} was freed", external_id="one", citations=CITED)
    hidden = {"slug": "hidden-talks", "title": "Hidden", "parties": ["A", "B"]}
    opened = client.post("/v1/negotiations", {**hidden, "visibility": "private"})
    assert opened.status == 201
    hidden_id = list_log(client)[-1]["stream"]
    with Relay(database_url, server, tmp_path / "relay") as relay:
        relay.wait_for(lambda relay: relay.output)
        change(client, public.json["id"])
        body = fact(summary="Nobody is to know", citations=CITED)
        of_hidden = client.post("/v1/negotiations/hidden-talks/facts", body)
        assert of_hidden.status == 201
        reviewed = client.post("/v1/negotiations/hidden-talks/settings", {"review_record": True})
        assert reviewed.status == 200
        assert change(client, of_hidden.json["id"]) == "change.proposed"
        events = await_relayed(client, server, relay)
        assert relay.end() == 0
    received = consume(server)
    assert [each.sequence for each in received] == [event["position"] for event in events]
    assert [each.event for each in received] == events
    assert len({each.id for each in received}) == len(events)
    known = without_credentials(client).get("/v1/changes?limit=1000").json["items"]
    assert 0 < len(known) < len(events)
    assert [each.event for each in consume(server, "parley.public.>")] == known
    private = consume(server, f"parley.private.{hidden_id}.>")
    assert [each.event for each in private] == [event for event in events if event not in known]
    assert {each.subject for each in received if each.event["event"] == "fact.corrected"} == {
        "parley.public.talks.fact.corrected"
    }
    assert "hidden-talks" not in "".join(each.subject for each in received)
    server.kill()
    assert server.words(WORD) > 0
    assert server.words(SOURCE) == 0


def test_what_was_erased_is_a_tombstone_or_leaves_the_stream_and_its_files(
    client: Client, database_url: str, server: Nats, tmp_path: Path
) -> None:
    facts = [client.record(summary=f"{WORD}{each} was freed", external_id=each) for each in "abcd"]
    positions = [each.json["position"] for each in facts]
    ids = [each.json["id"] for each in facts]
    erase(client, ids[0])
    with Relay(database_url, server, tmp_path / "relay") as relay:
        await_relayed(client, server, relay)
        assert (server.words(f"{WORD}a"), server.words(f"{WORD}b") > 0) == (0, True)
        change(client, ids[1], note=f"{WORD}b")
        deleted = [positions[1], len(await_relayed(client, server, relay))]
        second = erase(client, ids[1])
        relay.wait_for(lambda _: {"erasure": second, "deleted": deleted} in relay.output)
        await_relayed(client, server, relay)
        relay.end(signal.SIGKILL)
        third, fourth = erase(client, ids[2]), erase(client, ids[3])
        ask_nats(server, lambda nats: nats.jetstream().delete_msg("PARLEY", positions[3]))
        relay.start()
        events = await_relayed(client, server, relay)
        assert {"erasure": third, "deleted": [positions[2]]} in relay.output
        assert fourth not in {each.get("erasure") for each in relay.output}, (
            "it was deleted already"
        )
    received = {each.sequence: each for each in consume(server)}
    gone = {*deleted, positions[2], positions[3]}
    assert set(received) == {event["position"] for event in events} - gone
    assert received[positions[0]].event["data"] == {"erased": True}
    assert [received[each].event["event"] for each in (second, third, fourth)] == [
        "fact.erased"
    ] * 3
    assert server.words(WORD) == 0
    server.kill()
    assert server.words(WORD) == 0


def test_of_what_becomes_private_nothing_stays_public(
    client: Client, database_url: str, server: Nats, tmp_path: Path
) -> None:
    client.record(summary="Public for a moment")
    with Relay(database_url, server, tmp_path / "relay") as relay:
        before = len(await_relayed(client, server, relay))
        assert len(consume(server, "parley.public.>")) == before
        settings = {"visibility": "private", "members": ["editor"]}
        assert client.post(f"{TALKS}/settings", settings).status == 200
        client.post(FACTS, fact(summary="Hidden from now on"))
        await_relayed(client, server, relay)
        told = {"made_private": "talks", "position": before + 1, "deleted_messages": before}
        assert told in relay.output
        assert client.post(f"{TALKS}/settings", {"visibility": "public"}).status == 200
        await_relayed(client, server, relay)
    received = consume(server)
    assert [each.sequence for each in received] == [before + 1, before + 2, before + 3]
    assert [each.subject.split(".")[1] for each in received] == ["private", "private", "public"]


def test_a_reader_of_the_public_negotiations_reads_no_others(
    client: Client, database_url: str, tmp_path: Path
) -> None:
    hidden = {"slug": "hidden-talks", "title": "Hidden", "parties": ["A", "B"]}
    client.post("/v1/negotiations", {**hidden, "visibility": "private"})
    config = (DEPLOY / "nats.conf").read_text().replace("/var/lib/nats", str(tmp_path / "store"))
    config = config.replace("listen: 127.0.0.1:4222", "")
    server = Nats(tmp_path / "nats", config)
    relaying = {"PARLEY_NATS_URL": server.url.replace("//", f"//relay:{PASSWORD}@")}
    with server, Relay(database_url, server, tmp_path / "relay", relaying) as relay:
        relay.wait_for(lambda relay: relay.output)
        reads = {"user": "reader", "password": PASSWORD, "inbox_prefix": "_INBOX_reader"}
        public = consume(server, "parley.public.>", durable="reader", **reads)
        assert [each.sequence for each in public] == [1, 2]

        async def try_others(connection: Connection) -> Any:  # noqa: ANN401 -- errors
            context = connection.jetstream(timeout=0.5)
            filtered = ConsumerConfig(name="reader", filter_subject="parley.>")
            other = ConsumerConfig(name="other", filter_subject="parley.public.>")
            return await asyncio.gather(
                context.add_consumer("PARLEY", filtered),
                context.add_consumer("PARLEY", ConsumerConfig(name="reader")),
                context.add_consumer("PARLEY", other),
                context.get_msg("PARLEY", 3),
                context.get_msg("PARLEY", 3, direct=True),
                context.stream_info("PARLEY"),
                return_exceptions=True,
            )

        tried = ask_nats(server, try_others, **reads)
        assert [type(each).__name__ for each in tried] == ["TimeoutError"] * len(tried)


def test_two_relays_that_are_killed_again_and_again_leave_the_log_and_nothing_erased(
    database_url: str, tmp_path: Path
) -> None:
    figures = relay_again_and_again(database_url, tmp_path, choose_count(3, 12))
    assert figures.relays > 1
    assert figures.servers > 0


def test_an_erasure_is_not_sent_before_its_messages_are_deleted(
    client: Client, database_url: str, server: Nats, tmp_path: Path
) -> None:
    id_ = client.record().json["id"]

    async def forbid(connection: Connection) -> None:
        context = connection.jetstream()
        config = (await context.stream_info("PARLEY")).config
        await context.update_stream(config, deny_delete=True)

    with Relay(database_url, server, tmp_path / "relay") as relay:
        before = len(await_relayed(client, server, relay))
        ask_nats(server, forbid)
        erase(client, id_)
        client.record(summary="Later")
        assert relay.wait() == 1
        assert "no message can be deleted from the stream PARLEY" in relay.errors
    assert find_last_sequence(server) == before
