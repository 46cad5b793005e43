"""What every provider of messages is known by, and what it tells us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaCredentials:
    """Of the WhatsApp Cloud API: the number's and the business account's ids, the token of a system user, the secret by
    which the app's webhooks are signed, and the word by which Meta shows once that it asks at the right address."""

    phone_number_id: str
    business_account_id: str
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioCredentials:
    """The account, and the token that signs in and signs webhooks."""

    account_sid: str
    auth_token: str = field(repr=False)


MOST_TEMPLATES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvidedTemplate:
    """A template in one language, which the provider knows by its `id`. `status` is the provider's own word, in capital
    letters; only what is APPROVED may be sent. `variables` are the places in the body that are filled."""

    id: str
    name: str
    language: str
    body: str
    variables: tuple[str, ...]
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateMessage:
    """A template as one reader is sent it. Both numbers are in E.164; the language is a tag (en-US).

    `values` are by the names of the template's variables, in their order. `reference` comes back with what is told of
    the message at `news_url`: also of one whose id nobody knows, as the answer was lost.
    """

    sender: str
    to: str
    template_id: str
    name: str
    language: str
    values: Mapping[str, str] = field(repr=False)
    reference: str
    news_url: str = field(repr=False)


LONGEST_ID = 200


class Messages(Protocol):
    """An account at a provider of messages. Everything raises ProviderDown or ProviderRejected."""

    async def list_templates(self) -> list[ProvidedTemplate]:
        """All that there are, MOST_TEMPLATES at most."""
        ...

    async def send_template(self, message: TemplateMessage) -> str:
        """Hand the message over, to be sent once; the id by which the provider knows it, of LONGEST_ID characters at
        most. Raises SenderRejected where no other message would be taken either, and AnswerLost where nobody knows
        whether this one was: ProviderDown and ProviderRejected say that it was not."""
        ...


class Delivered(Enum):
    """How far a message has come."""

    SENT = auto()
    DELIVERED = auto()
    READ = auto()
    FAILED = auto()


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of the message that the provider knows by this id, and we by its `reference`, where it had one."""

    message_id: str
    how: Delivered
    error: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a webhook brought: deliveries, what is wrong with the account, and whether somebody has written."""

    deliveries: tuple[Delivery, ...] = ()
    troubles: tuple[str, ...] = ()
    has_messages: bool = False
