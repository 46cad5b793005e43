"""Agents' and guests' own calendars, as calendar programs subscribe to them."""

from web.calendars.route import calendar_routes as calendar_routes
