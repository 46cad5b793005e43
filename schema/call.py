"""Calls: who provides them, and which meetings get one by themselves."""

from __future__ import annotations

import strawberry

from models.call import connection
from models.words import ConnectionStatus, MeetingProvider
from resolvers import calendars
from schema.field import resolved_by
from schema.node import Node, UserError


@strawberry.type(
    description="Whether meetings by VIDEO get their call by themselves. Where it is switched off, or its provider is"
    " taken away, all of it is forgotten; calls that were made stay."
)
class VirtualMeetingAutomation:
    enabled: bool
    provider: MeetingProvider | None = strawberry.field(description="Null: the organization's default one.")
    has_password: bool = strawberry.field(
        description="Whether one joins a call with a password, where the provider has them. Jitsi has none: there, the"
        " name of the room cannot be guessed."
    )
    invite_attendees: bool = strawberry.field(
        description="Whether those whom a guest brings along are told of calls, too: of each that is made, and in their"
        " letters from when on, and then how, it is joined."
    )
    send_ics: bool = strawberry.field(
        description="Whether the calendar file comes with the news of a call, where that is a letter of its own: of a"
        " call that is made at once, the letters of the booking tell, which have it in any case."
    )


@strawberry.type(
    description="An account at a provider of calls. Its secret never comes back out. For administrators."
)
class MeetingProviderConnection(Node):
    rows = connection.MeetingProviderConnection
    provider: MeetingProvider
    account: str = strawberry.field(description="Of Jitsi, the address of the server.")
    status: ConnectionStatus
    is_default: bool = strawberry.field(description="Where none is named, calls are made there.")


@strawberry.type
class MeetingProviderConnectionPayload:
    connection: MeetingProviderConnection | None
    errors: list[UserError]


@strawberry.type
class DisconnectMeetingProviderPayload:
    disconnected: bool = resolved_by(calendars.was_disconnected)
    errors: list[UserError]
