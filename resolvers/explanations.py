"""Why there are few slots, or none."""

from __future__ import annotations

from datetime import datetime

from models.availability.engine import Request
from models.availability.explaining import Explanation, explain
from models.input import zone
from resolvers.context import Info
from resolvers.slots import asked_dates, moved_meeting, target_of
from schema.inputs.scheduling import SlotsInput


async def explain_availability(info: Info, input: SlotsInput, at: datetime | None = None) -> Explanation:
    context = info.context
    request = Request(
        guest_zone=zone(input.time_zone, field=("timeZone",)),
        moved_id=await moved_meeting(input, actor=context.actor),
        target=await target_of(info, input, inactive=True),
        actor=context.actor,
    )
    return await explain(request, asked_dates(input), at=at, now=context.now())
