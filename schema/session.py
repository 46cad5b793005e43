"""Signing in, and the viewer."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.words import Permission
from resolvers import sessions
from schema.agent import Agent
from schema.contact import Contact
from schema.field import resolved_by
from schema.node import UserError
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


@strawberry.type
class SignOutPayload:
    ok: bool
