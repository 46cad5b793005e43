"""A contact's journey: all that they have had to do with the organization."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from schema.conversation import Conversation
from schema.meeting import Meeting
from schema.node import PageInfo

JourneyItem = Annotated[
    Conversation | Meeting, strawberry.union("JourneyItem", description="What a contact was part of.")
]


@strawberry.type
class JourneyEdge:
    node: JourneyItem
    cursor: str
    at: datetime = strawberry.field(description="When the conversation began, or the meeting begins.")


@strawberry.type
class JourneyConnection:
    edges: list[JourneyEdge]
    page_info: PageInfo
