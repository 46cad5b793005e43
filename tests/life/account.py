"""What must be true of every meeting, reckoned by hand: a plain account that knows nothing of how it is built."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

HALF_HOUR = timedelta(minutes=30)
DAY = timedelta(days=1)
TIMEOUT = timedelta(minutes=30)
JOINING = timedelta(minutes=15)
WAITING = timedelta(minutes=15)

WAITS = ("AWAITING_GUEST", "REQUESTED")
ACTIVE = (*WAITS, "SCHEDULED")
HAS_TIME = (*ACTIVE, "COMPLETED", "NO_SHOW")
# After these everyone knows the start anew.
TELLS_START = ("BOOKED", "CONFIRMED", "ACCEPTED", "RESCHEDULED")

UNTOLD = ("COMPLETED", "NO_SHOW")

OVER = "ALREADY_DECIDED"
EARLY = "TOO_SOON"
UNSEEN = "NOT_FOUND"


@dataclass(slots=True)
class Entry:
    """A meeting. `asked`: of the subject whose meetings an agent has to accept; `shared`: of the service."""

    id: str
    guest: str
    agents: set[str]
    start: datetime
    end: datetime
    status: str
    expires_at: datetime | None
    asked: bool
    shared: bool
    version: int = 1
    history: list[tuple[str, datetime]] = field(default_factory=list)
    reminded: set[tuple[datetime, int]] = field(default_factory=set)
    arrived: set[str] = field(default_factory=set)
    silent: int = 0
    questions: int = 0
    letters: Counter[str] = field(default_factory=Counter)
    brings: str | None = None
    is_known: bool = False
    is_held_by_word: bool = False

    def expired(self, now: datetime) -> bool:
        return self.status in WAITS and self.expires_at is not None and self.expires_at <= now

    def takes_time(self, now: datetime) -> bool:
        return self.status in HAS_TIME and not self.expired(now)

    def seen_by(self, who: str) -> bool:
        return who == self.guest or who in self.agents or (self.shared and who in ("anna", "ben"))

    def refusal(self, now: datetime, *statuses: str) -> str | None:
        """Why what is still to come cannot be changed now."""
        if self.status not in statuses or self.expired(now) or self.start <= now:
            return OVER
        return None

    def note(self, kind: str, now: datetime, *, of: str | None, silently: bool = False) -> None:
        """`of` is the status it had before."""
        self.version += kind not in ("BOOKED", "REMINDED")
        self.history.append((kind, now))
        self.silent += silently
        if kind not in ("CONFIRMED", "REASSIGNED") and self.status == "AWAITING_GUEST":
            self.questions += 1
        else:
            self.letters.update(self._told(kind, of) | self._told_along(kind))
        self.is_known |= self.status == "SCHEDULED"

    def ask(self, now: datetime) -> None:
        """Send the guest what asks them to confirm the meeting, if that is still to be asked."""
        if self.status == "AWAITING_GUEST" and not self.expired(now):
            self.letters[self.guest] += self.questions
        self.questions = 0

    def _told(self, kind: str, of: str | None) -> set[str]:
        """Who gets a letter of it: before the guest has confirmed the meeting only they do."""
        if kind in UNTOLD:
            return set()
        if kind != "CONFIRMED" and "AWAITING_GUEST" in (of, self.status):
            return {self.guest} if kind != "REASSIGNED" else set()
        return {self.guest, "anna", "ben"} if kind == "REASSIGNED" else {self.guest, *self.agents}

    def _told_along(self, kind: str) -> set[str]:
        """Whom the guest brings along knows nothing of a meeting before it is to take place, and then everything."""
        hears = self.is_known or self.status == "SCHEDULED"
        return {self.brings} if self.brings and hears and kind not in UNTOLD else set()

    def stand(self, kind: str, status: str, expires_at: datetime | None, now: datetime) -> None:
        before, self.status, self.expires_at = self.status, status, expires_at
        self.note(kind, now, of=before)

    def end_as(self, status: str, now: datetime, *, silently: bool = False) -> None:
        before, self.status, self.expires_at = self.status, status, None
        self.note(status, now, of=before, silently=silently)

    def due_reminder(self, leads: tuple[int, ...], now: datetime) -> int | None:
        """Of how many minutes before, if one is to be sent now: the last whose time has come, within a day of it, if
        neither that one nor a later one was sent, nor anything told everyone of the start since."""
        come = [lead for lead in leads if self.start - timedelta(minutes=lead) <= now]
        if self.status != "SCHEDULED" or self.start <= now or not come:
            return None
        lead = min(come)
        time = self.start - timedelta(minutes=lead)
        if now - time >= DAY or any(at >= time for kind, at in self.history if kind in TELLS_START):
            return None
        if any(start == self.start and sent <= lead for start, sent in self.reminded):
            return None
        return lead


@dataclass(slots=True)
class Account:
    """Everything that has happened so far; `leads` are the minutes before a meeting at which people are reminded."""

    must_confirm: bool
    leads: tuple[int, ...]
    entries: list[Entry] = field(default_factory=list)

    def letters(self) -> Counter[str]:
        """How many each of them is to get in all."""
        return sum((one.letters for one in self.entries), Counter())

    def is_free(
        self, agent: str, start: datetime, end: datetime, *, now: datetime, but: Entry | None = None
    ) -> bool:
        return not any(
            agent in one.agents and one.start < end and start < one.end
            for one in self.entries
            if one is not but and one.takes_time(now)
        )

    def free_starts(self, agent: str, day: datetime, *, now: datetime) -> Iterator[datetime]:
        """Of the day that begins its work at this moment, for eight hours, the starts of half an hour."""
        starts = (day + n * HALF_HOUR for n in range(16))
        return (one for one in starts if one > now and self.is_free(agent, one, one + HALF_HOUR, now=now))

    def standing(
        self, start: datetime, *, asked: bool, by_guest: bool, now: datetime
    ) -> tuple[str, datetime | None]:
        """How a new meeting begins, and until when it lasts by itself."""
        if by_guest and self.must_confirm:
            return "AWAITING_GUEST", min(now + TIMEOUT, start)
        if by_guest and asked:
            return "REQUESTED", start
        return "SCHEDULED", None

    def move(self, entry: Entry, start: datetime, end: datetime, *, by_guest: bool, now: datetime) -> None:
        kind = "RESCHEDULED" if start != entry.start else "DURATION_CHANGED"
        entry.start, entry.end = start, end
        if entry.status == "AWAITING_GUEST":
            assert entry.expires_at is not None
            entry.stand(kind, entry.status, min(entry.expires_at, start), now)
        elif by_guest and (entry.asked or entry.status == "REQUESTED"):
            entry.stand(kind, "REQUESTED", start, now)
        else:
            entry.stand(kind, "SCHEDULED", None, now)

    def let_time_work(self, now: datetime) -> None:
        """What a worker does of itself."""
        for one in self.entries:
            one.ask(now)
            lead = one.due_reminder(self.leads, now)
            if one.expired(now):
                one.end_as("EXPIRED", now)
            elif one.status == "SCHEDULED" and one.end <= now:
                one.end_as("COMPLETED", now, silently=True)
            elif lead is not None:
                one.reminded.add((one.start, lead))
                one.note("REMINDED", now, of=one.status)
