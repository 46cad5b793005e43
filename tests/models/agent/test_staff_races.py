"""Agents who change and go at the same moment as others do something with them, on real parallel connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest

from errors import Invalid, NotFound, Refused
from models.actor import Public
from models.agent.agent import Agent
from models.agent.changing import update_agent
from models.agent.leaving import delete_agent
from models.agent.password import PREFIX, password_url, set_password
from models.agent.session import Session, hash_password
from models.availability.target import Named, find_target
from models.contact.details import GuestDetails
from models.keyring import Keyring
from models.meeting.booking import book
from models.meeting.meeting import Meeting
from models.meeting.wish import Wish
from models.organization.closing import delete_office
from models.organization.opening import create_office
from models.organization.organization import Organization
from models.transactions import transaction
from models.words import Role
from tests.builders import MONDAY, Clock, acting, an_agent
from tests.waiting import lock_waits, until

ROUNDS = 10
NINE = MONDAY + timedelta(hours=1)


async def outcome(doing: Awaitable[Any]) -> Any:
    try:
        return await doing
    except Refused as refused:
        return type(refused)


async def all_at_once(*doing: Awaitable[Any]) -> list[Any]:
    """What came of each: what it made, or the kind of its refusal."""
    return list(await asyncio.gather(*map(outcome, doing)))


async def test_of_administrators_who_take_each_others_role_at_once_one_is_left(
    organization: Organization, clock: Clock
) -> None:
    for number in range(ROUNDS):
        await Agent.all().update(role=Role.AGENT)
        trio = [await an_agent(organization, f"A{number}{n}", role=Role.ADMINISTRATOR) for n in range(3)]
        first, second, third = map(acting, trio)
        await all_at_once(
            update_agent(trio[1].id, actor=first, role=Role.AGENT),
            update_agent(trio[2].id, actor=second, is_active=False),
            delete_agent(trio[0].id, actor=third, now=clock()),
        )
        left = await Agent.of(organization.id).filter(role=Role.ADMINISTRATOR, is_active=True).count()
        assert left == 1


async def test_of_a_managers_offices_that_go_at_once_one_stays(
    organization: Organization, clock: Clock
) -> None:
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    for number in range(ROUNDS):
        names = [f"{number}{side}" for side in "ab"]
        own = [await create_office(actor=ada, name=name, time_zone="Europe/Rome") for name in names]
        max_ = await an_agent(organization, f"Max{number}", role=Role.MANAGER)
        await max_.offices.add(*own)
        first, second = (office.id for office in own)
        await all_at_once(
            delete_office(first, actor=ada, now=clock()),
            update_agent(max_.id, actor=ada, offices=[first]) if number % 2 else
            delete_office(second, actor=ada, now=clock()),
        )  # fmt: skip
        assert [office.deleted_at for office in await max_.offices.all()] == [None]


async def test_who_becomes_a_manager_while_their_office_goes_has_no_office_that_is_gone(
    organization: Organization, clock: Clock
) -> None:
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    for number in range(ROUNDS):
        office = await create_office(actor=ada, name=f"Office {number}", time_zone="Europe/Rome")
        max_ = await an_agent(organization, f"Max{number}")
        placed, deleted = await all_at_once(
            update_agent(max_.id, actor=ada, offices=[office.id], role=Role.MANAGER),
            delete_office(office.id, actor=ada, now=clock()),
        )
        assert (placed is NotFound, deleted is Invalid) in [(True, False), (False, True)]


async def test_an_agent_is_booked_or_deleted_and_never_both(
    organization: Organization, anna: Agent, clock: Clock
) -> None:
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    for number in range(ROUNDS):
        ben = await an_agent(organization, f"Ben{number}")
        target = await find_target(Named(agent_id=ben.id), actor=Public(), now=clock())
        guest = GuestDetails(
            name="Grace", email=f"g{number}@guests.example", phone=None, locale="en", time_zone="UTC"
        )
        booked, deleted = await all_at_once(
            book(Wish(target=target, start=NINE, guest=guest), actor=Public(), now=clock()),
            delete_agent(ben.id, actor=ada, now=clock()),
        )
        row = await Agent.get(id=ben.id)
        assert isinstance(booked, Meeting) == (deleted is Invalid) == (row.deleted_at is None)


async def test_of_those_who_choose_a_password_by_one_link_at_once_one_has(
    anna: Agent, keys: Keyring, clock: Clock
) -> None:
    url = password_url(anna, until=clock() + timedelta(hours=1), keys=keys, public_url="")
    token = url[url.index(PREFIX) :]
    chosen = await all_at_once(
        *(set_password(token, f"tall green ladder {n}", keys=keys, now=clock()) for n in range(4))
    )
    assert sorted(chosen, key=str) == [Invalid, Invalid, Invalid, None]


async def test_of_two_who_delete_an_agent_at_once_one_finds_nobody(
    organization: Organization, anna: Agent, clock: Clock
) -> None:
    ada = acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))
    done = await all_at_once(*(delete_agent(anna.id, actor=ada, now=clock()) for _ in range(2)))
    assert sorted(done, key=str) == [NotFound, None]


@pytest.mark.parametrize("change", ["password_hash = 'another'", "is_active = false"])
async def test_nobody_signs_in_by_what_is_just_being_taken_from_them(
    anna: Agent, keys: Keyring, clock: Clock, change: str
) -> None:
    await Agent.filter(id=anna.id).update(password_hash=await hash_password("tall green ladder"))
    changed, looked = asyncio.Event(), asyncio.Event()

    async def changes() -> None:
        async with transaction() as tx:
            await tx.rows(f"UPDATE agent SET {change} WHERE id = %s", anna.id)
            await Session.end_all(tx, anna.id)
            changed.set()
            await looked.wait()

    async def waits_or_is_in() -> bool:
        return bool(await lock_waits() or await Session.all().count())

    async def looks() -> None:
        await changed.wait()
        await until(waits_or_is_in)
        looked.set()

    async def signs_in() -> Any:
        await changed.wait()
        return await Session.sign_in("acme", anna.email, "tall green ladder", keys=keys, now=clock())

    _, _, signed_in = await all_at_once(changes(), looks(), signs_in())
    assert signed_in is Invalid
    assert await Session.filter(revoked_at=None).count() == 0
