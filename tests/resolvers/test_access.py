"""Every field and mutation, tried by everybody whom it does not concern.

The table has a row for each root field of the schema: one that is added without a row fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from tortoise import connections

from models.agent.agent import Agent
from resolvers.ids import encode
from schema.root import schema
from tests.resolvers import attachment_documents as files
from tests.resolvers import call_documents as call
from tests.resolvers import campaign_documents as campaigns
from tests.resolvers import channel_documents as channels
from tests.resolvers import contact_documents as contacts
from tests.resolvers import content_documents as content
from tests.resolvers import desk_documents as desk
from tests.resolvers import documents as say
from tests.resolvers import guest_documents as guests
from tests.resolvers import handover_documents as over
from tests.resolvers import key_documents as keys
from tests.resolvers import link_documents as linked
from tests.resolvers import planning_documents as plan
from tests.resolvers import queue_documents as queue
from tests.resolvers import staff_documents as staff
from tests.resolvers import talk_documents as talking
from tests.resolvers import webhook_documents as hooks
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Answer, SignIn, Talk
from tests.resolvers.scene import CALLERS, Scene, a_scene
from tests.resolvers.settings_documents import READ_BRANDING, UPDATE_BRANDING, UPDATE_SETTINGS
from tests.resolvers.slot_feeds.widget import FOLLOW as FOLLOW_SLOTS
from tests.resolvers.tables import contents


@pytest.fixture
async def scene(talk: Talk, sign_in: SignIn, anna: Agent) -> Scene:
    return await a_scene(talk, sign_in, anna)


def outcome(answer: Answer) -> str:
    """What came of it: a code; "nothing"; or "something"."""
    if answer.errors:
        return "+".join(sorted({code.lower() for code in answer.codes}))
    [value] = answer.data.values()
    if isinstance(value, dict) and value.get("errors"):
        return "+".join(sorted({error["code"].lower() for error in value["errors"]}))
    if isinstance(value, dict) and "edges" in value:
        value = value["edges"]
    if isinstance(value, list):
        value = [entry for entry in value if entry is not None]
    return "something" if value else "nothing"


IVAN = {"name": "Ivan", "email": "ivan@guests.example", "timeZone": "Europe/Rome"}
Variables = Callable[[dict[str, str]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Row:
    """An operation, and what comes of it for each of the callers: one word for all, or five."""

    document: str
    variables: Variables
    expected: str

    def by_caller(self) -> dict[str, str]:
        words = self.expected.split()
        return dict(zip(CALLERS, words * 5 if len(words) == 1 else words, strict=False))


def none(ids: dict[str, str]) -> dict[str, Any]:
    return {}


def named(name: str) -> Variables:
    return lambda ids: {"id": ids[name]}


def given(**fields: Any) -> Variables:
    """An input; a value that begins with @ is an id of the scene."""
    return lambda ids: {
        "input": {
            name: ids[value[1:]] if isinstance(value, str) and value.startswith("@") else value
            for name, value in fields.items()
        }
    }


def put(ids: dict[str, str]) -> dict[str, Any]:
    """A contact's list and name."""
    return {"listId": ids["list"], "name": "Judy"}


PRIVATE_OF_AGENT = """offices { name } services { name } expertise { name } openConversationCount presence
  weekTemplate { weekday } dateOverrides(from: "2027-01-01", to: "2027-12-31") { date }
  dayTemplates { name } scheduleLinks { slug } calendarConnections { account }"""
OF_CONVERSATION = """number title lastSeq unreadCount contact { name email } lastMessage { text } assignments { how }
  members { role } messages { edges { node { text } } }"""
A_DAY = {"from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}
NODE = """query($id: ID!) { node(id: $id) { id
  ... on Agent { address: email calendarConnections { account } } ... on Contact { email phone }
  ... on Meeting { notes manageUrl guest { name } } ... on Conversation { title } ... on Message { text }
  ... on CalendarConnection { lastError } } }"""
LISTED = """query($agent: ID, $service: ID) { meetings(agentId: $agent, serviceId: $service) {
  totalCount edges { node { id title guest { name } } } } }"""
REJECTED = "unauthenticated unauthenticated not_found not_found not_found"
"""To those who are no agents it is not said whether there is such a thing."""

NOT_THEIRS = "unauthenticated unauthenticated forbidden forbidden not_found"
NOT_OF_THEIR_AGENT = "unauthenticated unauthenticated forbidden not_found not_found"
NOT_THEIR_ADDRESS = "unauthenticated forbidden forbidden forbidden not_found"
THEIR_OWN = "unauthenticated unauthenticated forbidden forbidden something"
OF_AGENTS = "unauthenticated unauthenticated something not_found not_found"
OF_COLLEAGUES = "unauthenticated unauthenticated something nothing nothing"
THEIR_TALK = "unauthenticated not_found not_found not_found not_found"
COLLEAGUES = "nothing nothing something nothing nothing"

TABLE: dict[str, Row] = {
    "viewer": Row("{ viewer { agent { id } } }", none, "something"),
    "node: a meeting": Row(NODE, named("meeting"), "nothing"),
    "node: a conversation": Row(NODE, named("conversation"), "nothing"),
    "node: a message": Row(NODE, named("message"), "nothing"),
    "node: a note": Row(NODE, named("note"), "nothing"),
    "node: a calendar": Row(NODE, named("calendar"), "nothing"),
    "node: a provider of calls": Row(NODE, named("provider"), "nothing"),
    "node: a channel account": Row(NODE, named("channel"), "nothing"),
    "node: a message template": Row(NODE, named("greeting"), "nothing"),
    "node: a campaign": Row(NODE, named("campaign"), "nothing"),
    "node: a contact": Row(NODE, named("contact"), COLLEAGUES),
    "node: a contact who was merged": Row(contacts.READ, named("former"), COLLEAGUES),
    "node: a contact's journey": Row(contacts.JOURNEY, named("contact"), COLLEAGUES),
    "node: an offer": Row(NODE, named("offer"), "nothing"),
    "node: an agent": Row(NODE, named("agent"), "nothing nothing something nothing nothing"),
    "node: a service": Row(NODE, named("service"), "nothing nothing something nothing nothing"),
    "node: a link": Row(NODE, named("link"), "nothing nothing something nothing nothing"),
    "node: an office": Row(NODE, named("office"), COLLEAGUES),
    "node: a subject": Row(NODE, named("subject"), COLLEAGUES),
    "node: a planning rule": Row(NODE, named("rule"), COLLEAGUES),
    "node: a day template": Row(NODE, named("template"), COLLEAGUES),
    "node: a tag": Row(NODE, named("tag"), COLLEAGUES),
    "node: a canned reply": Row(NODE, named("reply"), COLLEAGUES),
    "node: a disposition": Row(NODE, named("disposition"), COLLEAGUES),
    "node: a contact list": Row(NODE, named("list"), COLLEAGUES),
    "node: the built-in day template": Row(
        NODE, lambda _: {"id": encode("DayTemplate", 0)}, "nothing nothing something something something"
    ),
    "node: an organization": Row(NODE, named("organization"), "nothing something something nothing nothing"),
    "nodes": Row(
        "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
        lambda ids: {"ids": [ids[name] for name in ("meeting", "conversation", "message", "note", "calendar")]},
        "nothing",
    ),
    "organization: what is public": Row(
        '{ organization(slug: "acme") { name offices { name } services { name members { agent { name } } } } }',
        none,
        "something",
    ),
    "organization: when offices are open": Row(
        '{ organization(slug: "acme") { offices { hours { weekday } closures { from reason } } } }',
        none,
        "something",
    ),
    "organization: how subjects are met": Row(
        '{ organization(slug: "acme") { subjects { name planningRules { seats agents { name } } } } }',
        none,
        "forbidden forbidden something forbidden forbidden",
    ),
    "organization: its agents": Row(
        '{ organization(slug: "acme") { agents { totalCount edges { node { email } } } } }',
        none,
        "unauthenticated unauthenticated something something something",
    ),
    "organization: addresses of agents": Row(
        '{ organization(slug: "acme") { services { members { agent { email } } } } }',
        none,
        "forbidden forbidden something forbidden forbidden",
    ),
    "scheduleLink: what is public": Row(
        '{ scheduleLink(link: "acme/anna") { url agent { name } } }', none, "something"
    ),
    "scheduleLink: what is the agent's": Row(
        f'{{ scheduleLink(link: "acme/anna") {{ agent {{ {PRIVATE_OF_AGENT} }} }} }}',
        none,
        "forbidden forbidden something forbidden forbidden",
    ),
    "slots: by link": Row(
        say.SLOTS,
        given(link="acme/anna", **{"from": "2027-03-01"}, to="2027-03-01", timeZone="Europe/Rome"),
        "something something something bad_request bad_request",
    ),
    "slots: around another's meeting": Row(
        say.SLOTS,
        given(
            link="acme/anna",
            **{"from": "2027-03-01"},
            to="2027-03-01",
            timeZone="Europe/Rome",
            reschedulingMeetingId="@meeting",
        ),
        "bad_request",
    ),
    "explainAvailability: one start": Row(
        say.EXPLAIN,
        lambda ids: {"input": {**A_DAY, "agentId": ids["agent"]}, "at": say.NINE},
        "something something something bad_request bad_request",
    ),
    "explainAvailability: around another's meeting": Row(
        say.EXPLAIN,
        lambda ids: {"input": {**A_DAY, "link": "acme/anna", "reschedulingMeetingId": ids["meeting"]}},
        "bad_request",
    ),
    "meeting": Row(
        f"query($id: ID) {{ meeting(id: $id) {{ title manageUrl conversation {{ {OF_CONVERSATION} }} }} }}",
        named("meeting"),
        "nothing",
    ),
    "meetings: of the agent": Row(
        LISTED,
        lambda ids: {"agent": ids["agent"]},
        "unauthenticated nothing nothing nothing nothing",
    ),
    "meetings: of the service": Row(
        LISTED,
        lambda ids: {"service": ids["service"]},
        "unauthenticated nothing nothing nothing nothing",
    ),
    "conversation": Row(
        f"query($id: ID!) {{ conversation(id: $id) {{ {OF_CONVERSATION} }} }}", named("conversation"), "nothing"
    ),
    "conversations: with the contact": Row(
        say.CONVERSATIONS,
        lambda ids: {"filter": {"contactId": ids["contact"]}},
        "unauthenticated nothing nothing nothing nothing",
    ),
    "conversations: of the agent": Row(
        say.CONVERSATIONS,
        lambda ids: {"filter": {"agentId": ids["agent"]}},
        "unauthenticated nothing nothing nothing nothing",
    ),
    "organization: what its pages look like": Row(READ_BRANDING, lambda _: {"slug": "acme"}, "something"),
    "organization: its settings": Row(
        '{ organization(slug: "acme") { settings { mailFrom canAssign } } }', none, "forbidden"
    ),
    "updateSettings": Row(UPDATE_SETTINGS, given(settings={"holdMinutes": 7}), THEIR_OWN),
    "updateBranding": Row(UPDATE_BRANDING, given(branding={"slotTextColor": "#000000"}), THEIR_OWN),
    "audit: one's own": Row(AUDIT, none, "unauthenticated unauthenticated forbidden forbidden something"),
    "audit: of another's office": Row(
        AUDIT,
        lambda ids: {"targetId": ids["office"]},
        "unauthenticated unauthenticated forbidden forbidden nothing",
    ),
    "signIn": Row(
        "mutation($input: SignInInput!) { signIn(input: $input) { accessToken agent { id } errors { code } } }",
        given(organization="acme", email="anna@acme.example", password="anything"),
        "invalid",
    ),
    "refreshSession": Row(
        "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { accessToken errors { code } } }",
        given(refreshToken="anything"),
        "invalid",
    ),
    "requestGuestCode": Row(
        guests.REQUEST,
        given(organization="acme", email="ivan@guests.example"),
        "something something something limit_reached limit_reached",
    ),
    "verifyGuestCode": Row(
        guests.VERIFY, given(organization="acme", email="grace@guests.example", code="123456"), "invalid"
    ),
    "signOut": Row(
        "mutation { signOut { ok } }",
        none,
        "unauthenticated unauthenticated something something something",
    ),
    "holdSlot": Row(
        say.HOLD,
        given(slots={"link": "acme/anna"}, start=say.TEN),
        "something slot_taken slot_taken not_found not_found",
    ),
    "holdSlot: by the agent's id": Row(
        say.HOLD,
        lambda ids: {"input": {"slots": {"agentId": ids["agent"]}, "start": say.NINE}},
        "slot_taken slot_taken slot_taken not_found not_found",
    ),
    "releaseHold": Row(say.RELEASE, given(token="hold_nothing"), "something"),
    "bookMeeting: by a hold of none": Row(
        say.BOOK,
        lambda ids: {"input": say.wish(say.TEN, holdToken="hold_nothing")},
        "hold_expired hold_expired hold_expired not_found not_found",
    ),
    "bookMeeting: by link": Row(
        say.BOOK,
        lambda ids: {
            "input": say.wish(say.TEN, guest={**say.GRACE, "name": "Ivan", "email": "ivan@guests.example"})
        },
        "something slot_taken slot_taken not_found not_found",
    ),
    "bookMeeting: by the agent's id": Row(
        say.BOOK,
        lambda ids: {"input": say.wish(say.NINE, slots={"agentId": ids["agent"]})},
        "slot_taken slot_taken slot_taken not_found not_found",
    ),
    "bookSeries: by link": Row(
        say.SERIES,
        lambda ids: {"input": say.wish(say.ELEVEN, recurrence="FREQ=WEEKLY;COUNT=2")},
        "something slot_taken slot_taken not_found not_found",
    ),
    "confirmMeeting": Row(
        say.CONFIRM,
        given(meetingId="@meeting"),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "acceptMeeting": Row(say.ACCEPT, given(meetingId="@meeting"), REJECTED),
    "declineMeeting": Row(say.DECLINE, given(meetingId="@meeting", reason="No time"), REJECTED),
    "rescheduleMeeting": Row(
        say.MOVE,
        given(meetingId="@meeting", start=say.TEN),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "reassignMeeting": Row(say.REASSIGN, given(meetingId="@meeting", agentId="@agent"), REJECTED),
    "reassignMeeting: to one's own": Row(say.REASSIGN, given(meetingId="@meeting", agentId="@eve"), REJECTED),
    "cancelMeeting": Row(
        say.CANCEL,
        given(meetingId="@meeting"),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "meetingProviders": Row(
        call.PROVIDERS, none, "unauthenticated unauthenticated forbidden forbidden nothing"
    ),
    "createVirtualMeeting": Row(call.CALL, given(meetingId="@meeting"), REJECTED),
    "connectMeetingProvider": Row(
        call.CONNECT, given(provider="JITSI", url="https://meet.example.org"), THEIR_OWN
    ),
    "disconnectMeetingProvider": Row(call.DISCONNECT, given(connectionId="@provider"), NOT_THEIRS),
    "dashboard": Row(
        "{ dashboard { unreadCount meetingsToday { id } unassignedMeetings { id } requests { id } } }",
        none,
        "unauthenticated unauthenticated something something something",
    ),
    "channelAccounts": Row(
        channels.ACCOUNTS, none, "unauthenticated unauthenticated forbidden forbidden nothing"
    ),
    "connectChannelAccount": Row(channels.CONNECT, given(**channels.NEW), NOT_THEIRS),
    "updateChannelAccount": Row(channels.UPDATE, given(accountId="@channel", name="Ours"), NOT_THEIRS),
    "syncMessageTemplates": Row(channels.SYNC, given(accountId="@channel"), NOT_THEIRS),
    "updateMessageTemplate": Row(
        channels.PERMIT, given(templateId="@greeting", availableForAgents=True), NOT_THEIRS
    ),
    "disconnectChannelAccount": Row(channels.DISCONNECT, given(accountId="@channel"), NOT_THEIRS),
    "campaigns": Row(campaigns.CAMPAIGNS, none, "unauthenticated unauthenticated forbidden forbidden nothing"),
    "createCampaign": Row(campaigns.CREATE, given(**campaigns.NEW), NOT_THEIRS),
    "cancelCampaign": Row(campaigns.CANCEL, given(campaignId="@campaign"), NOT_THEIRS),
    "joinMeeting": Row(
        call.JOIN,
        given(meetingId="@meeting"),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "completeMeeting": Row(call.COMPLETE, given(meetingId="@meeting"), REJECTED),
    "markNoShow": Row(call.MISS, given(meetingId="@meeting"), REJECTED),
    "respondToMeeting": Row(say.RESPOND, given(token="answer_nothing", response="ACCEPTED"), "not_found"),
    "sendMessage": Row(
        say.SEND,
        given(conversationId="@conversation", text="Hello", replyToId="@note"),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "sendMessage: a file": Row(
        files.SEND,
        given(conversationId="@conversation", attachmentId="@attachment"),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "uploadAttachment": Row(
        files.UPLOAD,
        lambda ids: {"id": ids["conversation"], "file": files.a_file()},
        "unauthenticated not_found not_found not_found not_found",
    ),
    "markRead": Row(
        say.READ,
        lambda ids: {"input": {"conversationId": ids["conversation"], "seq": 1}},
        "unauthenticated not_found not_found not_found not_found",
    ),
    "addMember": Row(talking.ADD_MEMBER, given(conversationId="@conversation", agentId="@eve"), THEIR_TALK),
    "addMember: a guest": Row(
        talking.ADD_MEMBER,
        given(conversationId="@conversation", guest={**say.GRACE, "name": "Tom"}),
        THEIR_TALK,
    ),
    "leaveConversation": Row(talking.LEAVE, given(conversationId="@conversation"), THEIR_TALK),
    "removeMember": Row(
        talking.REMOVE_MEMBER, given(conversationId="@conversation", partyId="@contact"), THEIR_TALK
    ),
    "cancelScheduledMessage": Row(
        talking.CANCEL_SCHEDULED, lambda ids: {"id": encode("ScheduledMessage", 1)}, REJECTED
    ),
    "sendMessage: later": Row(
        talking.SCHEDULE,
        given(conversationId="@conversation", text="Hello", sendAt="2027-03-02T12:00:00Z"),
        THEIR_TALK,
    ),
    "redactMessage": Row(
        talking.REDACT, named("message"), "unauthenticated not_found not_found not_found not_found"
    ),
    "exportTranscript": Row(
        talking.EXPORT,
        given(conversationId="@conversation", format="PDF"),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "setTyping": Row(
        talking.TYPING,
        given(conversationId="@conversation", typing=True),
        "unauthenticated not_found not_found not_found not_found",
    ),
    "markUnread": Row(
        talking.UNREAD,
        lambda ids: {"input": {"conversationId": ids["conversation"], "seq": 1}},
        "unauthenticated not_found not_found not_found not_found",
    ),
    "tagConversation": Row(say.TAG, given(conversationId="@conversation", add=["@tag"]), REJECTED),
    "startConversation": Row(
        over.START,
        given(serviceId="@service", text="Hello", guest=IVAN),
        "something something not_a_member not_found not_found",
    ),
    "startConversation: without a name": Row(
        over.START, given(text="Hello"), "invalid invalid invalid invalid invalid"
    ),
    "unassignConversation": Row(over.UNASSIGN, given(conversationId="@conversation"), REJECTED),
    "transferConversation": Row(
        over.TRANSFER, given(conversationId="@conversation", toAgentId="@agent"), REJECTED
    ),
    "transferConversation: to one's own": Row(
        over.TRANSFER, given(conversationId="@conversation", toAgentId="@eve"), REJECTED
    ),
    "withdrawOffer": Row(over.WITHDRAW, given(offerId="@offer"), REJECTED),
    "closeConversation": Row(over.CLOSE, given(conversationId="@conversation"), REJECTED),
    "closeConversation: with another's disposition": Row(
        over.CLOSE, given(conversationId="@conversation", dispositionId="@disposition"), REJECTED
    ),
    "reopenConversation": Row(over.REOPEN, given(conversationId="@conversation"), REJECTED),
    "snoozeConversation": Row(
        over.SNOOZE, given(conversationId="@conversation", until="2027-03-02T08:00:00Z"), REJECTED
    ),
    "assignConversation": Row(say.ASSIGN, given(conversationId="@conversation"), REJECTED),
    "assignConversation: to one's own": Row(
        say.ASSIGN, given(conversationId="@conversation", agentId="@eve", serviceId="@theirs"), REJECTED
    ),
    "setPresence": Row(
        queue.PRESENCE,
        lambda _: {"presence": "AWAY"},
        "unauthenticated unauthenticated something something something",
    ),
    "acceptOffer": Row(queue.ACCEPT, given(offerId="@offer"), REJECTED),
    "rejectOffer": Row(queue.REJECT, given(offerId="@offer", reason="Mine"), REJECTED),
    "setWeekTemplate": Row(
        say.SET_WEEK,
        lambda ids: {"input": {"agentId": ids["agent"], "windows": []}},
        "unauthenticated unauthenticated forbidden not_found not_found",
    ),
    "setDateOverride": Row(
        say.SET_DATE,
        lambda ids: {"input": {"agentId": ids["agent"], "date": "2027-03-02", "windows": []}},
        "unauthenticated unauthenticated forbidden not_found not_found",
    ),
    "connectCalendarFeed": Row(
        say.CONNECT_FEED,
        given(agentId="@agent", name="Mine", url="https://calendars.example/feed.ics"),
        "unauthenticated unauthenticated forbidden not_found not_found",
    ),
    "refreshCalendar": Row(say.REFRESH_CALENDAR, given(connectionId="@calendar"), REJECTED),
    "disconnectCalendar": Row(say.DISCONNECT_CALENDAR, given(connectionId="@calendar"), REJECTED),
    "renewCalendarFeed": Row(say.RENEW_OWN_CALENDAR, given(agentId="@agent"), NOT_THEIR_ADDRESS),
    "revokeCalendarFeed": Row(say.REVOKE_OWN_CALENDAR, given(agentId="@agent"), NOT_THEIR_ADDRESS),
    "createDayTemplate": Row(
        plan.CREATE_TEMPLATE, given(agentId="@agent", name="Late", windows=[]), NOT_OF_THEIR_AGENT
    ),
    "updateDayTemplate": Row(
        plan.UPDATE_TEMPLATE, given(templateId="@template", name="Late"), NOT_OF_THEIR_AGENT
    ),
    "deleteDayTemplate": Row(plan.DELETE_TEMPLATE, given(templateId="@template"), NOT_OF_THEIR_AGENT),
    "createOffice": Row(plan.CREATE_OFFICE, given(name="Milan", timeZone="Europe/Rome"), THEIR_OWN),
    "updateOffice": Row(plan.UPDATE_OFFICE, given(officeId="@office", isActive=False), NOT_THEIRS),
    "createService": Row(plan.CREATE_SERVICE, given(name="Sales"), THEIR_OWN),
    "updateService": Row(plan.UPDATE_SERVICE, given(serviceId="@service", isActive=False), NOT_THEIRS),
    "setServiceMember": Row(
        plan.SET_MEMBER, given(serviceId="@service", agentId="@agent", weight=9), NOT_THEIRS
    ),
    "setServiceMember: into another's": Row(
        plan.SET_MEMBER, given(serviceId="@theirs", agentId="@agent"), NOT_THEIRS
    ),
    "removeServiceMember": Row(plan.REMOVE_MEMBER, given(serviceId="@service", agentId="@agent"), NOT_THEIRS),
    "createSubject": Row(plan.CREATE_SUBJECT, given(name="Wills"), THEIR_OWN),
    "updateSubject": Row(plan.UPDATE_SUBJECT, given(subjectId="@subject", name="Wills"), NOT_THEIRS),
    "createPlanningRule": Row(plan.CREATE_RULE, given(subjectId="@subject", meetingType="PHONE"), NOT_THEIRS),
    "updatePlanningRule": Row(plan.UPDATE_RULE, given(ruleId="@rule", enabled=False), NOT_THEIRS),
    "deletePlanningRule": Row(plan.DELETE_RULE, given(ruleId="@rule"), NOT_THEIRS),
    "contentTemplates": Row(content.TEMPLATES, none, THEIR_OWN),
    "previewContentTemplate": Row(content.PREVIEW, lambda _: {"input": {}}, THEIR_OWN),
    "node: a content template": Row(NODE, named("text"), "nothing"),
    "createContentTemplate": Row(content.CREATE, lambda _: {"input": content.NEW}, THEIR_OWN),
    "updateContentTemplate": Row(content.UPDATE, given(templateId="@text", subject="Hello"), NOT_THEIRS),
    "deleteContentTemplate": Row(content.DELETE, given(templateId="@text"), NOT_THEIRS),
    "webhooks": Row(
        hooks.WEBHOOKS,
        none,
        "unauthenticated unauthenticated forbidden forbidden nothing",
    ),
    "node: a webhook": Row(NODE, named("webhook"), "nothing"),
    "node: a delivery": Row(NODE, named("delivery"), "nothing"),
    "createWebhook": Row(
        hooks.CREATE, given(url="https://hooks.example", events=["MEETING_BOOKED"]), THEIR_OWN
    ),
    "updateWebhook": Row(hooks.UPDATE, given(webhookId="@webhook", isActive=False), NOT_THEIRS),
    "renewWebhookSecret": Row(hooks.RENEW, given(webhookId="@webhook"), NOT_THEIRS),
    "deleteWebhook": Row(hooks.DELETE, given(webhookId="@webhook"), NOT_THEIRS),
    "replayWebhookDelivery": Row(hooks.REPLAY, given(deliveryId="@delivery"), NOT_THEIRS),
    "createScheduleLink": Row(linked.CREATE, given(agentId="@agent"), NOT_OF_THEIR_AGENT),
    "createScheduleLink: of a service": Row(linked.CREATE, given(serviceId="@service"), NOT_OF_THEIR_AGENT),
    "createScheduleLink: of another's time": Row(
        linked.CREATE,
        lambda ids: {"input": {"agentId": ids["agent"], "offeredTimes": [say.ELEVEN]}},
        NOT_OF_THEIR_AGENT,
    ),
    "updateScheduleLink": Row(linked.UPDATE, given(linkId="@link", isActive=False), NOT_OF_THEIR_AGENT),
    "inviteGuest": Row(
        linked.INVITE,
        lambda ids: {"input": {"link": {"agentId": ids["agent"]}, "guest": say.GRACE}},
        NOT_OF_THEIR_AGENT,
    ),
    "deleteScheduleLink": Row(linked.DELETE, given(linkId="@link"), NOT_OF_THEIR_AGENT),
    "updateAgent": Row(plan.UPDATE_AGENT, given(agentId="@agent", isActive=False), NOT_THEIRS),
    "deleteOffice": Row(plan.DELETE_OFFICE, given(officeId="@office"), NOT_THEIRS),
    "deleteService": Row(plan.DELETE_SERVICE, given(serviceId="@service"), NOT_THEIRS),
    "deleteSubject": Row(plan.DELETE_SUBJECT, given(subjectId="@subject"), NOT_THEIRS),
    "synchronisedCalendars": Row(
        say.SYNCHRONISED, none, "unauthenticated unauthenticated forbidden forbidden nothing"
    ),
    "synchronisedCalendars: of the service": Row(
        say.SYNCHRONISED,
        lambda ids: {"service": ids["service"]},
        "unauthenticated unauthenticated forbidden forbidden nothing",
    ),
    "createAgent": Row(staff.CREATE, given(name="Zed", email="zed@acme.example"), THEIR_OWN),
    "deleteAgent": Row(staff.DELETE, given(agentId="@agent"), NOT_THEIRS),
    "setPassword": Row(staff.SET_PASSWORD, given(token="set_nothing", password="tall green ladder"), "invalid"),
    "requestPasswordReset": Row(
        staff.RESET_PASSWORD, given(organization="acme", email="anna@acme.example"), "something"
    ),
    "apiKeys": Row(keys.LISTED, none, "unauthenticated unauthenticated forbidden forbidden nothing"),
    "createApiKey": Row(keys.CREATE, given(name="Website", role="ADMINISTRATOR"), THEIR_OWN),
    "revokeApiKey": Row(keys.REVOKE, named("key"), NOT_THEIRS),
    "node: an API key": Row(NODE, named("key"), "nothing"),
    "offers": Row(queue.OFFERS, none, "unauthenticated unauthenticated nothing nothing nothing"),
    "tags": Row(desk.TAGS, none, OF_COLLEAGUES),
    "cannedReplies": Row(desk.REPLIES, none, OF_COLLEAGUES),
    "cannedReplies: of the service": Row(desk.REPLIES, lambda ids: {"service": ids["service"]}, OF_COLLEAGUES),
    "cannedReplyText": Row(
        desk.REPLY_TEXT,
        lambda ids: {"reply": ids["reply"], "conversation": ids["conversation"]},
        "unauthenticated unauthenticated bad_request bad_request bad_request",
    ),
    "dispositions": Row(desk.DISPOSITIONS, none, OF_COLLEAGUES),
    "contactLists": Row(desk.LISTS, none, "unauthenticated unauthenticated something something something"),
    "contactLists: how many contacts": Row(
        "{ contactLists { name count customFieldDefinitions { key } } }",
        none,
        "unauthenticated unauthenticated something something something",
    ),
    "createTag": Row(desk.CREATE_TAG, given(name="Urgent", color="#ff0000"), THEIR_OWN),
    "updateTag": Row(desk.UPDATE_TAG, given(tagId="@tag", name="Urgent"), NOT_THEIRS),
    "deleteTag": Row(desk.DELETE_TAG, given(tagId="@tag"), NOT_THEIRS),
    "createCannedReply": Row(desk.CREATE_REPLY, given(shortcut="hi", text="Hello"), THEIR_OWN),
    "createCannedReply: of another's service": Row(
        desk.CREATE_REPLY, given(shortcut="hi", text="Hello", serviceId="@service"), NOT_THEIRS
    ),
    "updateCannedReply": Row(desk.UPDATE_REPLY, given(replyId="@reply", text="Hello"), NOT_THEIRS),
    "deleteCannedReply": Row(desk.DELETE_REPLY, given(replyId="@reply"), NOT_THEIRS),
    "createDisposition": Row(desk.CREATE_DISPOSITION, given(name="Solved"), THEIR_OWN),
    "createDisposition: of another's service": Row(
        desk.CREATE_DISPOSITION, given(name="Solved", serviceId="@service"), NOT_THEIRS
    ),
    "updateDisposition": Row(
        desk.UPDATE_DISPOSITION, given(dispositionId="@disposition", name="Solved"), NOT_THEIRS
    ),
    "deleteDisposition": Row(desk.DELETE_DISPOSITION, given(dispositionId="@disposition"), NOT_THEIRS),
    "createContactList": Row(desk.CREATE_LIST, given(name="Customers"), THEIR_OWN),
    "updateContactList": Row(desk.UPDATE_LIST, given(listId="@list", name="Customers"), NOT_THEIRS),
    "deleteContactList": Row(desk.DELETE_LIST, given(listId="@list"), NOT_THEIRS),
    "contacts": Row(contacts.SEARCH, none, OF_COLLEAGUES),
    "contacts: by the address": Row(
        contacts.SEARCH, lambda ids: {"filter": {"email": "grace@guests.example"}}, OF_COLLEAGUES
    ),
    "createContact": Row(contacts.CREATE, lambda ids: {"input": {"contact": put(ids)}}, OF_AGENTS),
    "updateContact": Row(
        contacts.UPDATE, lambda ids: {"input": {"contactId": ids["heidi"], "contact": put(ids)}}, OF_AGENTS
    ),
    "updateContact: the address of whom others meet": Row(
        contacts.UPDATE,
        lambda ids: {"input": {"contactId": ids["contact"], "contact": {**put(ids), "email": "a@b.example"}}},
        NOT_OF_THEIR_AGENT,
    ),
    "mergeContacts": Row(contacts.MERGE, given(keepId="@contact", mergeId="@heidi"), NOT_OF_THEIR_AGENT),
    "unmergeContact": Row(contacts.UNMERGE, given(contactId="@former"), OF_AGENTS),
    "duplicateContact": Row(contacts.DUPLICATE, given(contactId="@heidi", listId="@list"), OF_AGENTS),
}
SUBSCRIPTIONS = {
    "conversationEvents": Row(
        say.CONVERSATION_EVENTS,
        lambda ids: {"id": ids["conversation"], "after": ""},
        "unauthenticated bad_request bad_request bad_request bad_request",
    ),
    "inboxEvents": Row(say.INBOX_EVENTS, lambda ids: {"after": ""}, "unauthenticated unauthenticated"),
    "meetingEvents": Row(
        say.MEETING_EVENTS,
        named("meeting"),
        "unauthenticated bad_request bad_request bad_request bad_request",
    ),
    "slotEvents": Row(
        FOLLOW_SLOTS,
        lambda ids: {"input": {**A_DAY, "link": "acme/anna", "reschedulingMeetingId": ids["meeting"]}},
        "bad_request bad_request bad_request bad_request bad_request",
    ),
}
"""Who has an inbox has their own; what is not heard in it, test_feeds tells."""


def test_every_root_field_has_a_row() -> None:
    graph = schema._schema
    assert graph.query_type and graph.mutation_type and graph.subscription_type
    fields = {*graph.query_type.fields, *graph.mutation_type.fields}
    assert {title.partition(":")[0] for title in TABLE} == fields
    assert set(SUBSCRIPTIONS) == set(graph.subscription_type.fields)


@pytest.mark.parametrize("title", TABLE)
async def test_nobody_sees_or_changes_what_does_not_concern_them(scene: Scene, title: str) -> None:
    row, before = TABLE[title], await contents()
    outcomes = {}
    for caller, client in scene.callers.items():
        answer = await client.run(row.document, **row.variables(scene.ids))
        outcomes[caller] = outcome(answer)
        for secret in scene.secrets[caller]:
            assert secret not in str(answer.data), f"the {caller} is shown {secret!r}"
    assert outcomes == row.by_caller()
    if "something" not in row.expected or title in _READING:
        assert await contents() == before


_READING = {title for title in TABLE if TABLE[title].document.lstrip().startswith(("query", "{"))}


@pytest.mark.parametrize("title", SUBSCRIPTIONS)
async def test_nobody_follows_what_does_not_concern_them(scene: Scene, title: str) -> None:
    row = SUBSCRIPTIONS[title]
    refused = {}
    for caller in dict(zip(CALLERS, row.expected.split(), strict=False)):
        async with scene.callers[caller].follow(row.document, **row.variables(scene.ids)) as feed:
            refused[caller] = (await feed.refusal())["code"].lower()
    assert list(refused.values()) == row.expected.split()


async def test_a_guest_of_one_organization_is_anybody_to_another(
    scene: Scene, sign_in: SignIn, anna: Agent
) -> None:
    """Heidi, a guest of acme, books at rival: no row of the one points to a row of the other."""
    heidi = scene.callers["guest"]
    booked = await heidi.do(
        say.BOOK, input=say.wish(slots={"link": "rival/eve"}, guest={**say.GRACE, "name": "Ivan"})
    )
    assert booked["errors"] == []
    history = "query($id: ID) { meeting(id: $id) { history { kind actor { ... on Contact { name email } } } } }"
    seen = await scene.callers["stranger"].do(history, id=booked["meeting"]["id"])
    assert seen["history"] == [{"kind": "BOOKED", "actor": {"name": "Ivan", "email": "grace@guests.example"}}]


OWNED = """
SELECT c.conrelid::regclass::text AS "table", c.confrelid::regclass::text AS "other", a.attname AS "column"
FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.contype = 'f' AND array_length(c.conkey, 1) = 1
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.conrelid AND attname = 'organization_id')
  AND EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.confrelid AND attname = 'organization_id')
"""


async def test_no_row_points_to_another_organization_after_all_of_it(scene: Scene, sign_in: SignIn) -> None:
    for client in scene.callers.values():
        for row in TABLE.values():
            await client.run(row.document, **row.variables(scene.ids))
        for link in ("acme/anna", "acme/ben", "rival/eve"):
            await client.run(say.BOOK, input=say.wish(say.ELEVEN, slots={"link": link}))
    connection = connections.get("default")
    keys = await connection.execute_query_dict(OWNED)
    assert len(keys) > 20
    for key in keys:
        stray = await connection.execute_query_dict(
            f"SELECT 1 FROM {key['table']} t JOIN {key['other']} o ON o.id = t.{key['column']}"
            " WHERE t.organization_id <> o.organization_id"
        )
        assert stray == [], key
