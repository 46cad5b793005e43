"""iCalendar feeds and files (RFC 5545), as the world's programs write them."""

from providers.calendars.ics.feed import IcsFeed, IcsFile
from providers.calendars.ics.reading import Reader, ReadingLimits

__all__ = ["IcsFeed", "IcsFile", "Reader", "ReadingLimits"]
