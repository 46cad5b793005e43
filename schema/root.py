"""The three roots, and the schema made of them."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from resolvers import (
    agents,
    answers,
    api_keys,
    attendance,
    audit,
    booking,
    calendars,
    calls,
    canned_replies,
    channels,
    contact_lists,
    content_templates,
    conversations,
    deciding,
    dispositions,
    explanations,
    feeds,
    holds,
    hours,
    links,
    meetings,
    messages,
    nodes,
    offices,
    organizations,
    own_calendars,
    planning,
    series,
    services,
    sessions,
    settings,
    slots,
    tags,
    templates,
    webhooks,
)
from schema.agent import (
    Agent,
    AgentPayload,
    CalendarConnectionPayload,
    CalendarFeedPayload,
    DisconnectCalendarPayload,
    InviteGuestPayload,
    ScheduleLink,
    ScheduleLinkPayload,
)
from schema.audit import AuditConnection
from schema.call import (
    DisconnectMeetingProviderPayload,
    MeetingProviderConnection,
    MeetingProviderConnectionPayload,
)
from schema.channel import (
    ChannelAccount,
    ChannelAccountPayload,
    DisconnectChannelAccountPayload,
    MessageTemplatePayload,
)
from schema.content import ContentPreview, ContentTemplate, ContentTemplatePayload
from schema.conversation import Conversation, ConversationConnection, ConversationPayload, MessagePayload
from schema.desk import (
    CannedReply,
    CannedReplyPayload,
    ContactList,
    ContactListPayload,
    Disposition,
    DispositionPayload,
    Tag,
    TagPayload,
)
from schema.events import ConversationEvent, InboxEvent
from schema.explanation import AvailabilityExplanation
from schema.field import resolved_by, streamed_by
from schema.hours import DayTemplatePayload
from schema.meeting import (
    BookMeetingPayload,
    BookSeriesPayload,
    Meeting,
    MeetingConnection,
    MeetingPayload,
    RespondToMeetingPayload,
)
from schema.node import Node
from schema.organization import OfficePayload, Organization, ServicePayload, SubjectPayload
from schema.planning import DeletePayload, PlanningRulePayload
from schema.scalars import SCALARS
from schema.session import (
    ApiKey,
    CreateApiKeyPayload,
    GuestSessionPayload,
    RequestGuestCodePayload,
    RequestPasswordResetPayload,
    RevokeApiKeyPayload,
    SetPasswordPayload,
    SignInPayload,
    SignOutPayload,
    Viewer,
)
from schema.settings import UpdateBrandingPayload, UpdateSettingsPayload
from schema.slots import HoldSlotPayload, ReleaseHoldPayload, Slots
from schema.webhook import ReplayWebhookDeliveryPayload, Webhook, WebhookPayload, WebhookSecretPayload


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
    channel_accounts: list[ChannelAccount] = resolved_by(
        channels.channel_accounts, description="The organization's WhatsApp numbers. For administrators."
    )
    conversation: Conversation | None = resolved_by(
        conversations.conversation,
        description="By its id; null for what there is not, or the viewer may not see.",
    )
    conversations: ConversationConnection = resolved_by(
        conversations.conversations, description="Those the viewer may see, the newest message first."
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
    contact_lists: list[ContactList] = resolved_by(
        contact_lists.contact_lists, description="The default one first. For agents."
    )
    tags: list[Tag] = resolved_by(tags.tags, description="For agents.")
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


@strawberry.type
class Mutation:
    sign_in: SignInPayload = resolved_by(
        sessions.sign_in,
        description="RATE_LIMITED after ten tries that failed for an address within a quarter of an hour.",
    )
    refresh_session: SignInPayload = resolved_by(
        sessions.refresh_session, description="A refresh token that comes twice ends its session."
    )
    sign_out: SignOutPayload = resolved_by(
        sessions.sign_out,
        description="Ends at once the session of the agent who asks, or of the guest who has signed in by a code."
        " FORBIDDEN to an API key, which is revoked instead.",
    )
    request_guest_code: RequestGuestCodePayload = resolved_by(
        sessions.request_guest_code,
        description="Mails a code of six digits, which is good for ten minutes; to everybody alike.",
    )
    verify_guest_code: GuestSessionPayload = resolved_by(
        sessions.verify_guest_code, description="Signs the guest in whom the code was mailed to."
    )
    set_password: SetPasswordPayload = resolved_by(
        sessions.set_password,
        description="By the link of an invitation or a reset. All sessions of the agent end.",
    )
    request_password_reset: RequestPasswordResetPayload = resolved_by(
        sessions.request_password_reset,
        description="Mails an agent a link, good for an hour; the same answer for known and unknown addresses.",
    )
    create_api_key: CreateApiKeyPayload = resolved_by(
        api_keys.create_api_key,
        description="By administrators who have signed in themselves: a key makes no keys.",
    )
    revoke_api_key: RevokeApiKeyPayload = resolved_by(
        api_keys.revoke_api_key, description="Ends it, and within a second whatever follows something by it."
    )

    hold_slot: HoldSlotPayload = resolved_by(
        holds.hold_slot,
        description="Takes a slot for some minutes. Public, or by an agent on a guest's behalf.",
    )
    release_hold: ReleaseHoldPayload = resolved_by(
        holds.release_hold, description="Gives a held slot back; doing it again changes nothing."
    )
    book_meeting: BookMeetingPayload = resolved_by(
        booking.book_meeting,
        description="Takes a free slot, or seats of a group meeting. Public, or by an agent on a guest's behalf.",
    )
    book_series: BookSeriesPayload = resolved_by(
        series.book,
        description="Takes the starts of a recurrence rule that are free. Public, or by an agent on a guest's behalf.",
    )
    confirm_meeting: MeetingPayload = resolved_by(
        deciding.confirm_meeting,
        description="By the guest, before its `confirmationDeadline`; then it is SCHEDULED, or REQUESTED.",
    )
    accept_meeting: MeetingPayload = resolved_by(
        deciding.accept_meeting, description="What a guest has requested, by an agent who sees it."
    )
    decline_meeting: MeetingPayload = resolved_by(
        deciding.decline_meeting,
        description="What a guest has requested, by an agent who sees it; the guest is told the `reason`.",
    )
    reschedule_meeting: MeetingPayload = resolved_by(
        booking.reschedule_meeting,
        description="Another time, duration or both; by the guest or an agent. What is to be accepted is REQUESTED"
        " again after a guest's move, and SCHEDULED after an agent's.",
    )
    reassign_meeting: MeetingPayload = resolved_by(
        booking.reassign_meeting,
        description="To another agent who is free, or to the first one; by an agent who sees it and may assign.",
    )
    cancel_meeting: MeetingPayload = resolved_by(
        booking.cancel_meeting,
        description="By the guest or an agent. A guest of a group meeting leaves it, and it goes on for the others.",
    )
    create_virtual_meeting: MeetingPayload = resolved_by(
        calls.create_virtual_meeting,
        description="Has a scheduled meeting get a call soon, case by case; by its agents, and those who oversee the"
        " organization. `joinOpensAt` says that it will have one, a MeetingChange whether it could be made.",
    )
    complete_meeting: MeetingPayload = resolved_by(
        attendance.complete_meeting,
        description="It was held; by an agent, once it has begun. When its time is over, that is said by itself.",
    )
    mark_no_show: MeetingPayload = resolved_by(
        attendance.mark_no_show,
        description="No guest came, though they were waited for as long as the settings want; by an agent. Refused as"
        " TOO_SOON before, and as ALREADY_DECIDED where a guest has joined or an agent has completed it.",
    )
    join_meeting: MeetingPayload = resolved_by(
        attendance.join_meeting,
        description="The guest, or an agent, comes to the meeting: from `joinOpensMinutesBefore` its start, TOO_SOON"
        " before, until its end. Doing it again changes nothing.",
    )

    respond_to_meeting: RespondToMeetingPayload = resolved_by(
        answers.respond_to_meeting,
        description="An attendee says whether they come, by the link in their mail. It is kept, and nothing follows"
        " from it: a guest who will not come cancels or leaves the meeting.",
    )

    send_message: MessagePayload = resolved_by(
        messages.send_message,
        description="Says something to all who may read the conversation, or, as a NOTE, to its agents. By its"
        " members; NOT_A_MEMBER to other agents, CONVERSATION_CLOSED where it is over.",
    )
    mark_read: ConversationPayload = resolved_by(
        messages.mark_read, description="Messages up to `seq` are read; a marker never goes back."
    )
    assign_conversation: ConversationPayload = resolved_by(
        messages.assign_conversation,
        description="Gives it to an agent, oneself where none is named, and to a service where one is; its ledger says"
        " so. By the roles that `canAssign` names; NOT_A_MEMBER for an agent outside the service.",
    )

    set_week_template: AgentPayload = resolved_by(
        hours.set_week_template,
        description="Replaces the agent's usual week; booked meetings stay. By agents for themselves, by who plans"
        " for others, and by a manager who has offices for the agents there.",
    )
    set_date_override: AgentPayload = resolved_by(
        hours.set_date_override,
        description="Gives one date hours of its own, none for a day off, or those of a day template; with neither,"
        " the week's again. By who may set the agent's week; booked meetings stay.",
    )
    create_day_template: DayTemplatePayload = resolved_by(
        templates.create_day_template,
        description="Names hours that are given to dates; none are a day off. By who may set the agent's week."
        " Refused as INVALID for a name that the agent has already, and beyond 50 of them.",
    )
    update_day_template: DayTemplatePayload = resolved_by(
        templates.update_day_template,
        description="Another name, or other hours, which hold on every date that has it. By who may set the agent's"
        " week; the built-in one stays as it is.",
    )
    delete_day_template: DeletePayload = resolved_by(
        templates.delete_day_template,
        description="The dates that had it keep its hours as their own. By who may set the agent's week; the"
        " built-in one stays.",
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
    renew_calendar_feed: CalendarFeedPayload = resolved_by(
        own_calendars.renew,
        description="Gives a secret calendar a new address; the one before is worthless from then on. "
        "By whom it belongs to, or an administrator.",
    )
    revoke_calendar_feed: CalendarFeedPayload = resolved_by(
        own_calendars.revoke,
        description="Takes the address of a secret calendar away, until it is renewed. "
        "By whom it belongs to, or an administrator.",
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

    create_office: OfficePayload = resolved_by(
        offices.create_office,
        description="By administrators, and managers who have no offices. INVALID for a name that another office"
        " has.",
    )
    update_office: OfficePayload = resolved_by(
        offices.update_office,
        description="Changes what is given; booked meetings stay. By administrators and managers; a manager who has"
        " offices changes those only.",
    )
    delete_office: DeletePayload = resolved_by(
        offices.delete_office, description="Once no meeting to come is held there. What is past names it."
    )
    create_service: ServicePayload = resolved_by(
        services.create_service,
        description="Without members yet. By administrators, and managers who have no offices. INVALID for a name"
        " that another service has.",
    )
    update_service: ServicePayload = resolved_by(
        services.update_service,
        description="Changes what is given; booked meetings stay. By administrators, and managers who have no"
        " offices.",
    )
    delete_service: DeletePayload = resolved_by(
        services.delete_service,
        description="Once no meeting to come and no open conversation is its. What is past names it.",
    )
    set_service_member: ServicePayload = resolved_by(
        services.set_service_member,
        description="Lets an agent share the service's bookings, or changes their `weight`. Who joins takes their"
        " turn, and does not catch up. By administrators, and managers who have no offices.",
    )
    remove_service_member: ServicePayload = resolved_by(
        services.remove_service_member,
        description="Their meetings stay theirs. By administrators, and managers who have no offices.",
    )
    create_subject: SubjectPayload = resolved_by(
        planning.create_subject,
        description="By administrators, and managers who have no offices. INVALID for a name that another subject"
        " has.",
    )
    update_subject: SubjectPayload = resolved_by(
        planning.update_subject,
        description="Changes what is given; booked meetings stay. By administrators, and managers who have no"
        " offices.",
    )
    delete_subject: DeletePayload = resolved_by(
        planning.delete_subject, description="Once no meeting to come is about it. What is past names it."
    )
    create_planning_rule: PlanningRulePayload = resolved_by(
        planning.create_planning_rule,
        description="By administrators and managers; a manager who has offices, for those only.",
    )
    update_planning_rule: PlanningRulePayload = resolved_by(
        planning.update_planning_rule,
        description="Changes what is given, for what is booked from then on. By administrators and managers; a"
        " manager who has offices changes the rules of those only.",
    )
    delete_planning_rule: DeletePayload = resolved_by(
        planning.delete_planning_rule,
        description="What it refined holds again; booked meetings stay. By who may change it.",
    )
    create_schedule_link: ScheduleLinkPayload = resolved_by(
        links.create_schedule_link,
        description="One's own by every agent; others' and services' by administrators, managers and booking managers.",
    )
    update_schedule_link: ScheduleLinkPayload = resolved_by(
        links.update_schedule_link,
        description="Changes what is given; booked meetings stay. A new list of times is held anew, and refused"
        " where one of them is not free. By who may make such a link.",
    )
    invite_guest: InviteGuestPayload = resolved_by(
        links.invite_guest,
        description="Mails a guest a link to choose a time by, of all that are free or of a few that are held until one"
        " is booked. By who may make such a link and book for guests.",
    )
    delete_schedule_link: DeletePayload = resolved_by(
        links.delete_schedule_link, description="What it held is free; meetings booked through it stay."
    )
    update_settings: UpdateSettingsPayload = resolved_by(
        settings.update_settings,
        description="By administrators, and managers who have no offices; it holds from the next answer on.",
    )
    update_branding: UpdateBrandingPayload = resolved_by(
        settings.update_branding,
        description="Changes what is given. By administrators, and managers who have no offices; what is"
        " INVALID is named by its field.",
    )
    create_agent: AgentPayload = resolved_by(
        agents.create_agent, description="Mails them a link, good for a week, by which they choose a password."
    )
    update_agent: AgentPayload = resolved_by(
        agents.update_agent,
        description="Who they are, in which role, where, on what and in which languages they meet guests. By"
        " administrators, and by managers, but for roles and addresses.",
    )
    delete_agent: DeletePayload = resolved_by(
        agents.delete_agent,
        description="Once nothing is theirs any more: meetings to come, open conversations. What is past names them.",
    )
    create_tag: TagPayload = resolved_by(
        tags.create_tag,
        description="By administrators, and managers who have no offices. INVALID for a name that another tag has.",
    )
    update_tag: TagPayload = resolved_by(
        tags.update_tag,
        description="Changes what is given, wherever the tag is. By administrators, and managers who have no"
        " offices.",
    )
    delete_tag: DeletePayload = resolved_by(tags.delete_tag, description="Whatever has it, has it no longer.")
    create_canned_reply: CannedReplyPayload = resolved_by(
        canned_replies.create_canned_reply,
        description="Of one service, or of all. By administrators, and managers who have no offices. INVALID for a"
        " shortcut that there is already for the service and the language.",
    )
    update_canned_reply: CannedReplyPayload = resolved_by(
        canned_replies.update_canned_reply,
        description="Changes what is given; what was said by it stays. By administrators, and managers who have no"
        " offices.",
    )
    delete_canned_reply: DeletePayload = resolved_by(
        canned_replies.delete_canned_reply,
        description="What was said by it stays. By administrators, and managers who have no offices.",
    )
    create_disposition: DispositionPayload = resolved_by(
        dispositions.create_disposition,
        description="Of one service, or of all. By administrators, and managers who have no offices. INVALID for a"
        " name that the service has already.",
    )
    update_disposition: DispositionPayload = resolved_by(
        dispositions.update_disposition,
        description="Changes what is given. By administrators, and managers who have no offices.",
    )
    delete_disposition: DeletePayload = resolved_by(
        dispositions.delete_disposition,
        description="Takes it away. By administrators, and managers who have no offices.",
    )
    create_contact_list: ContactListPayload = resolved_by(
        contact_lists.create_contact_list,
        description="Without contacts yet. By administrators, and managers who have no offices. INVALID for a name"
        " that another list has.",
    )
    update_contact_list: ContactListPayload = resolved_by(
        contact_lists.update_contact_list,
        description="Changes what is given. A field keeps its type; what contacts have under one that is gone is"
        " shown again with it. By administrators, and managers who have no offices.",
    )
    delete_contact_list: DeletePayload = resolved_by(
        contact_lists.delete_contact_list, description="An empty one, and not the default one."
    )

    create_content_template: ContentTemplatePayload = resolved_by(
        content_templates.create_content_template,
        description="What no letter could be made of is refused as INVALID, by its field: an unknown variable, a"
        " mistake, or more than such texts need. By administrators.",
    )
    update_content_template: ContentTemplatePayload = resolved_by(
        content_templates.update_content_template,
        description="Changes the texts that are given, from the next letter on; refused as `createContentTemplate`"
        " is, and for a usual text. By administrators.",
    )
    delete_content_template: DeletePayload = resolved_by(
        content_templates.delete_content_template,
        description="From then on letters say the usual text, which stays itself. By administrators.",
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


@strawberry.type(
    description='To start without a gap: subscribe with `after: ""`, get a Resync at once, fetch, take what follows.'
)
class Subscription:
    conversation_events: ConversationEvent = streamed_by(
        feeds.conversation_events, description="Everything that happens in a conversation."
    )
    inbox_events: InboxEvent = streamed_by(
        feeds.inbox_events, description="What concerns the agent who asks: meetings, conversations."
    )


schema = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    config=StrawberryConfig(scalar_map=SCALARS, relay_max_results=100),
)
