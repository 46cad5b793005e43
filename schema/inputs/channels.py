"""Inputs about channel accounts. In updates, what is absent stays as it is."""

from __future__ import annotations

import strawberry
from strawberry import UNSET

from models.words import MessagingProvider
from schema.enums import ENUMS
from schema.inputs.words import EXPECTED_VERSION, IDEMPOTENCY_KEY

assert ENUMS  # they are told to Strawberry before any input names them

_SECRET = " 16 to 1000 characters of ASCII without spaces; it never comes back out."
_SERVICE = "Whose agents answer what is written to the number."
_LIST = "Into which who writes to it comes; null: the default one."


@strawberry.input(description="What the WhatsApp Cloud API of Meta knows a number by.")
class MetaCredentialsInput:
    phone_number_id: str
    business_account_id: str = strawberry.field(description="Of the WhatsApp Business Account (WABA).")
    access_token: str = strawberry.field(
        description="Of a system user who may whatsapp_business_messaging and whatsapp_business_management."
        + _SECRET
    )
    app_secret: str = strawberry.field(description="By which the app's webhooks are signed." + _SECRET)
    verify_token: str = strawberry.field(
        description="A word of your choice, which is entered at Meta together with `webhookUrl`." + _SECRET
    )


@strawberry.input(description="What Twilio knows an account by.")
class TwilioCredentialsInput:
    account_sid: str = strawberry.field(description="AC and 32 hexadecimal digits.")
    auth_token: str = strawberry.field(
        description="It signs in, and signs what is sent to `webhookUrl`." + _SECRET
    )


@strawberry.input
class ConnectChannelAccountInput:
    name: str
    provider: MessagingProvider = strawberry.field(
        description="META or TWILIO. With SINCH and KALEYRA Frontdesk does not speak yet: they are refused as"
        " PROVIDER_REJECTED."
    )
    address: str = strawberry.field(description="The number, with its country code (+39 …).")
    service_id: strawberry.ID = strawberry.field(description=_SERVICE)
    list_id: strawberry.ID | None = strawberry.field(default=None, description=_LIST)
    meta: MetaCredentialsInput | None = strawberry.field(default=None, description="Needed for META.")
    twilio: TwilioCredentialsInput | None = strawberry.field(default=None, description="Needed for TWILIO.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.input(description="What is given is changed. A number and its provider stay: connect another one.")
class UpdateChannelAccountInput:
    account_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    name: str | None = UNSET
    service_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_SERVICE)
    list_id: strawberry.ID | None = strawberry.field(default=UNSET, description=_LIST)
    recontact_template_id: strawberry.ID | None = strawberry.field(
        default=UNSET, description="One of the account's that is APPROVED."
    )
    meta: MetaCredentialsInput | None = strawberry.field(
        default=UNSET, description="All of them anew, for META."
    )
    twilio: TwilioCredentialsInput | None = strawberry.field(
        default=UNSET, description="All of them anew, for TWILIO."
    )


@strawberry.input
class DisconnectChannelAccountInput:
    account_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)


@strawberry.input
class SyncMessageTemplatesInput:
    account_id: strawberry.ID


@strawberry.input
class UpdateMessageTemplateInput:
    template_id: strawberry.ID
    expected_version: int | None = strawberry.field(default=None, description=EXPECTED_VERSION)
    available_for_agents: bool
