"""What is asked for."""

from __future__ import annotations

import strawberry

from resolvers import (
    api_keys,
    audit,
    calendars,
    calls,
    campaigns,
    canned_replies,
    channels,
    contact_lists,
    contact_search,
    content_templates,
    conversations,
    dashboard,
    dispositions,
    explanations,
    inbox,
    links,
    meetings,
    nodes,
    offers,
    organizations,
    sessions,
    slots,
    tags,
    webhooks,
)
from schema.agent import (
    Agent,
    ScheduleLink,
)
from schema.audit import AuditConnection
from schema.call import (
    MeetingProviderConnection,
)
from schema.campaign import Campaign
from schema.channel import (
    ChannelAccount,
)
from schema.contact import ContactConnection
from schema.content import ContentPreview, ContentTemplate
from schema.conversation import (
    Conversation,
    ConversationConnection,
)
from schema.dashboard import Dashboard
from schema.desk import (
    CannedReply,
    ContactList,
    Disposition,
    Tag,
)
from schema.explanation import AvailabilityExplanation
from schema.field import resolved_by
from schema.meeting import (
    Meeting,
    MeetingConnection,
)
from schema.node import Node
from schema.offer import Offer
from schema.organization import Organization
from schema.session import (
    ApiKey,
    Viewer,
)
from schema.slots import Slots
from schema.webhook import Webhook


@strawberry.type
class Query:
    viewer: Viewer = resolved_by(
        sessions.viewer,
        description="Who asks: an agent, a guest, or neither.",
    )
    node: Node | None = resolved_by(
        nodes.node,
        description="Anything by its id; null for what there is not, or the viewer may not see.",
    )
    nodes: list[Node | None] = resolved_by(
        nodes.nodes,
        description="As `node`, at most 100 at once, in the order of the ids.",
    )
    organization: Organization | None = resolved_by(
        organizations.organization, description="By its slug; without one, the viewer's own."
    )
    schedule_link: ScheduleLink | None = resolved_by(
        links.schedule_link, description='"acme/anna?from=2026-12-01&to=2026-12-15" narrows its dates.'
    )
    slots: Slots = resolved_by(
        slots.slots,
        description="Free slots of an agent, a service or a link. FORBIDDEN to the public where it may not book.",
    )
    explain_availability: AvailabilityExplanation = resolved_by(
        explanations.explain_availability,
        description="Why there are few slots, or none; with `at`, why one start is refused. Agents are told by whom."
        " FORBIDDEN, as `slots` are, to the public where it may not book.",
    )
    meeting: Meeting | None = resolved_by(
        meetings.meeting, description="By its id, or by the manage token that its booking returned."
    )
    meetings: MeetingConnection = resolved_by(
        meetings.meetings, description="The meetings that the viewer may see, by their start."
    )
    meeting_providers: list[MeetingProviderConnection] = resolved_by(
        calls.meeting_providers, description="Where calls are made, the default first. For administrators."
    )
    dashboard: Dashboard = resolved_by(dashboard.dashboard, description="What an agent sees first. For agents.")
    channel_accounts: list[ChannelAccount] = resolved_by(
        channels.channel_accounts, description="The organization's WhatsApp numbers. For administrators."
    )
    campaigns: list[Campaign] = resolved_by(
        campaigns.campaigns,
        description="Templates that are, or were, sent to the contacts of a list: the newest 200, the newest first. For"
        " administrators.",
    )
    conversation: Conversation | None = resolved_by(
        conversations.conversation,
        description="By its id; null for what there is not, or the viewer may not see.",
    )
    conversations: ConversationConnection = resolved_by(
        inbox.conversations, description="Those the viewer may see, the newest message first."
    )
    offers: list[Offer] = resolved_by(
        offers.offers,
        description="The conversations that the viewer can take now, the oldest first. For agents.",
    )
    audit: AuditConnection = resolved_by(
        audit.audit,
        description="Who set up what, the newest first; with `targetId`, of one thing, which may be gone. For"
        " administrators.",
    )
    synchronised_calendars: list[Agent] = resolved_by(
        calendars.synchronised_calendars,
        description="Agents who have connected a calendar, for those who set them up.",
    )
    api_keys: list[ApiKey] = resolved_by(
        api_keys.api_keys, description="The newest first, also those that have ended. For administrators."
    )
    contacts: ContactConnection = resolved_by(
        contact_search.contacts,
        description="The organization's contacts, by name. For agents.",
    )
    contact_lists: list[ContactList] = resolved_by(
        contact_lists.contact_lists, description="The default one first. For agents."
    )
    tags: list[Tag] = resolved_by(tags.tags, description="For agents.")
    canned_reply_text: str = resolved_by(
        canned_replies.canned_reply_text,
        description="What the reply says in the conversation, as `sendMessage` would by `cannedReplyId`. For agents.",
    )
    canned_replies: list[CannedReply] = resolved_by(
        canned_replies.canned_replies,
        description="Those of a service and of all services; `search` looks in shortcuts and texts. For agents.",
    )
    dispositions: list[Disposition] = resolved_by(
        dispositions.dispositions, description="Those of a service and of all services. For agents."
    )
    preview_content_template: ContentPreview = resolved_by(
        content_templates.preview_content_template,
        description="What a template would say; what is none is a BAD_REQUEST that says why. For administrators.",
    )
    content_templates: list[ContentTemplate] = resolved_by(
        content_templates.content_templates,
        description="What mails and calendar entries say: the organization's own texts, and the usual ones where it has"
        " none. For administrators.",
    )
    webhooks: list[Webhook] = resolved_by(
        webhooks.webhooks, description="Where the organization's events are sent. For administrators."
    )
