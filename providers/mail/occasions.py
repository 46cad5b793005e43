"""What letters are written of, and to whom, as the API spells it; the values name the files of texts/."""

from enum import StrEnum


class Occasion(StrEnum):
    """A meeting is PASSED_ON by an agent who had it, and REASSIGNED to everybody else. CALENDAR_EVENT is no letter: it
    is what the entry in the reader's calendar says. From INVITATION on, they are of no meeting."""

    CALENDAR_EVENT = "CALENDAR_EVENT"
    BOOKED = "BOOKED"
    REQUESTED = "REQUESTED"
    CONFIRM_REQUEST = "CONFIRM_REQUEST"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"
    RESCHEDULED = "RESCHEDULED"
    REASSIGNED = "REASSIGNED"
    PASSED_ON = "PASSED_ON"
    CANCELLED = "CANCELLED"
    REMINDER = "REMINDER"
    JOINED = "JOINED"
    LEFT = "LEFT"
    CALL_CREATED = "CALL_CREATED"
    CALL_FAILED = "CALL_FAILED"
    INVITATION = "INVITATION"
    CONVERSATION_INVITATION = "CONVERSATION_INVITATION"
    SIGN_IN_CODE = "SIGN_IN_CODE"
    AGENT_INVITATION = "AGENT_INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"
    CALENDAR_DISCONNECTED = "CALENDAR_DISCONNECTED"


class Audience(StrEnum):
    """On which side of the meeting the reader is; an attendee is whom a guest brings along."""

    GUEST = "GUEST"
    AGENT = "AGENT"
    ATTENDEE = "ATTENDEE"


_EVERYBODY = tuple(Audience)
_READERS = {
    Occasion.CONFIRM_REQUEST: (Audience.GUEST,),
    Occasion.PASSED_ON: (Audience.AGENT,),
    Occasion.CALL_FAILED: (Audience.AGENT,),
    Occasion.INVITATION: (Audience.GUEST,),
    Occasion.CONVERSATION_INVITATION: (Audience.GUEST,),
    Occasion.SIGN_IN_CODE: (Audience.GUEST,),
    Occasion.AGENT_INVITATION: (Audience.AGENT,),
    Occasion.PASSWORD_RESET: (Audience.AGENT,),
    Occasion.CALENDAR_DISCONNECTED: (Audience.AGENT,),
}


def readers_of(occasion: Occasion) -> tuple[Audience, ...]:
    """Who is told of such an occasion at all."""
    return _READERS.get(occasion, _EVERYBODY)
