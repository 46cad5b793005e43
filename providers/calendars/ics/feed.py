"""The iCalendar adapters: a feed behind a URL, and a file that was uploaded."""

import asyncio
from dataclasses import replace
from datetime import tzinfo

from providers.calendars.ics.reading import Reader, ReadingLimits
from providers.calendars.protocol import BusyPolicy, BusyReading
from providers.fetching import NOTHING_KNOWN, Fetcher, Validators
from scheduling.intervals import Interval


class IcsFile:
    """A calendar as it was when uploaded; `zone` is its owner's, `owner` the mail address of invitations."""

    def __init__(
        self, data: bytes, *, zone: tzinfo, owner: str | None = None, limits: ReadingLimits | None = None
    ) -> None:
        self._data = data
        self._zone = zone
        self._owner = owner
        self._limits = limits or ReadingLimits()

    async def read_busy(
        self, window: Interval, *, policy: BusyPolicy, known: Validators = NOTHING_KNOWN
    ) -> BusyReading:
        """The busy time within the window; `known` is not asked, as a file has no newer version."""
        reader = Reader(zone=self._zone, policy=policy, owner=self._owner, limits=self._limits)
        return await asyncio.to_thread(reader.read, self._data, window=window)


class IcsFeed:
    """A calendar that its owner publishes at a URL, read anew each time unless its server knows of no change."""

    def __init__(
        self,
        url: str,
        *,
        fetcher: Fetcher,
        zone: tzinfo,
        owner: str | None = None,
        limits: ReadingLimits | None = None,
    ) -> None:
        self._url = url
        self._fetcher = fetcher
        self._zone = zone
        self._owner = owner
        self._limits = limits

    async def read_busy(
        self, window: Interval, *, policy: BusyPolicy, known: Validators = NOTHING_KNOWN
    ) -> BusyReading:
        """As `Calendar.read_busy`; raises ProviderRejected also for an answer that is no calendar."""
        fetched = await self._fetcher.get(self._url, known=known)
        if fetched.not_modified:
            return BusyReading(busy=(), validators=fetched.validators, not_modified=True)
        file = IcsFile(fetched.body, zone=self._zone, owner=self._owner, limits=self._limits)
        return replace(await file.read_busy(window, policy=policy), validators=fetched.validators)
