"""What the system says in conversations, each thing once; said.py says it in the conversation's language."""

from enum import StrEnum


class Saying(StrEnum):
    """In English; facts stand in braces. Those in small letters are parts of others. The other languages are in
    languages/, by these names."""

    BEGAN = "{name} has begun the conversation."
    SOON = "Somebody will be with you as soon as possible."
    IS_HERE = "{agent} is here for you."
    ASKS = "{agent} asks {other} to take over."
    TOOK_OVER = "{agent} has taken over."
    STAYS = "{agent} stays with you."
    CLOSED = "The conversation is closed."
    REOPENED = "The conversation is open again."
    AGENT_ADDED = "{agent} was added."
    GUEST_INVITED = "A guest was invited."
    AGENT_LEFT = "{agent} has left."
    GUEST_LEFT = "A guest has left."

    MEETING_BOOKED = "The meeting is booked."
    MEETING_REQUESTED = "The meeting is requested."
    MEETING_CONFIRMED = "The guest has confirmed the meeting."
    MEETING_ACCEPTED = "The meeting is accepted."
    MEETING_DECLINED = "The meeting is declined."
    MEETING_MOVED = "The meeting has been moved."
    MEETING_LASTS = "The meeting has another duration."
    MEETING_GIVEN = "{agents} will hold the meeting."
    MEETING_CANCELLED = "The meeting is cancelled."
    MEETING_CALL = "The call of the meeting is set up."
    MEETING_HELD = "The meeting was held."
    MEETING_MISSED = "The meeting was missed: no guest came."
    MEETING_NEARS = "A reminder: the meeting is coming up."
    MEETING_EXPIRED = "The meeting has expired: {why}."
    MEETING_JOINED = "A guest has joined the meeting."
    MEETING_LEFT = "A guest has left the meeting."
    STILL_OPEN = "{done}; {open}."
    TO_CONFIRM = "its guest has still to confirm it"
    TO_ACCEPT = "it is still to be accepted"
    NOT_CONFIRMED = "its guest has not confirmed it"
    NOT_ACCEPTED = "nobody has accepted it"
