"""API keys: what programs of an organization sign in with.

A key acts as an agent of its own, who is no person: all that it does is told of by its name, and goes on being so when
the key is revoked. The key itself is kept as a fingerprint, and shown once.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tortoise import connections, fields
from tortoise.queryset import QuerySet

from errors import Invalid, NotAllowed, NotFound, Unauthenticated
from models import input
from models.actor import AgentActor, KnownActor
from models.agent.agent import Agent
from models.audit.auditing import audit
from models.base import Owned, columns_of, row_of, width_of
from models.idempotency import Once, earlier_outcome, remember_outcome
from models.keyring import fingerprint
from models.organization.organization import Organization
from models.recognition import Recognition, rows
from models.transactions import transaction
from models.words import Role
from models.writing import each_of

PREFIX = "fd_"
MOST_KEYS = 100
_NOTED = timedelta(minutes=1)
_SHOWN = len(PREFIX) + 4
# No mail goes there (RFC 6761 §6.4): a key has an address only because every agent has one.
_ADDRESS = "{}@keys.invalid"


class ApiKey(Owned):
    """`agent` is who acts by it; `start` its first letters, by which people tell keys apart.

    When it was used last is noted once a minute at most.
    """

    name = fields.CharField(max_length=200)
    agent: fields.ForeignKeyRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, on_delete=fields.CASCADE
    )
    agent_id: int
    created_by: fields.ForeignKeyNullableRelation[Agent] = fields.ForeignKeyField(
        "frontdesk.Agent", related_name=False, null=True, on_delete=fields.SET_NULL
    )
    created_by_id: int | None
    start = fields.CharField(max_length=16)
    key_hash = fields.CharField(max_length=64, unique=True)
    created_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(null=True)
    last_used_at = fields.DatetimeField(null=True)
    revoked_at = fields.DatetimeField(null=True)

    class Meta:
        table = "api_key"

    @classmethod
    def visible_to(cls, actor: KnownActor) -> QuerySet[ApiKey]:
        """All of the organization to its administrators, and none to anybody else."""
        if not isinstance(actor, AgentActor) or actor.agent.role is not Role.ADMINISTRATOR:
            return cls.filter(id__in=[])
        return cls.filter(organization_id=actor.organization_id)

    @classmethod
    async def recognise(cls, key: str, *, now: datetime) -> AgentActor:
        """Who acts by the key; refuses Unauthenticated where it is unknown, revoked or expired."""
        values = await _keys.ask(fingerprint(key))
        found = None if values is None else row_of(cls, values[: width_of(cls)])
        if values is None or found is None or (found.expires_at is not None and found.expires_at <= now):
            raise Unauthenticated("The API key is not valid.")
        if found.last_used_at is None or found.last_used_at <= now - _NOTED:
            await cls.filter(id=found.id).update(last_used_at=now)
        agent = row_of(Agent, values[width_of(cls) :])
        return AgentActor(agent=agent, session_id=0, expires_at=found.expires_at, key_id=found.id)

    @classmethod
    async def roles(cls, key_ids: Collection[int], *, now: datetime) -> dict[int, Role]:
        """The role in which each of these keys acts now; those that have ended have none."""
        found = await connections.get("default").execute_query_dict(
            "SELECT api_key.id, agent.role FROM api_key JOIN agent ON agent.id = api_key.agent_id"
            " WHERE api_key.id = ANY(%s) AND api_key.revoked_at IS NULL AND agent.is_active"
            " AND (api_key.expires_at IS NULL OR api_key.expires_at > %s)",
            [list(key_ids), now],
        )
        return {row["id"]: Role(row["role"]) for row in found}


async def _keys_of(hashes: Sequence[str]) -> list[Sequence[object] | None]:
    """The keys of these fingerprints, unless they were revoked, with the active agents who act by them, as values of
    their rows."""
    keys = {hash: values for hash, *values in await rows(_keys_sql(), [list(set(hashes))])}
    return [keys.get(hash) for hash in hashes]


_keys = Recognition(_keys_of)


@cache
def _keys_sql() -> bytes:
    key, agent = columns_of(ApiKey, "key"), columns_of(Agent, "agent")
    return _KEYS.format(each=each_of("$1::text[]"), key=key, agent=agent).encode()


# Each table is looked up by its index for each row: see `_PART` in models/conversation/telling.py.
_KEYS = """
SELECT asked.hash, {key}, {agent} FROM {each} asked (hash)
CROSS JOIN LATERAL (SELECT * FROM api_key one WHERE one.key_hash = asked.hash AND one.revoked_at IS NULL OFFSET 0) key
CROSS JOIN LATERAL (SELECT * FROM agent one WHERE one.id = key.agent_id AND one.is_active OFFSET 0) agent
"""


@dataclass(frozen=True, slots=True)
class MadeKey:
    """A new key, and what it is: None where the request has come before, as it is shown once."""

    row: ApiKey
    key: str | None


async def create_api_key(
    *,
    actor: AgentActor,
    name: str,
    role: Role,
    expires_at: datetime | None = None,
    now: datetime,
    once: Once | None = None,
) -> MadeKey:
    """Make a key that acts in this role until then, or until it is revoked.

    Refuses NotAllowed to all but administrators who have signed in themselves: a key makes no keys, which would outlive
    it. Refuses Invalid for a moment that is past, and for more than a hundred keys.
    """
    _check_administers(actor)
    name = input.line(name, field=("name",))
    if expires_at is not None and expires_at <= now:
        raise Invalid("This is past.", field=("expiresAt",))
    secret = PREFIX + secrets.token_urlsafe(32)
    async with transaction() as tx:
        if (earlier := await earlier_outcome(tx, once)) is not None:
            return MadeKey(await ApiKey.get(id=earlier), None)
        organization = await Organization.filter(id=actor.organization_id).select_for_update(no_key=True).get()
        if await ApiKey.filter(organization_id=organization.id, revoked_at__isnull=True).count() >= MOST_KEYS:
            raise Invalid(f"There are at most {MOST_KEYS} API keys: revoke one first.")
        row = await ApiKey.create(
            organization_id=organization.id,
            name=name,
            agent=await _its_agent(organization, name=name, role=role),
            created_by_id=actor.agent.id,
            start=secret[:_SHOWN],
            key_hash=fingerprint(secret),
            created_at=now,
            expires_at=expires_at,
        )
        said = {"name": name, "role": role, "expires_at": expires_at}
        await audit(tx, "createApiKey", row, actor=actor, after=said)
        await remember_outcome(tx, once, row.id)
    return MadeKey(row, secret)


async def revoke_api_key(key_id: int, *, actor: AgentActor, now: datetime) -> None:
    """Have the key be good for nothing from now on, also where it is in use; doing it again changes nothing.

    Refuses NotAllowed as for making one, and NotFound.
    """
    _check_administers(actor)
    async with transaction() as tx:
        row = await ApiKey.filter(id=key_id, organization_id=actor.organization_id).select_for_update().first()
        if row is None:
            raise NotFound("There is no such API key.", field=("id",))
        if row.revoked_at is not None:
            return
        row.revoked_at = now
        await row.save(update_fields=["revoked_at"])
        await Agent.filter(id=row.agent_id).update(is_active=False)
        await audit(tx, "revokeApiKey", row, actor=actor, before={"name": row.name})


def _check_administers(actor: AgentActor) -> None:
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise NotAllowed("Only administrators have to do with API keys.")
    if actor.key_id is not None:
        raise NotAllowed("An API key neither makes nor revokes API keys: sign in yourself.")


async def _its_agent(organization: Organization, *, name: str, role: Role) -> Agent:
    slug = f"key-{secrets.token_hex(8)}"
    return await Agent.create(
        organization_id=organization.id,
        name=name,
        slug=slug,
        email=_ADDRESS.format(slug),
        role=role,
        time_zone=organization.time_zone,
        is_person=False,
        online_planning=False,
    )
