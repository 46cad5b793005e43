"""Inputs about providers of calls."""

from __future__ import annotations

import strawberry

from models.words import MeetingProvider


@strawberry.input(
    description="Connects an account at a provider of calls: today a Jitsi Meet server. Of one that is connected"
    " already, the secret is replaced."
)
class ConnectMeetingProviderInput:
    provider: MeetingProvider = strawberry.field(description="JITSI; the others cannot be connected yet.")
    url: str = strawberry.field(
        description='The https address of the server, such as "https://meet.example.org".'
    )
    app_id: str | None = strawberry.field(
        default=None, description="By what the server knows us, where it lets nobody in without a token (JWT)."
    )
    app_secret: str | None = strawberry.field(
        default=None,
        description="What such a server checks tokens by (HS256), of 32 characters at least; never shown again.",
    )
    is_default: bool | None = strawberry.field(
        default=None,
        description="Where none is named, calls are made there. The first one is the default anyway.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None, description="The same key with the same input returns the first outcome."
    )


@strawberry.input
class DisconnectMeetingProviderInput:
    connection_id: strawberry.ID
