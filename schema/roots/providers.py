"""What is connected: calendars, calls, channels and their campaigns, webhooks, API keys."""

from __future__ import annotations

import strawberry

from resolvers import (
    api_keys,
    calendars,
    calls,
    campaigns,
    channels,
    webhooks,
)
from schema.agent import (
    CalendarConnectionPayload,
    DisconnectCalendarPayload,
)
from schema.call import (
    DisconnectMeetingProviderPayload,
    MeetingProviderConnectionPayload,
)
from schema.campaign import CampaignPayload
from schema.channel import (
    ChannelAccountPayload,
    DisconnectChannelAccountPayload,
    MessageTemplatePayload,
)
from schema.field import resolved_by
from schema.planning import DeletePayload
from schema.session import (
    CreateApiKeyPayload,
    RevokeApiKeyPayload,
)
from schema.webhook import ReplayWebhookDeliveryPayload, WebhookPayload, WebhookSecretPayload


@strawberry.type
class Providers:
    create_api_key: CreateApiKeyPayload = resolved_by(
        api_keys.create_api_key,
        description="By administrators who have signed in themselves: a key makes no keys.",
    )
    revoke_api_key: RevokeApiKeyPayload = resolved_by(
        api_keys.revoke_api_key, description="Ends it, and within a second whatever follows something by it."
    )
    connect_calendar_feed: CalendarConnectionPayload = resolved_by(
        calendars.connect_calendar_feed,
        description="Its busy times, and nothing else of it, are kept and taken from the agent's slots.",
    )
    refresh_calendar: CalendarConnectionPayload = resolved_by(
        calendars.refresh,
        description="Reads the calendar soon, without waiting for its turn.",
    )
    disconnect_calendar: DisconnectCalendarPayload = resolved_by(
        calendars.disconnect,
        description="Takes it away, and its busy times out of the agent's slots. One's own; others' are NOT_FOUND.",
    )
    connect_meeting_provider: MeetingProviderConnectionPayload = resolved_by(
        calls.connect_meeting_provider, description="By administrators."
    )
    disconnect_meeting_provider: DisconnectMeetingProviderPayload = resolved_by(
        calls.disconnect_meeting_provider,
        description="By administrators. Calls that were made are joined as before; the automation that needs it is"
        " forgotten.",
    )
    connect_channel_account: ChannelAccountPayload = resolved_by(
        channels.connect_channel_account,
        description="A WhatsApp number at Meta or Twilio, by administrators. Then enter its `webhookUrl` there.",
    )
    update_channel_account: ChannelAccountPayload = resolved_by(
        channels.update_channel_account,
        description="Changes what is given; with other `meta` or `twilio`, its templates are listed anew. By"
        " administrators.",
    )
    sync_message_templates: ChannelAccountPayload = resolved_by(
        channels.sync_message_templates,
        description="Has the number's templates listed soon, out of turn; `health` tells what goes wrong.",
    )
    update_message_template: MessageTemplatePayload = resolved_by(
        channels.update_message_template, description="Says whether agents may write by it. By administrators."
    )
    disconnect_channel_account: DisconnectChannelAccountPayload = resolved_by(
        channels.disconnect_channel_account,
        description="Its credentials are forgotten, and its `webhookUrl` leads nowhere.",
    )
    create_campaign: CampaignPayload = resolved_by(
        campaigns.create_campaign,
        description="Has a template sent to every contact of a list who has a number, at once or at a moment, a few"
        " hundred a minute; each number once. By administrators.",
    )
    cancel_campaign: CampaignPayload = resolved_by(
        campaigns.cancel_campaign,
        description="Nothing more is sent of it, but what the provider is just being given. ALREADY_DECIDED once it is"
        " done or cancelled. By administrators.",
    )
    create_webhook: WebhookSecretPayload = resolved_by(
        webhooks.create_webhook, description="Has events sent to an address from now on. By administrators."
    )
    update_webhook: WebhookPayload = resolved_by(
        webhooks.update_webhook,
        description="Changes what is given. One that is enabled again begins anew: what has failed is forgotten. By"
        " administrators.",
    )
    renew_webhook_secret: WebhookSecretPayload = resolved_by(
        webhooks.renew_webhook_secret,
        description="For a day what is sent carries a signature by the former secret, too.",
    )
    delete_webhook: DeletePayload = resolved_by(
        webhooks.delete_webhook, description="What is still on its way to it is not sent."
    )
    replay_webhook_delivery: ReplayWebhookDeliveryPayload = resolved_by(
        webhooks.replay_webhook_delivery,
        description="Sends an event again, the same to the byte and under the same id.",
    )
