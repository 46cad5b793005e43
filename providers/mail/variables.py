"""Which variables the templates of an occasion may name. What there is nothing of is the empty text."""

from collections.abc import Mapping

from providers.mail.occasions import Audience, Occasion

_EVERYWHERE = ("organization", "reader_name")
_NOTICES: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.INVITATION: ("schedule_url", "message", "title", "agent_names", "until"),
    Occasion.CONVERSATION_INVITATION: ("conversation_url", "actor", "title"),
    Occasion.SIGN_IN_CODE: ("code", "until"),
    Occasion.AGENT_INVITATION: ("password_url", "actor", "until"),
    Occasion.PASSWORD_RESET: ("password_url", "until"),
    Occasion.CALENDAR_DISCONNECTED: ("account", "connect_url"),
}
_MEETING = ("title", "meeting_type", "guest_name", "agent_names", "location", "join_url", "in_group")
_TIMES = ("when", "date", "hours", "zone", "facts")
_SEEN_BY: Mapping[Audience, tuple[str, ...]] = {
    Audience.GUEST: ("notes", "manage_url"),
    Audience.AGENT: ("notes", "guest_address"),
    Audience.ATTENDEE: ("answer_url",),
}
_SAID: Mapping[Occasion, tuple[str, ...]] = {
    Occasion.CONFIRM_REQUEST: ("confirm_url", "deadline"),
    Occasion.ACCEPTED: ("actor",),
    Occasion.DECLINED: ("actor", "reason"),
    Occasion.RESCHEDULED: ("actor", "reason", "former_when"),
    Occasion.REASSIGNED: ("actor", "reason"),
    Occasion.PASSED_ON: ("actor", "reason"),
    Occasion.CANCELLED: ("actor", "reason"),
    Occasion.JOINED: ("actor",),
    Occasion.LEFT: ("actor", "reason"),
    Occasion.CALL_CREATED: ("join_from", "call_changed"),
    Occasion.CALL_FAILED: ("reason",),
}
_FOR_CALENDARS = ("calendar_links", "google_url", "outlook_url", "ics_url")
ENDING = (Occasion.CANCELLED, Occasion.DECLINED, Occasion.EXPIRED, Occasion.PASSED_ON)


_NEEDED: Mapping[Occasion, str] = {
    Occasion.CONFIRM_REQUEST: "confirm_url",
    Occasion.INVITATION: "schedule_url",
    Occasion.CONVERSATION_INVITATION: "conversation_url",
    Occasion.SIGN_IN_CODE: "code",
    Occasion.AGENT_INVITATION: "password_url",
    Occasion.PASSWORD_RESET: "password_url",
}


def needed_in(occasion: Occasion) -> str | None:
    """What such a letter is written for."""
    return _NEEDED.get(occasion)


def is_ending(occasion: Occasion, audience: Audience) -> bool:
    """Whether the meeting is in the reader's calendar no more. To agents, whose meeting goes on, that a guest has left
    is but a change of who comes."""
    return occasion in ENDING or (occasion is Occasion.LEFT and audience is not Audience.AGENT)


def goes_on(occasion: Occasion) -> bool:
    """Whether the meeting takes place for others when it is over for the reader."""
    return occasion in (Occasion.PASSED_ON, Occasion.LEFT)


def is_of_meeting(occasion: Occasion) -> bool:
    """Whether the occasion is one in a meeting's life."""
    return occasion not in _NOTICES


def variables_of(occasion: Occasion, audience: Audience) -> tuple[str, ...]:
    """The names of all that such a template may say."""
    if occasion in _NOTICES:
        return _EVERYWHERE + _NOTICES[occasion]
    names = _EVERYWHERE + _MEETING + _SEEN_BY[audience] + _SAID.get(occasion, ())
    if occasion is Occasion.CALENDAR_EVENT:
        return names
    is_added = audience is not Audience.AGENT and not is_ending(occasion, audience)
    return names + _TIMES + (_FOR_CALENDARS if is_added else ())
