"""What the letters about a meeting are made of: plain values, which a job takes from the rows."""

from dataclasses import dataclass
from datetime import datetime

from providers.mail.occasions import Audience


@dataclass(frozen=True, slots=True)
class Person:
    """One of the meeting's people; `zone` is the IANA zone that times are told in. Not all have an address; and of who
    has one that the reader is not to know, there is what the reader is told instead, `shown_address`."""

    name: str
    address: str | None
    zone: str
    shown_address: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Whom a letter is for."""

    person: Person
    audience: Audience


@dataclass(frozen=True, slots=True)
class MeetingFacts:
    """A meeting as it stands after the change that the letter tells of. Times are aware UTC.

    `changed_at` is when that change was made: the letter's date and the invitation's stamp, so that a retry is
    the same letter. `sequence` rises with each change. `meeting_type` is as the API spells it. `former_*` are given for
    a rescheduled meeting, `reason` and `actor` (who did it) where there are any. `manage_url`, and `confirm_url` until
    the `deadline`, carry the guest's token and are shown to the guest only; `ics_url` and, for those who are brought
    along, `answer_url` are the reader's own. Of a call that is not open to the reader yet there is no `join_url`, but
    `join_from`; one that has `call_changed` is joined otherwise than before. What `is_tentative` is still to be
    confirmed or accepted.

    `others` come too, as far as the reader may know. Of a group meeting (`in_group`), the guest is the one whom the
    letter is about, if it is about one; `guests` are all who are left of them, for agents alone.
    """

    organization: str
    uid: str
    sequence: int
    changed_at: datetime
    title: str
    meeting_type: str
    start: datetime
    end: datetime
    agents: tuple[Person, ...]
    guest: Person
    former_start: datetime | None = None
    former_end: datetime | None = None
    location: str | None = None
    join_url: str | None = None
    join_from: datetime | None = None
    call_changed: bool = False
    notes: str | None = None
    manage_url: str | None = None
    confirm_url: str | None = None
    answer_url: str | None = None
    deadline: datetime | None = None
    ics_url: str | None = None
    reason: str | None = None
    actor: str | None = None
    in_group: bool = False
    guests: tuple[Person, ...] = ()
    others: tuple[Person, ...] = ()
    is_tentative: bool = False
