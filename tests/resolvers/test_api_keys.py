"""API keys: made and revoked by administrators, good for what their role may do, and told of by their names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from errors import Unauthenticated
from models.agent.agent import Agent
from models.agent.key import ApiKey
from models.link import ScheduleLink
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import MONDAY, Clock, an_agent, an_organization
from tests.resolvers import key_documents as keys
from tests.resolvers import planning_documents as plan
from tests.resolvers import staff_documents as staff
from tests.resolvers.conftest import Client, SignIn, Talk
from tests.resolvers.documents import ASSIGN, BOOK, TEN, codes, wish

VIEWER = "{ viewer { agent { name role } permissions } }"
AGENTS = "{ organization { agents { totalCount edges { node { name } } } } }"
HISTORY = "query($id: ID!) { meeting(id: $id) { history { kind actor { ... on Agent { name } } } } }"


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def made(client: Client, name: str = "Website", role: str = "SUPERVISOR", **more: Any) -> dict[str, Any]:
    answer = await client.do(keys.CREATE, input={"name": name, "role": role, **more})
    assert answer["errors"] == []
    return answer


async def listed(client: Client) -> list[dict[str, Any]]:
    return list((await client.run(keys.LISTED)).data["apiKeys"])


async def test_a_key_acts_in_its_role_under_its_name(ada: Client, sign_in: SignIn) -> None:
    website = await sign_in.bearer((await made(ada))["key"])
    seen = await website.do(VIEWER)
    assert seen["agent"] == {"name": "Website", "role": "SUPERVISOR"}
    assert "SUPERVISE" in seen["permissions"]
    assert codes(await website.do(plan.CREATE_SUBJECT, input={"name": "Loans"})) == ["FORBIDDEN"]
    manager = await sign_in.bearer((await made(ada, role="MANAGER"))["key"])
    assert codes(await manager.do(plan.CREATE_SUBJECT, input={"name": "Loans"})) == []


async def test_history_goes_on_telling_of_a_revoked_key_by_its_name(
    ada: Client, sign_in: SignIn, annas_link: ScheduleLink
) -> None:
    key = await made(ada)
    website = await sign_in.bearer(key["key"])
    booked = await website.do(BOOK, input=wish(TEN))
    await ada.do(keys.REVOKE, id=key["apiKey"]["id"])
    history = (await ada.do(HISTORY, id=booked["meeting"]["id"]))["history"]
    assert history == [{"kind": "BOOKED", "actor": {"name": "Website"}}]


async def test_a_key_is_shown_once_and_kept_as_a_fingerprint(ada: Client) -> None:
    answer = await made(ada, expiresAt="2027-06-01T00:00:00Z")
    row = await ApiKey.get()
    assert answer["key"].startswith("fd_")
    assert len(answer["key"]) >= 40
    assert answer["key"] not in (row.key_hash, row.start, row.name)
    [shown] = await listed(ada)
    assert shown == {
        "id": ids.encode("ApiKey", row.id),
        "name": "Website",
        "role": "SUPERVISOR",
        "start": answer["key"][:7],
        "createdAt": "2027-03-01T07:00:00Z",
        "createdBy": {"name": "Ada"},
        "expiresAt": "2027-06-01T00:00:00Z",
        "lastUsedAt": None,
        "revokedAt": None,
    }


async def test_a_request_that_comes_twice_makes_one_key_and_shows_it_once(ada: Client) -> None:
    first, again = await made(ada, idempotencyKey="k"), await made(ada, idempotencyKey="k")
    assert again["apiKey"] == first["apiKey"]
    assert (first["key"] is None, again["key"]) == (False, None)
    assert await ApiKey.all().count() == 1


async def test_a_revoked_key_is_good_for_nothing(ada: Client, sign_in: SignIn) -> None:
    key, other = await made(ada), await made(ada, "Nightly export")
    assert (await ada.do(keys.REVOKE, id=key["apiKey"]["id"])) == {"revoked": True, "errors": []}
    assert (await ada.do(keys.REVOKE, id=key["apiKey"]["id"])) == {"revoked": True, "errors": []}
    with pytest.raises(Unauthenticated, match="API key"):
        await sign_in.bearer(key["key"])
    await sign_in.bearer(other["key"])
    assert [one["revokedAt"] is None for one in await listed(ada)] == [True, False]


async def test_a_key_ends_on_time(ada: Client, sign_in: SignIn, clock: Clock) -> None:
    key = (await made(ada, expiresAt=(clock() + timedelta(days=1)).isoformat()))["key"]
    clock.advance(hours=23, minutes=59, seconds=59)
    await sign_in.bearer(key)
    clock.advance(seconds=1)
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(key)


@pytest.mark.parametrize("spoiled", ["fd_", "fd_nothing", "fd_\0", "fd_\ud800", "fd_" + "x" * 100_000])
async def test_what_is_no_key_is_refused(ada: Client, sign_in: SignIn, spoiled: str) -> None:
    await made(ada)
    with pytest.raises(Unauthenticated):
        await sign_in.bearer(spoiled)


async def test_it_is_told_when_a_key_was_used_last_to_the_minute(
    ada: Client, sign_in: SignIn, clock: Clock
) -> None:
    key, unused = (await made(ada))["key"], await made(ada)
    await sign_in.bearer(key)
    clock.advance(seconds=59)
    await sign_in.bearer(key)
    assert [one["lastUsedAt"] for one in await listed(ada)] == [None, "2027-03-01T07:00:00Z"]
    clock.advance(seconds=1)
    await sign_in.bearer(key)
    assert [one["lastUsedAt"] for one in await listed(ada)] == [None, "2027-03-01T07:01:00Z"]
    assert unused["apiKey"]["lastUsedAt"] is None


async def test_a_key_makes_and_revokes_no_keys_and_signs_nobody_out(ada: Client, sign_in: SignIn) -> None:
    program = await sign_in.bearer((await made(ada, role="ADMINISTRATOR"))["key"])
    assert codes(await program.do(keys.CREATE, input={"name": "Spare", "role": "AGENT"})) == ["FORBIDDEN"]
    own = (await listed(ada))[0]["id"]
    assert codes(await program.do(keys.REVOKE, id=own)) == ["FORBIDDEN"]
    assert (await program.run("mutation { signOut { ok } }")).codes == ["FORBIDDEN"]
    assert len(await listed(program)) == 1


@pytest.mark.parametrize("role", [Role.MANAGER, Role.BOOKING_MANAGER, Role.SUPERVISOR, Role.AGENT])
async def test_only_administrators_have_to_do_with_keys(
    sign_in: SignIn, ada: Client, organization: Organization, role: Role
) -> None:
    key, zoe = await made(ada), sign_in.agent(await an_agent(organization, "Zoe", role=role))
    assert codes(await zoe.do(keys.CREATE, input={"name": "Mine", "role": "AGENT"})) == ["FORBIDDEN"]
    assert codes(await zoe.do(keys.REVOKE, id=key["apiKey"]["id"])) == ["FORBIDDEN"]
    assert (await zoe.run(keys.LISTED)).codes == ["FORBIDDEN"]


async def test_an_organizations_keys_are_its_own(ada: Client, sign_in: SignIn) -> None:
    key = await made(ada)
    rival = await an_organization("rival")
    eve = sign_in.agent(await an_agent(rival, "Eve", role=Role.ADMINISTRATOR))
    assert await listed(eve) == []
    assert codes(await eve.do(keys.REVOKE, id=key["apiKey"]["id"])) == ["NOT_FOUND"]
    program = await sign_in.bearer((await made(eve))["key"])
    assert (await program.do("{ organization { slug } }")) == {"slug": "rival"}


async def test_a_key_is_nobody_to_whom_anything_is_given(ada: Client, sign_in: SignIn, talk: Talk) -> None:
    program = await sign_in.bearer((await made(ada))["key"])
    its_agent = await Agent.get(name="Website")
    id = ids.encode("Agent", its_agent.id)
    names = [edge["node"]["name"] for edge in (await ada.do(AGENTS))["agents"]["edges"]]
    assert names == ["Ada", "Anna"]
    assert codes(await program.do(ASSIGN, input={"conversationId": talk.id})) == ["NOT_FOUND"]
    assert codes(await ada.do(ASSIGN, input={"conversationId": talk.id, "agentId": id})) == ["NOT_FOUND"]
    assert codes(await ada.do(plan.UPDATE_AGENT, input={"agentId": id, "isActive": False})) == ["NOT_FOUND"]
    booked = await program.do(BOOK, input=wish(TEN, slots={"agentId": id}))
    assert codes(booked) == ["NOT_FOUND"]


async def test_there_are_a_hundred_keys_at_most(ada: Client, organization: Organization, anna: Agent) -> None:
    for number in range(100):
        await ApiKey.create(
            organization=organization,
            name="Old",
            agent=anna,
            start="fd_",
            key_hash=str(number),
            created_at=MONDAY,
        )
    full = await ada.do(keys.CREATE, input={"name": "One more", "role": "AGENT"})
    assert codes(full) == ["INVALID"]
    await ada.do(keys.REVOKE, id=ids.encode("ApiKey", (await ApiKey.first()).id))  # type: ignore[union-attr]
    await made(ada)


async def test_a_key_neither_makes_nor_changes_administrators_who_would_outlive_it(
    ada: Client, sign_in: SignIn, anna: Agent, organization: Organization
) -> None:
    eve = await an_agent(organization, "Eve", role=Role.ADMINISTRATOR)
    program = await sign_in.bearer((await made(ada, role="ADMINISTRATOR"))["key"])
    zoe = {"name": "Zoe", "email": "zoe@acme.example"}
    assert codes(await program.do(staff.CREATE, input={**zoe, "role": "ADMINISTRATOR"})) == ["FORBIDDEN"]
    for agent, change in (
        (anna, {"role": "ADMINISTRATOR"}),
        (eve, {"email": "zoe@acme.example"}),
        (eve, {"role": "AGENT"}),
        (eve, {"isActive": False}),
    ):
        named = {"agentId": ids.encode("Agent", agent.id)}
        assert codes(await program.do(staff.UPDATE, input={**named, **change})) == ["FORBIDDEN"]
    assert codes(await program.do(staff.DELETE, input={"agentId": ids.encode("Agent", eve.id)})) == [
        "FORBIDDEN"
    ]
    assert codes(await program.do(staff.CREATE, input={**zoe, "role": "MANAGER"})) == []
    promoted = {"agentId": ids.encode("Agent", anna.id), "role": "ADMINISTRATOR"}
    assert codes(await ada.do(staff.UPDATE, input=promoted)) == []
