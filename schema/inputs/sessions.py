"""Inputs about signing in, and API keys."""

from __future__ import annotations

from datetime import datetime

import strawberry

from models.words import Role
from schema.enums import ENUMS
from schema.inputs.words import IDEMPOTENCY_KEY

assert ENUMS  # they are told to Strawberry before any input names them


@strawberry.input
class SignInInput:
    organization: str = strawberry.field(description="The organization's slug.")
    email: str
    password: str


@strawberry.input
class RefreshSessionInput:
    refresh_token: str


@strawberry.input
class CreateApiKeyInput:
    name: str = strawberry.field(description="Under which what is done by it is told of.")
    role: Role
    expires_at: datetime | None = strawberry.field(default=None, description="Null: good until it is revoked.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input
class RequestGuestCodeInput:
    organization: str = strawberry.field(description="The organization's slug.")
    email: str


@strawberry.input
class VerifyGuestCodeInput:
    organization: str = strawberry.field(description="The organization's slug.")
    email: str
    code: str = strawberry.field(
        description="Six digits. Of five tries the right one counts; then ask for another."
    )


@strawberry.input
class SetPasswordInput:
    token: str = strawberry.field(description="What the mailed link has behind its #.")
    password: str = strawberry.field(
        description="8 to 1000 characters of any kind; none that is tried first, such as a common one or one's name."
    )


@strawberry.input
class RequestPasswordResetInput:
    organization: str = strawberry.field(description="The organization's slug.")
    email: str
