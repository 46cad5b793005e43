"""Whose a token is: found by one statement for all who come at once, and as it is by then."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from tortoise import connections

from errors import Unauthenticated
from models.actor import AgentActor, KnownActor, SignedInGuest
from models.agent.agent import Agent
from models.agent.key import ApiKey
from models.agent.session import SESSION_LIFETIME, Session
from models.contact.contact import Contact
from models.conversation.conversation import Member
from models.conversation.link import conversation_token, recognise_member
from models.guest.session import GuestSession
from models.keyring import Keyring, fingerprint
from models.meeting.link import manage_token, recognise_guest
from models.meeting.meeting import Meeting
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import Role
from tests.builders import MONDAY, a_contact, an_agent
from tests.models.conversation.talks import begun
from tests.resolvers.statements import statements

KEYS = Keyring(b"only for tests, and long enough!")


@dataclass(frozen=True)
class Door:
    """One way to come in: by tokens, each of somebody else; `shut` has the first one be good for nothing any more."""

    tokens: Sequence[str]
    recognise: Callable[[str], Awaitable[KnownActor]]
    actors: Sequence[KnownActor]
    shut: Callable[[], Awaitable[object]]


async def of_sessions(organization: Organization) -> Door:
    tokens, actors = [], []
    for name in ("Anna", "Ben"):
        agent = await an_agent(organization, name, role=Role.MANAGER, languages=["it"])
        session = await Session.create(
            organization=organization, agent=agent, refresh_hash=name, expires_at=MONDAY + SESSION_LIFETIME
        )
        opened = session._tokens(agent, "", keys=KEYS, now=MONDAY)
        tokens.append(opened.access_token)
        actors.append(opened.actor)
    return Door(
        tokens,
        lambda token: Session.recognise(token, keys=KEYS, now=MONDAY),
        actors,
        lambda: Session.end(actors[0], now=MONDAY),
    )


async def of_keys(organization: Organization) -> Door:
    actors = []
    for name, expires_at in (("fd_first", None), ("fd_second", MONDAY + timedelta(days=1))):
        agent = await an_agent(organization, name[3:].title(), is_person=False)
        key = await ApiKey.create(
            organization=organization, name=name, agent=agent, start=name[:6], key_hash=fingerprint(name),
            created_at=MONDAY, expires_at=expires_at,
        )  # fmt: skip
        actors.append(AgentActor(agent, session_id=0, expires_at=expires_at, key_id=key.id))
    return Door(
        ["fd_first", "fd_second"],
        lambda token: ApiKey.recognise(token, now=MONDAY - timedelta(minutes=1)),
        actors,
        lambda: ApiKey.filter(id=actors[0].key_id).update(revoked_at=MONDAY),
    )


async def of_guest_sessions(organization: Organization) -> Door:
    tokens, actors, ends = ["gs_first", "gs_second"], [], MONDAY + timedelta(days=1)
    for token in tokens:
        email = f"{token}@guests.example"
        first = await a_contact(organization, email=email)
        again = await a_contact(organization, "Again", email=email, known_otherwise=True)
        before = await a_contact(organization, "Before", merged_into_id=again.id)
        session = await GuestSession.create(
            organization=organization,
            email=email,
            token_hash=fingerprint(token),
            created_at=MONDAY,
            expires_at=ends,
        )
        ids = frozenset({first.id, again.id, before.id})
        actor = SignedInGuest(
            first,
            None,
            None,
            is_verified=True,
            session_id=session.id,
            email=email,
            expires_at=ends,
            all_ids=ids,
        )
        actors.append(actor)
    return Door(
        tokens,
        lambda token: GuestSession.recognise(token, now=MONDAY),
        actors,
        lambda: GuestSession.end(actors[0]),
    )


async def of_conversation_links(organization: Organization) -> Door:
    agent = await an_agent(organization)
    places = [
        await Member.get(conversation_id=(await begun(agent)).id, contact_id__isnull=False) for _ in range(2)
    ]
    await Contact.filter(id=places[1].contact_id).update(known_otherwise=True)
    before = await a_contact(organization, "Before", merged_into_id=places[1].contact_id)
    tokens = [conversation_token(place.id, keys=KEYS) for place in places]
    actors = [await recognise_member(token, keys=KEYS) for token in tokens]
    actors[1] = replace(actors[1], others=frozenset({before.id}))
    return Door(tokens, lambda token: recognise_member(token, keys=KEYS), actors, places[0].delete)


async def of_manage_links(organization: Organization) -> Door:
    agent, meetings = await an_agent(organization), []
    for _ in range(2):
        talk = await begun(agent)
        meeting = await Meeting.create(
            organization=organization, title="Loans", start=MONDAY, end=MONDAY + timedelta(hours=1),
            guest_time_zone="UTC", guest_id=talk.contact_id, conversation=talk,
        )  # fmt: skip
        meetings.append(meeting)
    tokens = [manage_token(one, one.guest_id, keys=KEYS) for one in meetings]
    actors = [await recognise_guest(token, keys=KEYS) for token in tokens]
    return Door(
        tokens,
        lambda token: recognise_guest(token, keys=KEYS),
        actors,
        lambda: Meeting.filter(id=meetings[0].id).update(link_key=1),
    )


DOORS = [of_sessions, of_keys, of_guest_sessions, of_conversation_links, of_manage_links]


@pytest.fixture(params=DOORS, ids=lambda door: door.__name__)
async def door(request: pytest.FixtureRequest, organization: Organization) -> Door:
    built: Door = await request.param(organization)
    for token in built.tokens:
        await built.recognise(token)  # when a key was used is noted the first time
    return built


async def test_whoever_comes_at_once_is_recognised_by_one_statement(door: Door) -> None:
    with statements() as sent:
        known = await asyncio.gather(*(door.recognise(token) for token in [*door.tokens, *door.tokens]))
    assert len(sent) == 1
    assert known == [*door.actors, *door.actors]
    mine, again = known[0], known[2]
    if isinstance(mine, AgentActor) and isinstance(again, AgentActor):
        assert mine.agent is not again.agent, "what one changes of it the other would see"


async def test_agents_are_read_whole(organization: Organization) -> None:
    for known in [await of_sessions(organization), await of_keys(organization)]:
        for token in known.tokens:
            actor = await known.recognise(token)
            assert isinstance(actor, AgentActor)
            stored = await Agent.get(id=actor.agent.id)
            assert {name: getattr(actor.agent, name) for name in Agent._meta.db_fields} == {
                name: getattr(stored, name) for name in Agent._meta.db_fields
            }


async def test_who_is_let_in_no_more_is_refused_at_once_and_nobody_else_with_them(door: Door) -> None:
    before = [asyncio.ensure_future(door.recognise(token)) for token in door.tokens]
    await door.shut()
    first, second = await asyncio.gather(
        *(door.recognise(token) for token in door.tokens), return_exceptions=True
    )
    assert isinstance(first, Unauthenticated)
    assert second == door.actors[1]
    await asyncio.gather(*before, return_exceptions=True)


async def test_within_a_transaction_is_seen_what_that_has_done_and_nobody_else_sees_it(door: Door) -> None:
    inside, shut = asyncio.Event(), asyncio.Event()

    async def shutting() -> None:
        async with transaction():
            await door.recognise(door.tokens[0])
            await door.shut()
            with pytest.raises(Unauthenticated):
                await door.recognise(door.tokens[0])
            inside.set()
            await shut.wait()

    doing = asyncio.create_task(shutting())
    await inside.wait()
    assert await door.recognise(door.tokens[0]) == door.actors[0]
    shut.set()
    await doing
    with pytest.raises(Unauthenticated):
        await door.recognise(door.tokens[0])


@pytest.mark.parametrize("of_agents", [of_sessions, of_keys])
async def test_an_agents_role_and_that_they_are_there_is_seen_by_their_next_request(
    organization: Organization, of_agents: Callable[[Organization], Awaitable[Door]]
) -> None:
    known = await of_agents(organization)
    actor = await known.recognise(known.tokens[0])
    assert isinstance(actor, AgentActor)
    await Agent.filter(id=actor.agent.id).update(role=Role.ADMINISTRATOR)
    actor = await known.recognise(known.tokens[0])
    assert isinstance(actor, AgentActor)
    assert actor.agent.role is Role.ADMINISTRATOR
    await Agent.filter(id=actor.agent.id).update(is_active=False)
    with pytest.raises(Unauthenticated):
        await known.recognise(known.tokens[0])


async def test_a_key_and_a_guests_session_end_on_time_also_among_others(organization: Organization) -> None:
    key, guest = await of_keys(organization), await of_guest_sessions(organization)
    later = MONDAY + timedelta(days=1)
    first, second = await asyncio.gather(
        *(ApiKey.recognise(token, now=later) for token in key.tokens), return_exceptions=True
    )
    assert first == key.actors[0]
    assert isinstance(second, Unauthenticated)
    early, late = await asyncio.gather(
        *(GuestSession.recognise(guest.tokens[0], now=now) for now in (MONDAY, later)), return_exceptions=True
    )
    assert early == guest.actors[0]
    assert isinstance(late, Unauthenticated)


async def test_what_is_asked_for_each_request_is_planned_once_by_a_connection(door: Door) -> None:
    """But for the first five times, when PostgreSQL compares."""
    for _ in range(20):
        await door.recognise(door.tokens[0])
    planned = await connections.get("default").execute_query_dict(
        "SELECT statement, custom_plans FROM pg_prepared_statements"
        " WHERE statement ~ 'LATERAL' AND statement ~ 'asked' AND generic_plans + custom_plans >= 20"
    )
    assert planned
    assert [one for one in planned if one["custom_plans"] > 5] == []
