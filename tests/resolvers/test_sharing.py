"""What is executed for several is what each of them would be told alone: for every field that is declared to be shared,
every kind of event, and everyone who could be told of it."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.words import Role
from realtime.events import EventKind, conversation_topic
from realtime.sharing import Shared
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.crowds import (
    CONVERSATION,
    INBOX,
    Crowd,
    a_crowd,
    all_happens,
    passing,
    readable,
    samples,
    undeclared,
    who_types,
)
from tests.resolvers.everything import whole
from tests.resolvers.masked import Masked, a_masked_house, betrayed_by

BY_PEERS = undeclared(among=Shared.PEERS)
BY_COLLEAGUES = undeclared(among=Shared.COLLEAGUES)
BY_ONESELF = undeclared(among=Shared.OWN)


@pytest.fixture
async def masked(sign_in: SignIn, public: Client, anna: Agent, annas_link: ScheduleLink) -> Masked:
    house = await a_masked_house(sign_in, public, anna)
    await all_happens(house)
    return house


@pytest.fixture
async def crowd(masked: Masked, sign_in: SignIn) -> Crowd:
    topic = conversation_topic(ids.decode(masked.house.talk.id, "Conversation"))
    events = [*await samples(topic), *who_types(masked)]
    return Crowd(await a_crowd(masked, sign_in), events)


@pytest.mark.parametrize("feed", [CONVERSATION, INBOX])
async def test_peers_are_told_the_same_by_every_field_that_they_share(
    masked: Masked, sign_in: SignIn, feed: str
) -> None:
    """Executed for each alone: so it says whether the fields were rightly declared."""
    kind = "conversation" if feed is CONVERSATION else "inbox"
    crowd = Crowd(await a_crowd(masked, sign_in), events := await samples(kind))
    for without, names in (
        (BY_PEERS, ("administrator", "manager", "supervisor")),
        (BY_ONESELF, ("anna", "ben")),
    ):
        twins = [f"{name}.{number}" for name in names for number in (1, 2)]
        told = await crowd.told(whole(feed, without), together=False, only=twins)
        for first, second in zip(twins[::2], twins[1::2], strict=True):
            assert told[first] == told[second], first
    assert {event.kind for event in events} >= _kinds_of(feed)


async def test_colleagues_of_one_role_are_told_the_same_of_the_moment(masked: Masked, sign_in: SignIn) -> None:
    """Anna has all there is in the house, Olga nothing; each role for itself."""
    organization = await masked.rows[Role.AGENT].organization
    olga = sign_in.agent(await an_agent(organization, "Olga"))
    clients = {**await a_crowd(masked, sign_in), "olga.1": olga}
    pairs = [("anna.1", "olga.1"), ("anna.1", "ben.1")]
    pairs += [(f"{name}.1", f"{name}.2") for name in ("administrator", "manager", "supervisor")]
    for feed, moments in ((INBOX, await passing(masked)), (CONVERSATION, who_types(masked))):
        crowd, document = Crowd(clients, moments), whole(feed, BY_COLLEAGUES)
        assert "Agent_email" in document
        for first, second in pairs:
            told = await crowd.told(document, together=False, only=(first, second))
            assert told[first] == told[second], first
            assert b"errors" not in b"".join(told[first])


async def test_nobody_is_told_of_the_moment_what_they_would_not_be_told_alone(
    masked: Masked, sign_in: SignIn
) -> None:
    crowd = Crowd(await a_crowd(masked, sign_in), await passing(masked))
    agents = [name for name in crowd.clients if not name.startswith(("grace", "heidi"))]
    alone, together = [
        await crowd.told(whole(INBOX, BY_COLLEAGUES), together=one, only=agents) for one in (False, True)
    ]
    for name in agents:
        assert list(map(essence, together[name])) == list(map(essence, alone[name])), name
    assert together["anna.1"][0] is together["ben.1"][0]
    assert b"anna@acme.example" in b"".join(together["ben.1"])
    assert b"anna@acme.example" not in b"".join(together["rival.1"])


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
async def test_a_guest_is_told_the_same_on_every_device(crowd: Crowd) -> None:
    """Where a field is refused at once, graphql-core leaves those beside it unawaited."""
    document = await readable(crowd.clients["grace.1"], CONVERSATION, crowd.events, BY_ONESELF)
    told = await crowd.told(document, together=False, only=("grace.1", "grace.2"))
    assert [essence(one) for one in told["grace.1"]] == [essence(one) for one in told["grace.2"]]
    assert b"Are you there?" in b"".join(told["grace.1"])


def _kinds_of(feed: str) -> set[str]:
    if feed is INBOX:
        return {EventKind.ASSIGNMENT_CHANGED, EventKind.CONVERSATION_CHANGED, EventKind.MEETING_CHANGED}
    return {
        EventKind.MESSAGE_ADDED,
        EventKind.MESSAGE_CHANGED,
        EventKind.ASSIGNMENT_CHANGED,
        EventKind.MEMBERS_CHANGED,
        EventKind.MEETING_CHANGED,
        EventKind.READ_MARKER_MOVED,
    }


@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")
async def test_nobody_is_told_what_they_would_not_be_told_alone(crowd: Crowd) -> None:
    """Everyone at once, by documents that all share. Who hears of an event is asked before: see `test_shared_live`."""
    of_guests = await readable(crowd.clients["grace.1"], CONVERSATION, crowd.events, BY_PEERS)
    for document in (whole(CONVERSATION, BY_PEERS), of_guests):
        alone, together = [await crowd.told(document, together=one) for one in (False, True)]
        for name in crowd.clients:
            assert list(map(essence, together[name])) == list(map(essence, alone[name])), name
    told = {name: b"".join(together[name]) for name in together}
    assert b"qgracez" in told["administrator.1"] and b"qgracez" not in told["supervisor.1"]
    assert betrayed_by(told["manager.1"], keys=False) == betrayed_by(told["anna.1"], keys=False) == []
    assert b"discount" in told["supervisor.2"] and b"discount" in told["anna.2"]
    assert b"cannot pay" not in told["grace.1"] and b"Hello" not in told["heidi.1"]
    assert b"Are you there?" not in told["heidi.1"] and b"Are you there?" not in told["rival.1"]
    assert b"Are you there?" in told["grace.1"]


def essence(told: bytes) -> tuple[Any, set[str]]:
    """Of several fields that are refused, which one is told of first is chance."""
    shown = orjson.loads(told)
    return shown["data"], {error["message"] for error in shown.get("errors", ())}
