"""A calendar in memory that can be down, refuse, or be slow to show a change, as real ones are."""

from errors import ProviderDown, ProviderError, ProviderRejected
from providers.calendars.protocol import BusyPolicy, BusyReading
from providers.fetching import NOTHING_KNOWN, Validators
from scheduling.intervals import Interval, clip, merge, subtract


class FakeCalendar:
    """Busy time as it is told; with `slow` a change shows only once `show` is called."""

    def __init__(self, *busy: Interval, name: str | None = "Calendar", slow: bool = False) -> None:
        self.name = name
        self.asked: list[Interval] = []  # the windows of all readings, refused ones too
        self._slow = slow
        self._busy = self._shown = merge(busy)
        self._version = 1
        self._trouble: ProviderError | None = None

    def take(self, *busy: Interval) -> None:
        self._change(merge((*self._busy, *busy)))

    def free(self, *freed: Interval) -> None:
        self._change(subtract(self._busy, freed))

    def show(self) -> None:
        """Make all changes visible."""
        if self._shown != self._busy:
            self._shown = self._busy
            self._version += 1

    def go_down(self, *, retry_after_seconds: float | None = None) -> None:
        self._trouble = ProviderDown("The calendar is down.", retry_after_seconds=retry_after_seconds)

    def reject(self, message: str = "The calendar refuses.") -> None:
        self._trouble = ProviderRejected(message)

    def recover(self) -> None:
        self._trouble = None

    async def read_busy(
        self, window: Interval, *, policy: BusyPolicy, known: Validators = NOTHING_KNOWN
    ) -> BusyReading:
        self.asked.append(window)
        if self._trouble is not None:
            raise self._trouble
        validators = Validators(etag=f'"{self._version}"')
        if known == validators:
            return BusyReading(busy=(), name=self.name, validators=validators, not_modified=True)
        return BusyReading(busy=clip(self._shown, window), name=self.name, validators=validators)

    def _change(self, busy: tuple[Interval, ...]) -> None:
        self._busy = busy
        if not self._slow:
            self.show()
