"""Tools for the jobs of a process that a test starts: it sends nothing, and asks nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo

from jobs.tools import Tools
from models.channel.credentials import Credentials
from models.keyring import Keyring
from models.words import MeetingProvider
from providers.calendars.fake import FakeCalendar
from providers.mail.fake import FakeMailer
from providers.mail.protocol import Mailer
from providers.meetings.fake import FakeCalls
from providers.messaging.fake import FakeMessages


def bare_tools(*, now: Callable[[], datetime], mailer: Mailer | None = None) -> Tools:
    return Tools(
        mailer=mailer or FakeMailer(),
        open_feed=_open_feed,
        open_calls=_open_calls,
        open_messages=_open_messages,
        keys=Keyring(b"only for tests, and long enough!"),
        public_url="https://desk.example",
        now=now,
    )


def _open_feed(url: str, *, zone: tzinfo, owner: str) -> FakeCalendar:
    return FakeCalendar()


def _open_messages(credentials: Credentials) -> FakeMessages:
    return FakeMessages()


def _open_calls(provider: MeetingProvider, *, account: str, secret: str | None) -> FakeCalls:
    return FakeCalls()
