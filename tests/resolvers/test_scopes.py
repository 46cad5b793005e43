"""Who shares what is executed for events: those in whom nothing is different that they could be told by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest

from models.actor import OVERSEERS, AgentActor, GuestActor, KnownActor, SignedInGuest
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.words import Role
from realtime.sharing import Shared
from resolvers.scopes import scope_of
from tests.builders import MONDAY

BELOW_ALL = [Shared.OWN, Shared.PEERS, Shared.COLLEAGUES]
LETS_IN = {"session_id", "expires_at"}
"""How they came in, and until when: on each device in another way."""

pytestmark = pytest.mark.usefixtures("db")  # without one, rows have no columns


def contact(id: int = 1) -> Contact:
    return Contact(id=id, organization_id=1, name="Grace")


def by_link() -> GuestActor:
    return GuestActor(contact(), None, None)


def signed_in() -> SignedInGuest:
    return SignedInGuest(
        contact(),
        None,
        None,
        is_verified=True,
        session_id=1,
        email="grace@guests.example",
        expires_at=MONDAY,
        all_ids=frozenset({1}),
    )


def otherwise() -> dict[str, Any]:
    """What is different about another guest, field by field."""
    return {
        "contact": contact(8),
        "meeting_id": 8,
        "conversation_id": 8,
        "is_verified": True,
        "member_id": 8,
        "link_id": 8,
        "others": frozenset({8}),
        "email": "heidi@guests.example",
        "all_ids": frozenset({8}),
    }


def agent(role: Role, *, id: int = 1, organization_id: int = 1, key_id: int | None = None) -> AgentActor:
    return AgentActor(
        Agent(id=id, organization_id=organization_id, role=role, name="Anna"), 1, MONDAY, key_id=key_id
    )


@pytest.mark.parametrize("make", [by_link, signed_in])
@pytest.mark.parametrize("among", BELOW_ALL)
async def test_guests_share_with_themselves_alone_as_they_are_there(
    make: Callable[[], GuestActor], among: Shared
) -> None:
    """Each field of theirs makes them another: one that is new has to be looked at here."""
    guest, others = make(), otherwise()
    assert scope_of(make(), among) == scope_of(guest, among)
    names = {field.name for field in fields(guest)} - LETS_IN
    if isinstance(guest, SignedInGuest):
        names -= {
            "others",
            "is_verified",
        }  # all of their contacts are in `all_ids`, and they are always verified
    for name in names:
        assert scope_of(replace(guest, **{name: others[name]}), among) != scope_of(guest, among), name


async def test_a_guest_who_has_signed_in_shares_with_none_who_has_not() -> None:
    held = replace(by_link(), is_verified=True)
    for among in BELOW_ALL:
        assert scope_of(held, among) not in (None, scope_of(signed_in(), among))


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("among", BELOW_ALL)
async def test_agents_share_with_who_sees_the_same_in_the_same_role(role: Role, among: Shared) -> None:
    anna, ben = agent(role), agent(role, id=2)
    is_alike = among is Shared.COLLEAGUES or (among is Shared.PEERS and role in OVERSEERS)
    assert (scope_of(anna, among) == scope_of(ben, among)) is is_alike
    assert scope_of(replace(anna, session_id=2, expires_at=None), among) == scope_of(anna, among)
    others: list[KnownActor] = [agent(other) for other in Role if other is not role]
    others += [agent(role, organization_id=2), agent(role, key_id=1), by_link()]
    for other in others:
        assert scope_of(other, among) != scope_of(anna, among)
    assert {field.name for field in fields(anna)} == {"agent", "key_id"} | LETS_IN
