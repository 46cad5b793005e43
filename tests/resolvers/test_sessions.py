"""Signing in, tokens and what becomes of them, and the viewer."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from time import process_time
from typing import Any

import jwt
import pytest

from errors import Unauthenticated
from models.agent.agent import Agent
from models.agent.session import ACCESS_LIFETIME, SESSION_LIFETIME, Session, hash_password
from models.keyring import Keyring
from models.meeting.meeting import Meeting
from models.words import Role
from resolvers.context import recognise
from tests.builders import MONDAY, Clock, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn, Talk

SIGN_IN = """mutation($input: SignInInput!) {
  signIn(input: $input) { accessToken refreshToken expiresAt agent { name email } errors { code message field } }
}"""
REFRESH = """mutation($input: RefreshSessionInput!) {
  refreshSession(input: $input) { accessToken refreshToken expiresAt agent { name } errors { code field } }
}"""
SIGN_OUT = "mutation { signOut { ok } }"
VIEWER = "{ viewer { agent { name } guest { name } organization { slug } permissions } }"

RIGHT = {"organization": "acme", "email": "anna@acme.example", "password": "frontdesk"}
NOTHING = {"accessToken": None, "refreshToken": None, "expiresAt": None, "agent": None}


@pytest.fixture(scope="module")
async def password_hash() -> str:
    """Made once: to make it takes long on purpose."""
    return await hash_password("frontdesk")


@pytest.fixture(autouse=True)
async def password(anna: Agent, password_hash: str) -> None:
    await Agent.filter(id=anna.id).update(password_hash=password_hash)


async def tokens(public: Client) -> dict[str, Any]:
    signed_in = await public.do(SIGN_IN, input=RIGHT)
    assert signed_in["errors"] == []
    return signed_in


async def refresh(client: Client, token: str) -> dict[str, Any]:
    return await client.do(REFRESH, input={"refreshToken": token})


async def test_the_right_password_begins_a_session(public: Client, sign_in: SignIn) -> None:
    signed_in = await tokens(public)
    assert signed_in["agent"] == {"name": "Anna", "email": "anna@acme.example"}
    assert signed_in["expiresAt"] == "2027-03-01T07:15:00Z"
    client = await sign_in.bearer(signed_in["accessToken"])
    assert (await client.do(VIEWER))["agent"] == {"name": "Anna"}


async def test_an_address_is_recognised_however_it_is_written(public: Client) -> None:
    signed_in = await public.do(SIGN_IN, input={**RIGHT, "email": " ANNA@Acme.Example "})
    assert signed_in["errors"] == []


WRONG = [
    {"password": "frontdesk "},
    {"password": ""},
    {"password": "x" * 100_000},
    {"password": "\0"},
    {"password": "\ud800"},
    {"email": "nobody@acme.example"},
    {"email": ""},
    {"email": "\0"},
    {"email": "\ud800"},
    {"email": "x" * 100_000},
    {"organization": "rival"},
    {"organization": "\0"},
    {"email": "gone@acme.example"},
    {"email": "silent@acme.example"},
]


async def test_whatever_is_wrong_the_answer_is_the_same(
    public: Client, anna: Agent, password_hash: str
) -> None:
    organization = await anna.organization
    await an_agent(organization, "Gone", is_active=False, password_hash=password_hash)
    await an_agent(organization, "Silent")  # without a password
    await an_agent(await an_organization("rival"), "Eve")
    error = {"code": "INVALID", "message": "The e-mail address or the password is wrong.", "field": None}
    for wrong in WRONG:
        assert await public.do(SIGN_IN, input={**RIGHT, **wrong}) == {**NOTHING, "errors": [error]}, wrong
    assert await Session.all().count() == 0


async def test_an_address_that_is_nobodys_takes_as_much_work_as_a_wrong_password(public: Client) -> None:
    async def work(**wrong: str) -> float:
        """The least of what it took: the same work takes longer on a processor that others use."""
        seconds = []
        for _ in range(3):
            before = process_time()
            await public.do(SIGN_IN, input={**RIGHT, **wrong})
            seconds.append(process_time() - before)
        return min(seconds)

    assert await work(email="nobody@acme.example") > await work(password="wrong") / 2


async def test_an_access_token_ends_on_time(public: Client, sign_in: SignIn, clock: Clock) -> None:
    signed_in = await tokens(public)
    clock.now += ACCESS_LIFETIME - timedelta(seconds=1)
    await sign_in.bearer(signed_in["accessToken"])
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated, match="expired"):
        await sign_in.bearer(signed_in["accessToken"])


async def test_an_authorization_that_is_none_is_refused(sign_in: SignIn) -> None:
    for authorization in ("Basic YTpi", "Bearer", "Bearer ", "nonsense", " ", "Bearer a b"):
        with pytest.raises(Unauthenticated):
            await recognise(authorization, world=sign_in.world)


async def test_forged_tokens_are_refused(public: Client, sign_in: SignIn, keys: Keyring) -> None:
    signed_in = await tokens(public)
    session = await Session.get()
    claims = {"sid": session.id, "exp": int((MONDAY + timedelta(hours=1)).timestamp())}
    key = keys.key("access-token")
    header, payload, signature = signed_in["accessToken"].split(".")
    for forged in (
        jwt.encode(claims, b"another key, also of 32 bytes ....", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, key + key, algorithm="HS512"),
        jwt.encode({"sid": session.id}, key, algorithm="HS256"),
        jwt.encode({"exp": claims["exp"]}, key, algorithm="HS256"),
        f"{header}.{payload}.{signature[:-4]}AAAA",
        f"{header}.{payload}.",
        signed_in["refreshToken"],
        "a.b.c",
        "\0",
        "ÄÖÜ",
        "\ud800",
        "x" * 100_000,
    ):
        with pytest.raises(Unauthenticated):
            await sign_in.bearer(forged)


async def test_an_agent_who_was_made_inactive_is_signed_out(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    signed_in = await tokens(public)
    await Agent.filter(id=anna.id).update(is_active=False)
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(signed_in["accessToken"])
    assert (await refresh(public, signed_in["refreshToken"]))["errors"][0]["code"] == "INVALID"


async def test_a_refresh_token_is_exchanged_for_new_ones(public: Client, sign_in: SignIn, clock: Clock) -> None:
    signed_in = await tokens(public)
    clock.advance(days=1)
    renewed = await refresh(public, signed_in["refreshToken"])
    assert renewed["errors"] == []
    assert renewed["refreshToken"] != signed_in["refreshToken"]
    assert renewed["expiresAt"] == "2027-03-02T07:15:00Z"
    await sign_in.bearer(renewed["accessToken"])
    assert (await refresh(public, renewed["refreshToken"]))["errors"] == []


@pytest.mark.parametrize("exchanges", [1, 2, 3])
async def test_a_refresh_token_that_comes_twice_ends_the_session(
    public: Client, sign_in: SignIn, exchanges: int
) -> None:
    stolen = newest = await tokens(public)
    for _ in range(exchanges):
        newest = await refresh(public, newest["refreshToken"])
    refused = await refresh(public, stolen["refreshToken"])
    assert refused == {**NOTHING, "errors": [{"code": "INVALID", "field": ["refreshToken"]}]}
    assert (await refresh(public, newest["refreshToken"]))["errors"][0]["code"] == "INVALID"
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(newest["accessToken"])


async def test_of_two_exchanges_at_once_one_wins_and_the_session_ends(public: Client, sign_in: SignIn) -> None:
    signed_in = await tokens(public)
    answers = await asyncio.gather(*(refresh(public, signed_in["refreshToken"]) for _ in range(4)))
    assert sum(answer["errors"] == [] for answer in answers) == 1
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(signed_in["accessToken"])


async def test_a_spent_token_ends_no_other_session(public: Client, sign_in: SignIn) -> None:
    first, second = await tokens(public), await tokens(public)
    await refresh(public, first["refreshToken"])
    await refresh(public, first["refreshToken"])
    await sign_in.bearer(second["accessToken"])
    assert (await refresh(public, second["refreshToken"]))["errors"] == []


async def test_a_refresh_token_that_is_none_is_refused_and_ends_nothing(
    public: Client, sign_in: SignIn
) -> None:
    signed_in = await tokens(public)
    for token in ("", "a.b", "\0", "ÄÖÜ", "\ud800", "AAAAAAAAAAE=.x", "x" * 100_000):
        assert (await refresh(public, token))["errors"] == [{"code": "INVALID", "field": ["refreshToken"]}]
    await sign_in.bearer(signed_in["accessToken"])


async def test_a_session_ends_on_its_day(public: Client, clock: Clock) -> None:
    signed_in = await tokens(public)
    clock.now += SESSION_LIFETIME
    assert (await refresh(public, signed_in["refreshToken"]))["errors"][0]["code"] == "INVALID"


async def test_signing_out_ends_both_tokens(public: Client, sign_in: SignIn) -> None:
    signed_in, other = await tokens(public), await tokens(public)
    client = await sign_in.bearer(signed_in["accessToken"])
    assert await client.do(SIGN_OUT) == {"ok": True}
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(signed_in["accessToken"])
    assert (await refresh(public, signed_in["refreshToken"]))["errors"][0]["code"] == "INVALID"
    await sign_in.bearer(other["accessToken"])


async def test_only_agents_sign_out(public: Client, talk: Talk) -> None:
    for client in (public, talk.grace):
        assert (await client.run(SIGN_OUT)).codes == ["UNAUTHENTICATED"]


async def test_the_viewer_is_whoever_asks(public: Client, talk: Talk, sign_in: SignIn, anna: Agent) -> None:
    nobody: dict[str, Any] = {"agent": None, "guest": None, "organization": None, "permissions": []}
    assert await public.do(VIEWER) == nobody
    assert await talk.grace.do(VIEWER) == {
        **nobody,
        "guest": {"name": "Grace Guest"},
        "organization": {"slug": "acme"},
    }
    seen = await talk.anna.do(VIEWER)
    assert (seen["agent"], seen["guest"]) == ({"name": "Anna"}, None)
    assert seen["organization"] == {"slug": "acme"}
    assert "MANAGE_ORGANIZATION" not in seen["permissions"]
    chief = await an_agent(await anna.organization, "Chief", role=Role.ADMINISTRATOR)
    assert "MANAGE_ORGANIZATION" in (await sign_in.agent(chief).do(VIEWER))["permissions"]


async def test_forged_and_renewed_manage_tokens_are_refused(talk: Talk, sign_in: SignIn) -> None:
    for forged in (talk.token[:-4] + "AAAA", "guest_", "guest_ÄÖÜ", "guest_" + "A" * 48, talk.token + "A"):
        with pytest.raises(Unauthenticated):
            await sign_in.bearer(forged)
    await Meeting.all().update(link_key=1)
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(talk.token)
