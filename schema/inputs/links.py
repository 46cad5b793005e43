"""Inputs about schedule links. In updates, what is absent stays as it is."""

from __future__ import annotations

from datetime import date as date_
from datetime import datetime

import strawberry
from strawberry import UNSET

from models.words import MeetingType
from schema.enums import ENUMS
from schema.inputs.meetings import GuestInput
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY

assert ENUMS  # they are told to Strawberry before any input names them

_TO = "The last date, included."
_TIMES = (
    "The only starts it offers, at most 50: each is held until one is booked through the link, or it ends. All are"
    " taken, or none."
)
_SINGLE_USE = "Good for one booking, even if that is cancelled."
_SLUG = "Small letters (a-z), digits and hyphens; the address is the organization's slug, a slash and this."


@strawberry.input(
    description="A public address of one agent or one service. What it says cannot be named otherwise through it."
)
class LinkInput:
    agent_id: strawberry.ID | None = None
    service_id: strawberry.ID | None = None
    subject_id: strawberry.ID | None = None
    meeting_type: MeetingType | None = None
    duration_minutes: int | None = None
    from_: date_ | None = strawberry.field(name="from", default=None)
    to: date_ | None = strawberry.field(default=None, description=_TO)
    offered_times: list[datetime] | None = strawberry.field(default=None, description=_TIMES)
    single_use: bool | None = strawberry.field(default=False, description=_SINGLE_USE)
    expires_at: datetime | None = None
    slug: str | None = strawberry.field(
        default=None, description=f"{_SLUG} One that nobody guesses where it is not given."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(
    description="What is given is changed. A list that changes in any way is held anew, and guests' holds of its times"
    " end; a new list is held even if the one before was used."
)
class UpdateScheduleLinkInput:
    link_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    subject_id: strawberry.ID | None = UNSET
    meeting_type: MeetingType | None = UNSET
    duration_minutes: int | None = UNSET
    from_: date_ | None = strawberry.field(name="from", default=UNSET)
    to: date_ | None = strawberry.field(default=UNSET, description=_TO)
    offered_times: list[datetime] | None = strawberry.field(default=UNSET, description=_TIMES)
    single_use: bool | None = strawberry.field(default=UNSET, description=_SINGLE_USE)
    expires_at: datetime | None = UNSET
    slug: str | None = strawberry.field(default=UNSET, description=_SLUG)
    is_active: bool | None = UNSET


@strawberry.input
class DeleteScheduleLinkInput:
    link_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class InviteGuestInput:
    link: LinkInput
    guest: GuestInput = strawberry.field(
        description="With an e-mail address. Who is known by all of this is recognised, or becomes a contact."
    )
    message: str | None = strawberry.field(
        default=None, description="Stands in the mail; 2,000 characters at most."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)
