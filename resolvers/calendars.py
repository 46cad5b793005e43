"""Agents' calendars: connecting, refreshing and disconnecting them."""

from __future__ import annotations

from resolvers.context import Info
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.calendars import CalendarConnectionInput, ConnectCalendarFeedInput


@refusals_as_values
async def connect_calendar_feed(info: Info, input: ConnectCalendarFeedInput) -> Payload:
    raise NotImplementedError


@refusals_as_values
async def refresh_calendar(info: Info, input: CalendarConnectionInput) -> Payload:
    raise NotImplementedError


@refusals_as_values
async def disconnect_calendar(info: Info, input: CalendarConnectionInput) -> Payload:
    raise NotImplementedError
