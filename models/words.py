"""The product's enumerations, as the API contract spells them."""

from enum import StrEnum

from providers.mail.occasions import Audience as Audience
from providers.mail.occasions import Occasion as Occasion
from scheduling.question import Distribution as Distribution


class Role(StrEnum):
    ADMINISTRATOR = "ADMINISTRATOR"
    MANAGER = "MANAGER"
    BOOKING_MANAGER = "BOOKING_MANAGER"
    SUPERVISOR = "SUPERVISOR"
    AGENT = "AGENT"


class MeetingType(StrEnum):
    OFFICE = "OFFICE"
    VIDEO = "VIDEO"
    PHONE = "PHONE"
    ON_SITE = "ON_SITE"


class Weekday(StrEnum):
    """In the order of `date.weekday()`."""

    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


class MeetingStatus(StrEnum):
    AWAITING_GUEST = "AWAITING_GUEST"
    REQUESTED = "REQUESTED"
    SCHEDULED = "SCHEDULED"
    DECLINED = "DECLINED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    COMPLETED = "COMPLETED"
    NO_SHOW = "NO_SHOW"


class Direction(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"


class AttendeeResponse(StrEnum):
    NEEDS_ACTION = "NEEDS_ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"


class MeetingChangeKind(StrEnum):
    BOOKED = "BOOKED"
    CONFIRMED = "CONFIRMED"
    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    RESCHEDULED = "RESCHEDULED"
    DURATION_CHANGED = "DURATION_CHANGED"
    REASSIGNED = "REASSIGNED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    ATTENDEE_JOINED = "ATTENDEE_JOINED"
    ATTENDEE_LEFT = "ATTENDEE_LEFT"
    COMPLETED = "COMPLETED"
    NO_SHOW = "NO_SHOW"
    VIRTUAL_MEETING_CREATED = "VIRTUAL_MEETING_CREATED"
    VIRTUAL_MEETING_FAILED = "VIRTUAL_MEETING_FAILED"
    REMINDED = "REMINDED"


class WebhookEvent(StrEnum):
    """What is told to webhooks: each kind of a meeting's changes, and what happens in conversations."""

    MEETING_BOOKED = "meeting.booked"
    MEETING_CONFIRMED = "meeting.confirmed"
    MEETING_ACCEPTED = "meeting.accepted"
    MEETING_DECLINED = "meeting.declined"
    MEETING_RESCHEDULED = "meeting.rescheduled"
    MEETING_DURATION_CHANGED = "meeting.duration_changed"
    MEETING_REASSIGNED = "meeting.reassigned"
    MEETING_CANCELLED = "meeting.cancelled"
    MEETING_EXPIRED = "meeting.expired"
    MEETING_ATTENDEE_JOINED = "meeting.attendee_joined"
    MEETING_ATTENDEE_LEFT = "meeting.attendee_left"
    MEETING_COMPLETED = "meeting.completed"
    MEETING_NO_SHOW = "meeting.no_show"
    MEETING_VIRTUAL_MEETING_CREATED = "meeting.virtual_meeting_created"
    MEETING_VIRTUAL_MEETING_FAILED = "meeting.virtual_meeting_failed"
    MEETING_REMINDED = "meeting.reminded"
    MESSAGE_ADDED = "message.added"
    CONVERSATION_STARTED = "conversation.started"
    CONVERSATION_ASSIGNED = "conversation.assigned"
    CONVERSATION_CLOSED = "conversation.closed"
    CONVERSATION_REOPENED = "conversation.reopened"

    @classmethod
    def of(cls, kind: MeetingChangeKind) -> "WebhookEvent":
        """What webhooks are told of such a change."""
        return cls(f"meeting.{kind.value.lower()}")


class OnConflict(StrEnum):
    """What becomes of a start of a series that cannot be had."""

    SKIP = "SKIP"
    USE_ALTERNATIVE = "USE_ALTERNATIVE"
    BOOK_NOTHING = "BOOK_NOTHING"


class Channel(StrEnum):
    WEB = "WEB"
    MEETING = "MEETING"
    WHATSAPP = "WHATSAPP"


class ConversationStatus(StrEnum):
    WAITING = "WAITING"
    OPEN = "OPEN"
    SNOOZED = "SNOOZED"
    CLOSED = "CLOSED"


class MemberRole(StrEnum):
    ASSIGNEE = "ASSIGNEE"
    AGENT = "AGENT"
    GUEST = "GUEST"
    INVITED = "INVITED"
    SUPERVISOR = "SUPERVISOR"


class MessageKind(StrEnum):
    TEXT = "TEXT"
    ATTACHMENT = "ATTACHMENT"
    VOICE = "VOICE"
    TEMPLATE = "TEMPLATE"
    NOTE = "NOTE"
    WHISPER = "WHISPER"
    SYSTEM = "SYSTEM"


class ScheduledStatus(StrEnum):
    """WAITING until its time, then SENT, or FAILED where it could not be by then; or CANCELLED before."""

    WAITING = "WAITING"
    SENT = "SENT"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class SystemEvent(StrEnum):
    CONVERSATION_STARTED = "CONVERSATION_STARTED"
    ASSIGNED = "ASSIGNED"
    UNASSIGNED = "UNASSIGNED"
    TRANSFER_OFFERED = "TRANSFER_OFFERED"
    TRANSFER_ACCEPTED = "TRANSFER_ACCEPTED"
    TRANSFER_RETURNED = "TRANSFER_RETURNED"
    MEMBER_ADDED = "MEMBER_ADDED"
    MEMBER_LEFT = "MEMBER_LEFT"
    CLOSED = "CLOSED"
    REOPENED = "REOPENED"
    MEETING_BOOKED = "MEETING_BOOKED"
    MEETING_CHANGED = "MEETING_CHANGED"
    MEETING_CANCELLED = "MEETING_CANCELLED"
    MEETING_REMINDER = "MEETING_REMINDER"
    WINDOW_CLOSING = "WINDOW_CLOSING"


class AssignmentCause(StrEnum):
    BOOKED = "BOOKED"
    ASSIGNED = "ASSIGNED"
    SELF_ASSIGNED = "SELF_ASSIGNED"
    OFFER_ACCEPTED = "OFFER_ACCEPTED"
    TRANSFER_ACCEPTED = "TRANSFER_ACCEPTED"
    TRANSFER_RETURNED = "TRANSFER_RETURNED"
    AUTOMATIC = "AUTOMATIC"
    UNASSIGNED = "UNASSIGNED"


class Presence(StrEnum):
    """Whether an agent is at their desk. Only who is ONLINE is offered conversations."""

    ONLINE = "ONLINE"
    AWAY = "AWAY"
    OFFLINE = "OFFLINE"


class Routing(StrEnum):
    """How a waiting conversation finds its owner: offered to all who are online, to one after another, or given."""

    OFFER_TO_ALL = "OFFER_TO_ALL"
    OFFER_IN_TURN = "OFFER_IN_TURN"
    ASSIGN_AUTOMATICALLY = "ASSIGN_AUTOMATICALLY"


class OfferKind(StrEnum):
    """QUEUE: to take a conversation that waits. TRANSFER: to take one over from its owner."""

    QUEUE = "QUEUE"
    TRANSFER = "TRANSFER"


class OfferStatus(StrEnum):
    """PENDING until exactly one of the others has happened."""

    PENDING = "PENDING"
    ACCEPTED = "ACCEPTED"
    REJECTED = "REJECTED"
    EXPIRED = "EXPIRED"
    WITHDRAWN = "WITHDRAWN"


class Verdict(StrEnum):
    """What became of an agent when a conversation of their service was routed.

    OFFERED, or GIVEN: it was. OFFLINE, AWAY: they were not at their desk. AT_CAPACITY: they had as many conversations,
    or offers of some, as they can. REJECTED, UNANSWERED: they had just been asked. LANGUAGE: others spoke the guest's.
    NOT_THEIR_TURN: it was somebody else's.
    """

    OFFERED = "OFFERED"
    GIVEN = "GIVEN"
    OFFLINE = "OFFLINE"
    AWAY = "AWAY"
    AT_CAPACITY = "AT_CAPACITY"
    REJECTED = "REJECTED"
    UNANSWERED = "UNANSWERED"
    LANGUAGE = "LANGUAGE"
    NOT_THEIR_TURN = "NOT_THEIR_TURN"


class AssigneeFilter(StrEnum):
    ME = "ME"
    NOBODY = "NOBODY"
    OTHERS = "OTHERS"
    ANYONE = "ANYONE"


class TagMatch(StrEnum):
    """Whether one of the tags that are asked for is enough."""

    ANY = "ANY"
    ALL = "ALL"


class CalendarProvider(StrEnum):
    GOOGLE = "GOOGLE"
    MICROSOFT_365 = "MICROSOFT_365"
    EXCHANGE = "EXCHANGE"
    CALDAV = "CALDAV"
    ICS = "ICS"


class MeetingProvider(StrEnum):
    """Whose calls meetings are held in."""

    ZOOM = "ZOOM"
    MICROSOFT_TEAMS = "MICROSOFT_TEAMS"
    GOOGLE_MEET = "GOOGLE_MEET"
    JITSI = "JITSI"


class MessagingProvider(StrEnum):
    """Who carries WhatsApp messages."""

    META = "META"
    TWILIO = "TWILIO"
    SINCH = "SINCH"
    KALEYRA = "KALEYRA"


class MessageStatus(StrEnum):
    """How far a message has come at its provider. UNKNOWN: it was given to them, and what they answered was lost."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    READ = "READ"
    FAILED = "FAILED"
    UNKNOWN = "UNKNOWN"


class CampaignStatus(StrEnum):
    SCHEDULED = "SCHEDULED"
    RUNNING = "RUNNING"
    DONE = "DONE"
    CANCELLED = "CANCELLED"


class CampaignField(StrEnum):
    """What of a contact a template's variable may be filled with."""

    NAME = "NAME"
    EMAIL = "EMAIL"
    PHONE = "PHONE"


class ConnectionStatus(StrEnum):
    CONNECTED = "CONNECTED"
    DISCONNECTED = "DISCONNECTED"
    NEVER_SYNCED = "NEVER_SYNCED"


class DeliveryState(StrEnum):
    PENDING = "PENDING"
    DONE = "DONE"
    FAILED = "FAILED"
    NOT_NEEDED = "NOT_NEEDED"


class ContactField(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"


class CustomFieldType(StrEnum):
    TEXT = "TEXT"
    NUMBER = "NUMBER"
    BOOLEAN = "BOOLEAN"
    DATE = "DATE"
    CHOICE = "CHOICE"


class TranscriptFormat(StrEnum):
    PDF = "PDF"
    TEXT = "TEXT"


class TransferTargets(StrEnum):
    """Whom a conversation may be transferred to."""

    NONE = "NONE"
    AGENTS = "AGENTS"
    SERVICES = "SERVICES"
    BOTH = "BOTH"


class Permission(StrEnum):
    """What the viewer may do, for a client to show or hide."""

    ASSIGN = "ASSIGN"
    EDIT_MEETINGS = "EDIT_MEETINGS"
    CREATE_MEETINGS = "CREATE_MEETINGS"
    DELETE_MEETINGS = "DELETE_MEETINGS"
    MANAGE_OFFICE = "MANAGE_OFFICE"
    MANAGE_ORGANIZATION = "MANAGE_ORGANIZATION"
    SEE_UNMASKED = "SEE_UNMASKED"
    SUPERVISE = "SUPERVISE"
    EXPORT = "EXPORT"
