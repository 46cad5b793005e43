"""A contact is given another name while a conversation of theirs begins."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from models.agent.agent import Agent
from models.contact.changing import update_contact
from models.contact.holding import holding
from models.conversation.conversation import Conversation
from models.conversation.searching import search
from models.conversation.starting import Beginning, start
from models.words import Role
from tests.builders import MONDAY, a_service, acting, an_agent
from tests.models.conversation.talks import MAILING, begun, details, guest_of
from tests.waiting import lock_waits, until


@pytest.fixture
async def chief(anna: Agent) -> Agent:
    return await an_agent(await anna.organization, "Chief", role=Role.ADMINISTRATOR)


async def found(name: str, chief: Agent) -> int:
    rows = search(Conversation.visible_to(acting(chief)), name, actor=acting(chief), unmasked=True)
    return await rows.count()


async def test_what_begins_meanwhile_is_found_by_the_new_name(anna: Agent, chief: Agent) -> None:
    organization = await anna.organization
    service = await a_service(organization, anna)
    guest = await guest_of(await begun(service, by=replace(details("Nora"), email="n@guests.example")))
    again = Beginning(organization=organization, text="Me again", service=service)
    renamed, begins = asyncio.Event(), asyncio.Event()

    async def rename() -> None:
        async with holding([guest.contact.id], organization=organization):
            await update_contact(guest.contact.id, actor=acting(chief), now=MONDAY, name="Renata")
            renamed.set()
            await begins.wait()

    async def begin() -> None:
        await renamed.wait()
        beginning = asyncio.create_task(start(again, actor=guest, mailing=MAILING, now=MONDAY))

        async def is_over_or_waits() -> bool:
            return beginning.done() or await lock_waits() > 0

        await until(is_over_or_waits)
        begins.set()
        await beginning

    await asyncio.gather(rename(), begin())
    assert (await found("Renata", chief), await found("Nora", chief)) == (2, 0)
