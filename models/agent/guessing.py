"""How often a password may be guessed: ten times in a quarter of an hour, for an address at an organization.

It is counted in memory, by each process for itself: of several each allows as many, and one that is started anew begins
anew. So signing in writes nothing more, and who tries many addresses fills no table. Whether there is such an agent
makes no difference.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from errors import RateLimited
from models.keyring import fingerprint

MOST_GUESSES = 10
WITHIN = timedelta(minutes=15)
MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Guesses:
    """The guesses of this process; those at whom nobody has guessed for longest are forgotten first."""

    most_remembered: int = MOST_REMEMBERED
    _counted: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)

    def count(self, organization: str, email: str, *, now: datetime) -> None:
        """Count a guess before it is looked at, so that of many at once no more are. Refuses RateLimited."""
        key = _key(organization, email)
        began, guesses = self._counted.get(key, (now, 0))
        if now - began >= WITHIN:
            began, guesses = now, 0
        if guesses >= MOST_GUESSES:
            raise RateLimited("Too many tries to sign in: wait a quarter of an hour.")
        self._counted[key] = began, guesses + 1
        self._counted.move_to_end(key)
        if len(self._counted) > self.most_remembered:
            self._counted.popitem(last=False)

    def forget(self, organization: str, email: str) -> None:
        """Whoever has signed in has guessed nothing."""
        self._counted.pop(_key(organization, email), None)


def _key(organization: str, email: str) -> str:
    """Of one length, and no address."""
    return fingerprint(f"{organization}\n{email.strip().lower()}")
