"""Passwords are chosen by a mailed link: at the invitation, and by who asks for a new one; and by nobody else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from models.agent.agent import Agent
from models.agent.password import INVITATION_LASTS, RESET_LASTS, password_url
from models.agent.session import Session, hash_password
from models.keyring import Keyring
from models.letter.ordered import Order, OrderedLetter
from models.organization.organization import Organization
from models.words import Role
from tests.builders import Clock, an_agent, an_organization
from tests.resolvers import staff_documents as staff
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes

GOOD = "tall green ladder"
ZOE = {"name": "Zoe Young", "email": "zoe@acme.example"}
ASKING = {"organization": "acme", "email": "anna@acme.example"}
UNUSABLE = {
    "ok": False,
    "errors": [
        {"code": "INVALID", "message": "This link is no longer good: ask for a new one.", "field": ["token"]}
    ],
}


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


@pytest.fixture
async def token(anna: Agent, keys: Keyring, clock: Clock) -> str:
    """What Anna is mailed when she asks for a new password."""
    return token_of(password_url(anna, until=clock() + RESET_LASTS, keys=keys, public_url="http://desk"))


def token_of(url: str | None) -> str:
    found = re.fullmatch(r"http://[a-z.]+/password#(set_[\w-]+)", url or "")
    assert found
    return found[1]


async def letters(keys: Keyring) -> list[Order]:
    return [order for row in await OrderedLetter.all().order_by("id") if (order := row.order(keys))]


async def choose(client: Client, token: str, password: str = GOOD) -> dict[str, Any]:
    return await client.do(staff.SET_PASSWORD, input={"token": token, "password": password})


async def signs_in(client: Client, email: str, password: str = GOOD) -> bool:
    answer = await client.do(
        staff.SIGN_IN, input={"organization": "acme", "email": email, "password": password}
    )
    return bool(answer["errors"] == [])


async def test_who_is_added_is_invited_to_choose_a_password(
    ada: Client, public: Client, keys: Keyring, clock: Clock
) -> None:
    await ada.do(staff.CREATE, input={**ZOE, "languages": ["it"]})
    [letter] = await letters(keys)
    assert (letter.occasion, letter.address, letter.name) == (
        "AGENT_INVITATION",
        "zoe@acme.example",
        "Zoe Young",
    )
    assert (letter.actor, letter.languages, letter.until) == ("Ada", ("it",), clock() + INVITATION_LASTS)
    assert not await signs_in(public, "zoe@acme.example")
    assert await choose(public, token_of(letter.url)) == {"ok": True, "errors": []}
    assert await signs_in(public, "zoe@acme.example")


async def test_nobody_is_invited_twice_by_a_request_that_comes_twice(ada: Client, keys: Keyring) -> None:
    for _ in range(2):
        await ada.do(staff.CREATE, input={**ZOE, "idempotencyKey": "k"})
    assert len(await letters(keys)) == 1


async def test_a_link_is_good_for_one_choice(public: Client, token: str) -> None:
    assert (await choose(public, token))["ok"]
    assert await choose(public, token, "another good one") == UNUSABLE
    assert await signs_in(public, "anna@acme.example")


async def test_a_link_ends_on_time(public: Client, token: str, clock: Clock) -> None:
    clock.now += RESET_LASTS - timedelta(seconds=1)
    assert codes(await choose(public, token, "short")) == ["INVALID"]
    clock.advance(seconds=1)
    assert await choose(public, token) == UNUSABLE


@pytest.mark.parametrize(
    "change", [{"email": "other@acme.example"}, {"is_active": False}, {"is_person": False}]
)
async def test_a_link_is_of_the_agent_as_they_were(
    public: Client, anna: Agent, token: str, change: dict[str, Any]
) -> None:
    await Agent.filter(id=anna.id).update(**change)
    assert await choose(public, token) == UNUSABLE


async def test_what_is_no_link_is_refused_in_the_same_words(
    public: Client, anna: Agent, token: str, clock: Clock
) -> None:
    other = password_url(anna, until=clock() + RESET_LASTS, keys=Keyring(b"y" * 32), public_url="http://desk")
    middle = len(token) // 2
    spoiled = [token[:middle] + ("B" if token[middle] == "A" else "A") + token[middle + 1 :]]
    for wrong in [
        *spoiled,
        token_of(other),
        token[:-4],
        token + "AAAA",
        "set_",
        "",
        "\0",
        "\ud800",
        "x" * 100_000,
    ]:
        assert await choose(public, wrong) == UNUSABLE, wrong[:80]


async def test_a_new_password_ends_what_the_old_one_began(
    public: Client, anna: Agent, token: str, clock: Clock
) -> None:
    own: dict[str, Any] = {"organization_id": anna.organization_id, "expires_at": clock() + timedelta(days=1)}
    hers = await Session.create(**own, agent=anna, refresh_hash="a")
    bens = await Session.create(**own, agent=await an_agent(await anna.organization, "Ben"), refresh_hash="b")
    await choose(public, token)
    assert (await Session.get(id=hers.id)).revoked_at is not None
    assert (await Session.get(id=bens.id)).revoked_at is None


@pytest.mark.parametrize(
    "easy",
    ["", "1234567", "x" * 1_001, "password", "PASSWORD123", "Frontdesk", "aaaaaaaaaaaa", "anna@acme.example"],
)
async def test_what_is_guessed_first_is_no_password(public: Client, token: str, easy: str) -> None:
    answer = await choose(public, token, easy)
    assert [(error["code"], error["field"]) for error in answer["errors"]] == [("INVALID", ["password"])]
    assert (await choose(public, token))["ok"]


@pytest.mark.parametrize(
    "good", ["x1234567", "пароль для Анны", "🙂🙃🙂🙃🙂🙃🙂🙃", "only letters", "a1" * 500]
)
async def test_what_a_password_is_made_of_is_nobodys_business(public: Client, token: str, good: str) -> None:
    assert (await choose(public, token, good))["ok"]
    assert await signs_in(public, "anna@acme.example", good)


async def test_a_password_is_the_same_however_its_letters_are_composed(public: Client, token: str) -> None:
    await choose(public, token, "caf\u00e9 del mar")
    assert await signs_in(public, "anna@acme.example", "cafe\u0301 del mar")


async def test_who_asks_is_mailed_a_link_once_in_five_minutes(
    public: Client, anna: Agent, keys: Keyring, clock: Clock
) -> None:
    await Agent.filter(id=anna.id).update(password_hash=await hash_password("forgotten"))
    for _ in range(3):
        assert await public.do(staff.RESET_PASSWORD, input=ASKING) == {"sent": True, "errors": []}
    clock.advance(minutes=5)
    await public.do(staff.RESET_PASSWORD, input={**ASKING, "email": " ANNA@acme.example"})
    first, second = await letters(keys)
    assert (first.occasion, first.address, first.until) == (
        "PASSWORD_RESET",
        "anna@acme.example",
        clock() - timedelta(minutes=5) + RESET_LASTS,
    )
    assert (await choose(public, token_of(first.url)))["ok"]
    assert await choose(public, token_of(second.url)) == UNUSABLE


async def test_nobody_learns_who_is_an_agent_and_nobody_else_is_mailed(
    public: Client, anna: Agent, keys: Keyring, clock: Clock
) -> None:
    organization = await anna.organization
    await an_agent(organization, "Gone", is_active=False)
    await an_agent(organization, "Website", is_person=False)
    await an_agent(await an_organization("rival"), "Eve")
    unknown = ["nobody", "gone", "website", "eve", "\0", "\ud800", "x" * 100_000]
    for name in unknown:
        asked = {**ASKING, "email": f"{name}@acme.example"}
        assert await public.do(staff.RESET_PASSWORD, input=asked) == {"sent": True, "errors": []}
    for organization_ in ("nowhere", "\0", "\ud800"):
        asked = {**ASKING, "organization": organization_}
        assert await public.do(staff.RESET_PASSWORD, input=asked) == {"sent": True, "errors": []}
    ordered = await letters(keys)
    assert len(ordered) == len(unknown)
    assert {(order.address, order.url, order.until) for order in ordered} == {
        ("nobody@agents.invalid", None, clock())
    }


async def test_who_asks_again_for_somebody_unknown_finds_as_little_to_do_as_for_an_agent(
    public: Client, anna: Agent, clock: Clock
) -> None:
    for email in ("anna@acme.example", "nobody@acme.example", "no.one@acme.example"):
        for _ in range(2):
            await public.do(staff.RESET_PASSWORD, input={**ASKING, "email": email})
    assert await OrderedLetter.all().count() == 3
    clock.advance(minutes=5)
    await public.do(staff.RESET_PASSWORD, input={**ASKING, "email": " NOBODY@acme.example"})
    assert await OrderedLetter.all().count() == 4
