"""Why there are few slots, or none."""

from __future__ import annotations

from datetime import datetime

from models.availability.explaining import Explanation, explain
from models.availability.target import check_public_booking
from resolvers.context import Info
from resolvers.slots import asked_dates, request_of
from schema.inputs.scheduling import SlotsInput


async def explain_availability(info: Info, input: SlotsInput, at: datetime | None = None) -> Explanation:
    context = info.context
    request = await request_of(context, input, inactive=True)
    if request.moved_id is None:
        check_public_booking(request.target, context.actor)
    return await explain(request, asked_dates(input), at=at, now=context.now())
