"""What Frontdesk refuses, and how it says so.

Refused                  a business refusal: a value in a payload's `errors`, never a GraphQL error
├── NotFound             no such thing, or not the caller's to see
├── Invalid              the input cannot be meant (names the field)
├── NotAllowed           seen, but not for this actor to change
├── Stale                somebody changed it since `expectedVersion`
├── IdempotencyConflict  the same key came with another input
├── TimeRefused          a start that cannot be had; comes with alternatives
│   ├── SlotTaken · OutsideAvailability · TooSoon · TooFarAhead · LimitReached
│   └── HoldExpired · LinkExpired
├── AlreadyDecided       the meeting is past the state that the change needs
├── AgentUnavailable     the agent is not free, or holds no such meetings
├── ProviderDisconnected nothing is connected that could do it
├── ProviderRefused      the provider does not do it, or not with us
├── NotAMember · ConversationClosed · RepliedMeanwhile
├── AttachmentTooLarge
├── AlreadyTaken         another agent was faster
├── OfferExpired         the offer is over: expired, rejected or withdrawn
├── AtCapacity           the agent has as many conversations as they can
└── ContactFieldRequired
RequestError             the request itself: a top-level GraphQL error with `extensions.code`
├── Unauthenticated · Forbidden · BadRequest · TooComplex · RateLimited · Unavailable
ProviderError            a provider's answer, heard by jobs only
├── ProviderDown         try again (after `retry_after_seconds`, where the provider said so)
├── AnswerLost           it may be done, or not: do not try again what must not be done twice
└── ProviderRejected     do not try again
    └── SenderRejected   nor anything else that is sent in the same way
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar


class ErrorCode(StrEnum):
    """The codes of the API contract that a payload's `errors` may carry."""

    NOT_FOUND = "NOT_FOUND"
    INVALID = "INVALID"
    FORBIDDEN = "FORBIDDEN"
    STALE = "STALE"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    SLOT_TAKEN = "SLOT_TAKEN"
    OUTSIDE_AVAILABILITY = "OUTSIDE_AVAILABILITY"
    TOO_SOON = "TOO_SOON"
    TOO_FAR_AHEAD = "TOO_FAR_AHEAD"
    LIMIT_REACHED = "LIMIT_REACHED"
    HOLD_EXPIRED = "HOLD_EXPIRED"
    LINK_EXPIRED = "LINK_EXPIRED"
    CONTACT_FIELD_REQUIRED = "CONTACT_FIELD_REQUIRED"
    ALREADY_DECIDED = "ALREADY_DECIDED"
    ALREADY_TAKEN = "ALREADY_TAKEN"
    OFFER_EXPIRED = "OFFER_EXPIRED"
    AGENT_UNAVAILABLE = "AGENT_UNAVAILABLE"
    AT_CAPACITY = "AT_CAPACITY"
    NOT_A_MEMBER = "NOT_A_MEMBER"
    CONVERSATION_CLOSED = "CONVERSATION_CLOSED"
    REPLIED_MEANWHILE = "REPLIED_MEANWHILE"
    WINDOW_CLOSED = "WINDOW_CLOSED"
    TEMPLATE_REQUIRED = "TEMPLATE_REQUIRED"
    CAMPAIGN_PENDING = "CAMPAIGN_PENDING"
    HANDLED_BY_ANOTHER_AGENT = "HANDLED_BY_ANOTHER_AGENT"
    ATTACHMENT_TOO_LARGE = "ATTACHMENT_TOO_LARGE"
    PROVIDER_DISCONNECTED = "PROVIDER_DISCONNECTED"
    PROVIDER_REJECTED = "PROVIDER_REJECTED"


class Refused(Exception):
    """A request understood and declined. `field` is the path of the input at fault, where one is."""

    code: ClassVar[ErrorCode]

    def __init__(self, message: str, *, field: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.field = field


class NotFound(Refused):
    code = ErrorCode.NOT_FOUND


class Invalid(Refused):
    code = ErrorCode.INVALID


class NotAllowed(Refused):
    code = ErrorCode.FORBIDDEN


class Stale(Refused):
    code = ErrorCode.STALE


class IdempotencyConflict(Refused):
    code = ErrorCode.IDEMPOTENCY_CONFLICT


class TimeRefused(Refused):
    """A start that cannot be had; `alternatives` are the nearest slots that can, where the verb looked for some."""

    alternatives: Sequence[object] = ()


class SlotTaken(TimeRefused):
    code = ErrorCode.SLOT_TAKEN


class OutsideAvailability(TimeRefused):
    code = ErrorCode.OUTSIDE_AVAILABILITY


class TooSoon(TimeRefused):
    code = ErrorCode.TOO_SOON


class TooFarAhead(TimeRefused):
    code = ErrorCode.TOO_FAR_AHEAD


class LimitReached(TimeRefused):
    """`in_the_way` are the meetings because of which it is refused, as far as the caller may know of them."""

    code = ErrorCode.LIMIT_REACHED
    in_the_way: Sequence[object] = ()


class HoldExpired(TimeRefused):
    code = ErrorCode.HOLD_EXPIRED


class LinkExpired(TimeRefused):
    code = ErrorCode.LINK_EXPIRED


class AlreadyDecided(Refused):
    code = ErrorCode.ALREADY_DECIDED


class AgentUnavailable(Refused):
    code = ErrorCode.AGENT_UNAVAILABLE


class ProviderDisconnected(Refused):
    code = ErrorCode.PROVIDER_DISCONNECTED


class ProviderRefused(Refused):
    code = ErrorCode.PROVIDER_REJECTED


class NotAMember(Refused):
    code = ErrorCode.NOT_A_MEMBER


class ConversationClosed(Refused):
    code = ErrorCode.CONVERSATION_CLOSED


class RepliedMeanwhile(Refused):
    code = ErrorCode.REPLIED_MEANWHILE


class AlreadyTaken(Refused):
    code = ErrorCode.ALREADY_TAKEN


class OfferExpired(Refused):
    code = ErrorCode.OFFER_EXPIRED


class AtCapacity(Refused):
    code = ErrorCode.AT_CAPACITY


class AttachmentTooLarge(Refused):
    code = ErrorCode.ATTACHMENT_TOO_LARGE


class ContactFieldRequired(Refused):
    code = ErrorCode.CONTACT_FIELD_REQUIRED


class RequestError(Exception):
    """The request as a whole cannot be served; clients branch on `code`."""

    code: ClassVar[str]

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Unauthenticated(RequestError):
    code = "UNAUTHENTICATED"


class Forbidden(RequestError):
    code = "FORBIDDEN"


class BadRequest(RequestError):
    code = "BAD_REQUEST"


class TooComplex(RequestError):
    code = "TOO_COMPLEX"


class RateLimited(RequestError):
    code = "RATE_LIMITED"


class Unavailable(RequestError):
    code = "UNAVAILABLE"


class ProviderError(Exception):
    """What a provider's adapter raises; only jobs decide whether to try again."""


class ProviderDown(ProviderError):
    """The provider did not answer, or asked to wait `retry_after_seconds`."""

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderRejected(ProviderError):
    """The provider understood and declined; trying again would change nothing."""


class SenderRejected(ProviderRejected):
    """Whatever else is sent by this account, or by this template, would be declined as well."""


class AnswerLost(ProviderError):
    """The provider was asked to do something once, and may have done it: what it answered nobody knows."""
