"""Agents' and guests' own calendars, as calendar programs subscribe to them, and the file of one meeting."""

from web.calendars.file import file_routes as file_routes
from web.calendars.route import calendar_routes as calendar_routes
