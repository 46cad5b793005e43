"""What jobs need from outside, wired by the composition root: the one place where they get it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import Protocol

from jobs.turns import Turns
from models.channel.credentials import Credentials
from models.keyring import Keyring
from models.words import MeetingProvider
from providers.calendars.protocol import Calendar
from providers.fetching import Answered, Fetcher
from providers.mail.protocol import Mailer
from providers.media.transcoding import Transcoder
from providers.meetings.protocol import Calls
from providers.messaging.protocol import Messages
from providers.storage.nowhere import Nowhere
from providers.storage.protocol import ObjectStore


class OpenFeed(Protocol):
    """Gives the calendar at a feed's address; `zone` and `owner` (an e-mail address) are its agent's."""

    def __call__(self, url: str, *, zone: tzinfo, owner: str) -> Calendar: ...


class Post(Protocol):
    """Sends a body to a stranger's URL, safely."""

    async def __call__(self, url: str, body: bytes, *, headers: Mapping[str, str]) -> Answered: ...


class OpenCalls(Protocol):
    """Gives the account at a provider of calls, by what it is called there and its secret, where it has one."""

    def __call__(self, provider: MeetingProvider, *, account: str, secret: str | None) -> Calls: ...


class OpenMessages(Protocol):
    """Gives the account at a provider of messages that has these credentials."""

    def __call__(self, credentials: Credentials) -> Messages: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """`public_url` has no slash at its end; `now` gives aware UTC. Without a `transcoder` sounds stay as they are."""

    mailer: Mailer
    open_feed: OpenFeed
    open_calls: OpenCalls
    open_messages: OpenMessages
    keys: Keyring
    public_url: str
    now: Callable[[], datetime]
    post: Post = Fetcher().post
    store: ObjectStore = field(default_factory=Nowhere)
    transcoder: Transcoder | None = None
    turns: Turns = field(default_factory=Turns)


_equipped: list[Tools] = []


def equip(tools: Tools) -> None:
    """Give the process's jobs their tools; the last ones given count."""
    _equipped[:] = [tools]


def tools() -> Tools:
    if not _equipped:
        raise RuntimeError("the jobs have not been given their tools")
    return _equipped[0]
