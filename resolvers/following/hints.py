"""Hearing the hints at schedules of those organizations whose slots are followed, each joined once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable
from contextlib import suppress

from errors import Unavailable
from realtime.bus import Listener, Membership
from realtime.events import schedule_topic
from realtime.hub import Hub


class Hints:
    """Followers by the organization that each is of; where none of one is left, nothing of it is heard."""

    def __init__(self, hub: Hub, hear: Listener) -> None:
        self._hub = hub
        self._hear = hear
        self._of: dict[Hashable, int] = {}
        self._followers: Counter[int] = Counter()
        self._heard: dict[int, Membership] = {}

    def move(self, follower: Hashable, *, to: int | None) -> None:
        """It is of this organization from here on, or of none."""
        before = self._of.pop(follower, None)
        if to is not None:
            self._of[follower] = to
            self._followers[to] += 1
            self._join(to)
        if before is not None:
            self._followers[before] -= 1
            if not self._followers[before]:
                del self._followers[before]
                self._leave(before)

    def _join(self, organization_id: int) -> None:
        if organization_id not in self._heard:
            with suppress(Unavailable):  # from a hub that has stopped nothing is heard any more
                self._heard[organization_id] = self._hub.listen(schedule_topic(organization_id), self._hear)

    def _leave(self, organization_id: int) -> None:
        membership = self._heard.pop(organization_id, None)
        if membership is not None:
            membership.leave()
