"""Signing in, the viewer, and API keys."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.agent.key import ApiKey as ApiKeyRow
from models.words import Permission, Role
from resolvers import api_keys, sessions
from schema.agent import Agent
from schema.contact import Contact
from schema.field import resolved_by
from schema.node import Node, UserError
from schema.organization import Organization


@strawberry.type(description="Who asks. The public has neither agent nor guest.")
class Viewer:
    agent: Agent | None
    guest: Contact | None
    organization: Organization | None = resolved_by(sessions.organization_of_viewer)
    permissions: list[Permission] = resolved_by(sessions.permissions_of_viewer)


@strawberry.type(description="`expiresAt` is the access token's. A refresh token is good for one exchange.")
class SignInPayload:
    access_token: str | None
    refresh_token: str | None
    expires_at: datetime | None
    agent: Agent | None
    errors: list[UserError]


@strawberry.type(description="The same for everybody, whether or not they have been here before.")
class RequestGuestCodePayload:
    sent: bool = resolved_by(sessions.was_sent)
    errors: list[UserError]


@strawberry.type
class GuestSessionPayload:
    guest_token: str | None = strawberry.field(
        description="A bearer token, which shows all of the guest's meetings and conversations; they book, move, cancel"
        " and talk by it."
    )
    expires_at: datetime | None
    guest: Contact | None
    errors: list[UserError]


@strawberry.type
class SignOutPayload:
    ok: bool


@strawberry.type(
    description="With what a program signs in: `Authorization: Bearer fd_…`. It acts as an agent of its own, under"
    " whose name it is told of. For administrators."
)
class ApiKey(Node):
    rows = ApiKeyRow
    name: str
    role: Role = resolved_by(api_keys.role)
    start: str = strawberry.field(description="Its first letters, by which people tell keys apart.")
    created_at: datetime
    created_by: Agent | None = resolved_by(api_keys.created_by)
    expires_at: datetime | None = strawberry.field(description="Null: it is good until it is revoked.")
    last_used_at: datetime | None = strawberry.field(description="To the minute.")
    revoked_at: datetime | None


@strawberry.type
class CreateApiKeyPayload:
    key: str | None = strawberry.field(
        description="Shown here and never again; null where the request has come before."
    )
    api_key: ApiKey | None
    errors: list[UserError]


@strawberry.type
class RevokeApiKeyPayload:
    revoked: bool = resolved_by(api_keys.was_revoked)
    errors: list[UserError]


@strawberry.type
class SetPasswordPayload:
    ok: bool = resolved_by(sessions.was_done)
    errors: list[UserError]


@strawberry.type
class RequestPasswordResetPayload:
    sent: bool = strawberry.field(description="Always true: it is not said whether there is such an agent.")
    errors: list[UserError]
