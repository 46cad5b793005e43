"""The contract's enumerations: those of the product, told to Strawberry."""

import strawberry

from errors import ErrorCode
from models import words
from realtime.feed import ResyncReason

ENUMS = tuple(
    strawberry.enum(word)
    for word in (
        words.Role,
        words.MeetingType,
        words.Weekday,
        words.Distribution,
        words.MeetingStatus,
        words.Direction,
        words.AttendeeResponse,
        words.MeetingChangeKind,
        words.WebhookEvent,
        words.Occasion,
        words.Audience,
        words.OnConflict,
        words.Channel,
        words.ConversationStatus,
        words.MemberRole,
        words.MessageKind,
        words.ScheduledStatus,
        words.SystemEvent,
        words.TranscriptFormat,
        words.AssignmentCause,
        words.AssigneeFilter,
        words.Presence,
        words.Routing,
        words.OfferKind,
        words.OfferStatus,
        words.Verdict,
        words.TagMatch,
        words.CalendarProvider,
        words.MeetingProvider,
        words.MessagingProvider,
        words.MessageStatus,
        words.CampaignStatus,
        words.CampaignField,
        words.TransferTargets,
        words.ConnectionStatus,
        words.DeliveryState,
        words.ContactField,
        words.Permission,
        words.CustomFieldType,
        ErrorCode,
        ResyncReason,
    )
)
