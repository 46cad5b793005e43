"""API keys, for administrators."""

from __future__ import annotations

from strawberry import ID

from errors import Forbidden
from models.agent import key
from models.agent.agent import Agent
from models.agent.key import ApiKey
from models.words import Role
from resolvers import ids
from resolvers.context import Info
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.sessions import CreateApiKeyInput


async def api_keys(info: Info) -> list[ApiKey]:
    """The newest first, also those that are revoked or have expired."""
    actor = info.context.agent()
    if actor.agent.role is not Role.ADMINISTRATOR:
        raise Forbidden("Only administrators see API keys.")
    return await ApiKey.visible_to(actor).order_by("-id")


async def created_by(info: Info, root: ApiKey) -> Agent | None:
    return None if root.created_by_id is None else await info.context.loaders.agents.load(root.created_by_id)


async def role(info: Info, root: ApiKey) -> Role | None:
    agent = await info.context.loaders.agents.load(root.agent_id)
    return None if agent is None else agent.role


@refusals_as_values
async def create_api_key(info: Info, input: CreateApiKeyInput) -> Payload:
    actor, now = info.context.agent(), info.context.now()
    once = once_of(info.context, "createApiKey", input, organization_id=actor.organization_id)
    made = await key.create_api_key(
        actor=actor, name=input.name, role=input.role, expires_at=input.expires_at, now=now, once=once
    )
    return Payload(key=made.key, api_key=made.row)


@refusals_as_values
async def revoke_api_key(info: Info, id: ID) -> Payload:
    actor, row = info.context.agent(), ids.decode(id, "ApiKey", field=("id",))
    await key.revoke_api_key(row, actor=actor, now=info.context.now())
    return Payload(revoked=True)


def was_revoked(root: Payload) -> bool:
    return root.revoked is True
