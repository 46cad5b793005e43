"""Operations with an input that is good, to be spoiled in one place; and a house in which they can be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from models.agent.agent import Agent
from models.agent.key import ApiKey
from models.agent.template import DayTemplate
from models.call.connection import MeetingProviderConnection
from models.campaign.campaign import Campaign
from models.channel.account import ChannelAccount
from models.channel.template import MessageTemplate
from models.contact.contact import Contact
from models.contact.merge import ContactMerge
from models.contact.moving import COLUMNS
from models.desk.canned_reply import CannedReply
from models.desk.contact_list import ContactList
from models.desk.disposition import Disposition
from models.desk.tag import Tag
from models.letter.template import ContentTemplate
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.service import Service
from models.organization.subject import Subject
from models.webhook.webhook import Webhook, WebhookDelivery
from models.words import DeliveryState, MeetingProvider, MeetingType, MessagingProvider, Role
from resolvers import ids
from tests.builders import MONDAY, a_contact, a_link, a_service, an_agent, an_organization
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
from tests.resolvers.settings_documents import UPDATE_BRANDING, UPDATE_SETTINGS
from tests.resolvers.tables import contents

if TYPE_CHECKING:
    from tests.resolvers.conftest import Answer, Client, SignIn, Talk

REMOVED = object()
"""Stands for a field that is left out."""


@dataclass(frozen=True, slots=True)
class Base:
    """An operation with an input that is good, but for what a case puts in."""

    document: str
    variables: dict[str, Any]


@dataclass(frozen=True, slots=True)
class House:
    """Who asks, and the ids that a good input names."""

    talk: Talk
    clients: Mapping[str, Client]
    ids: Mapping[str, str]

    def base(self, name: str) -> Base:
        return Base(DOCUMENTS[name][0], filled(DOCUMENTS[name][1], self.ids))

    def client(self, name: str) -> Client:
        return self.clients[DOCUMENTS[name][2]]


def filled(value: Any, known: Mapping[str, str]) -> Any:
    """The value with "@name" replaced by the id of that name."""
    if isinstance(value, dict):
        return {key: filled(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, known) for one in value]
    named = isinstance(value, str) and value[:1] == "@" and value[1:] in known
    return known[value[1:]] if named else value


SLOTS = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-05", "timeZone": "Europe/Rome"}
MEETINGS = """query($from: DateTime, $to: DateTime, $agentId: ID, $serviceId: ID, $status: [MeetingStatus!],
    $unassigned: Boolean, $first: Int, $after: String) {
  meetings(from: $from, to: $to, agentId: $agentId, serviceId: $serviceId, status: $status, unassigned: $unassigned,
    first: $first, after: $after) { totalCount edges { node { id } } } }"""
AGENTS = """query($slug: String, $first: Int, $after: String, $search: String) {
  organization(slug: $slug) { agents(first: $first, after: $after, search: $search) { edges { node { id } } } } }"""
HOURS = """query($id: ID!, $from: Date!, $to: Date!) {
  node(id: $id) { ... on Agent { dateOverrides(from: $from, to: $to) { date } } } }"""
FIELD = {"key": "plan", "label": "Plan", "type": "CHOICE", "options": ["Basic", "Gold"], "required": True}
MORNING = {"weekday": "MONDAY", "window": {"start": "09:00", "end": "12:00"}}

DOCUMENTS: dict[str, tuple[str, dict[str, Any], str]] = {
    "signIn": (
        """mutation($input: SignInInput!) {
          signIn(input: $input) { accessToken agent { id } errors { code field } } }""",
        {"input": {"organization": "acme", "email": "anna@acme.example", "password": "wrong"}},
        "public",
    ),
    "refreshSession": (
        """mutation($input: RefreshSessionInput!) {
          refreshSession(input: $input) { accessToken errors { code field } } }""",
        {"input": {"refreshToken": "spent"}},
        "public",
    ),
    "guestCode": (
        guests.REQUEST,
        {"input": {"organization": "acme", "email": "grace@guests.example"}},
        "public",
    ),
    "guestSignIn": (
        guests.VERIFY,
        {"input": {"organization": "acme", "email": "grace@guests.example", "code": "123456"}},
        "public",
    ),
    "slots": (say.SLOTS, {"input": SLOTS}, "public"),
    "explain": (say.EXPLAIN, {"input": SLOTS, "at": say.NINE}, "anna"),
    "meeting": ("query($id: ID, $token: String) { meeting(id: $id, manageToken: $token) { id } }", {}, "anna"),
    "meetings": (MEETINGS, {}, "anna"),
    "conversation": (say.CONVERSATION, {"id": "@conversation"}, "anna"),
    "conversations": (say.CONVERSATIONS, {"filter": {}}, "anna"),
    "messages": (say.MESSAGES, {"id": "@conversation", "first": 10}, "anna"),
    "organization": (AGENTS, {"slug": "acme"}, "anna"),
    "link": ("query($link: String!) { scheduleLink(link: $link) { slug } }", {"link": "acme/anna"}, "public"),
    "node": ("query($id: ID!) { node(id: $id) { id } }", {"id": "@meeting"}, "anna"),
    "nodes": ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["@meeting"]}, "anna"),
    "hours": (HOURS, {"id": "@agent", "from": "2027-03-01", "to": "2027-03-31"}, "anna"),
    "book": (say.BOOK, {"input": say.wish(say.TEN)}, "public"),
    "series": (say.SERIES, {"input": say.wish(say.TEN, recurrence="FREQ=WEEKLY;COUNT=2")}, "public"),
    "hold": (say.HOLD, {"input": {"slots": {"link": "acme/anna"}, "start": say.TEN}}, "public"),
    "release": (say.RELEASE, {"input": {"token": "hold_nothing"}}, "public"),
    "move": (say.MOVE, {"input": {"meetingId": "@meeting", "start": say.TEN}}, "grace"),
    "reassign": (say.REASSIGN, {"input": {"meetingId": "@meeting", "agentId": "@ben"}}, "anna"),
    "confirm": (say.CONFIRM, {"input": {"meetingId": "@meeting"}}, "grace"),
    "accept": (say.ACCEPT, {"input": {"meetingId": "@meeting"}}, "anna"),
    "decline": (say.DECLINE, {"input": {"meetingId": "@meeting", "reason": "No time"}}, "anna"),
    "cancel": (say.CANCEL, {"input": {"meetingId": "@meeting"}}, "grace"),
    "join": (call.JOIN, {"input": {"meetingId": "@meeting"}}, "grace"),
    "complete": (call.COMPLETE, {"input": {"meetingId": "@meeting"}}, "anna"),
    "miss": (call.MISS, {"input": {"meetingId": "@meeting"}}, "anna"),
    "call": (call.CALL, {"input": {"meetingId": "@meeting"}}, "anna"),
    "newProvider": (
        call.CONNECT,
        {
            "input": {
                "provider": "JITSI",
                "url": "https://calls.example",
                "appId": "frontdesk",
                "appSecret": "a secret that is shared with the server",
            }
        },
        "ada",
    ),
    "noProvider": (call.DISCONNECT, {"input": {"connectionId": "@provider"}}, "ada"),
    "newChannel": (channels.CONNECT, {"input": {**channels.NEW, "listId": "@list"}}, "ada"),
    "channel": (channels.UPDATE, {"input": {"accountId": "@channel", "meta": channels.META}}, "ada"),
    "sync": (channels.SYNC, {"input": {"accountId": "@channel"}}, "ada"),
    "permit": (channels.PERMIT, {"input": {"templateId": "@greeting", "availableForAgents": True}}, "ada"),
    "noChannel": (channels.DISCONNECT, {"input": {"accountId": "@channel"}}, "ada"),
    "newCampaign": (campaigns.CREATE, {"input": campaigns.NEW}, "ada"),
    "noCampaign": (campaigns.CANCEL, {"input": {"campaignId": "@campaign"}}, "ada"),
    "recipients": (campaigns.RECIPIENTS, {"id": "@campaign", "first": 10}, "ada"),
    "respond": (say.RESPOND, {"input": {"token": "answer_nothing", "response": "ACCEPTED"}}, "public"),
    "send": (say.SEND, {"input": {"conversationId": "@conversation", "text": "Hello"}}, "grace"),
    "sendFile": (
        files.SEND,
        {"input": {"conversationId": "@conversation", "attachmentId": "@attachment"}},
        "grace",
    ),
    "upload": (files.UPLOAD, {"id": "@conversation", "file": files.a_file()}, "grace"),
    "sort": (
        say.TAG,
        {"input": {"conversationId": "@conversation", "add": ["@tag"], "remove": ["@tag"]}},
        "anna",
    ),
    "sendReply": (say.SEND, {"input": {"conversationId": "@conversation", "cannedReplyId": "@reply"}}, "anna"),
    "replyText": (desk.REPLY_TEXT, {"reply": "@reply", "conversation": "@conversation"}, "anna"),
    "read": (say.READ, {"input": {"conversationId": "@conversation", "seq": 1}}, "grace"),
    "addMember": (
        talking.ADD_MEMBER,
        {"input": {"conversationId": "@conversation", "agentId": "@ben"}},
        "anna",
    ),
    "addGuest": (
        talking.ADD_MEMBER,
        {"input": {"conversationId": "@conversation", "guest": {**say.GRACE, "name": "Tom"}}},
        "grace",
    ),
    "leave": (talking.LEAVE, {"input": {"conversationId": "@conversation"}}, "grace"),
    "takeOut": (
        talking.REMOVE_MEMBER,
        {"input": {"conversationId": "@conversation", "partyId": "@ben"}},
        "anna",
    ),
    "later": (
        talking.SCHEDULE,
        {"input": {"conversationId": "@conversation", "text": "Hello", "sendAt": "2027-03-02T12:00:00Z"}},
        "anna",
    ),
    "notLater": (talking.CANCEL_SCHEDULED, {"id": "@scheduled"}, "anna"),
    "redact": (talking.REDACT, {"id": "@message"}, "grace"),
    "export": (talking.EXPORT, {"input": {"conversationId": "@conversation", "format": "PDF"}}, "ada"),
    "type": (talking.TYPING, {"input": {"conversationId": "@conversation", "typing": True}}, "grace"),
    "unread": (talking.UNREAD, {"input": {"conversationId": "@conversation", "seq": 1}}, "grace"),
    "assign": (say.ASSIGN, {"input": {"conversationId": "@conversation", "agentId": "@ben"}}, "anna"),
    "start": (
        over.START,
        {"input": {"agentId": "@agent", "text": "Hello", "guest": {**say.GRACE, "phone": "+390612345678"}}},
        "public",
    ),
    "startInService": (
        over.START,
        {"input": {"serviceId": "@service", "text": "Hello", "guest": say.GRACE}},
        "public",
    ),
    "unassign": (over.UNASSIGN, {"input": {"conversationId": "@conversation"}}, "anna"),
    "transfer": (
        over.TRANSFER,
        {"input": {"conversationId": "@conversation", "toAgentId": "@ben"}},
        "anna",
    ),
    "withdrawOffer": (over.WITHDRAW, {"input": {"offerId": "@offer"}}, "anna"),
    "close": (over.CLOSE, {"input": {"conversationId": "@conversation"}}, "anna"),
    "reopen": (over.REOPEN, {"input": {"conversationId": "@conversation"}}, "anna"),
    "snooze": (
        over.SNOOZE,
        {"input": {"conversationId": "@conversation", "until": "2027-03-02T08:00:00Z"}},
        "anna",
    ),
    "presence": (queue.PRESENCE, {"presence": "AWAY"}, "anna"),
    "acceptOffer": (queue.ACCEPT, {"input": {"offerId": "@offer"}}, "anna"),
    "rejectOffer": (queue.REJECT, {"input": {"offerId": "@offer", "reason": "Lunch"}}, "anna"),
    "week": (say.SET_WEEK, {"input": {"agentId": "@agent", "windows": [MORNING]}}, "anna"),
    "date": (say.SET_DATE, {"input": {"agentId": "@agent", "date": "2027-03-02", "windows": []}}, "anna"),
    "feed": (
        say.CONNECT_FEED,
        {"input": {"agentId": "@agent", "name": "Mine", "url": "https://calendars.example/feed.ics"}},
        "anna",
    ),
    "refresh": (say.REFRESH_CALENDAR, {"input": {"connectionId": "@calendar"}}, "anna"),
    "disconnect": (say.DISCONNECT_CALENDAR, {"input": {"connectionId": "@calendar"}}, "anna"),
    "newAddress": (say.RENEW_OWN_CALENDAR, {"input": {"agentId": "@agent"}}, "ada"),
    "noAddress": (say.REVOKE_OWN_CALENDAR, {"input": {"agentId": "@agent"}}, "ada"),
    "newRule": (plan.CREATE_RULE, {"input": {"subjectId": "@subject", "meetingType": "PHONE"}}, "ada"),
    "rule": (plan.UPDATE_RULE, {"input": {"ruleId": "@rule", "seats": 2}}, "ada"),
    "noRule": (plan.DELETE_RULE, {"input": {"ruleId": "@rule"}}, "ada"),
    "dateByTemplate": (
        say.SET_DATE,
        {"input": {"agentId": "@agent", "date": "2027-03-02", "templateId": "@template"}},
        "anna",
    ),
    "newTemplate": (
        plan.CREATE_TEMPLATE,
        {"input": {"agentId": "@agent", "name": "Late", "windows": [MORNING["window"]]}},
        "anna",
    ),
    "template": (plan.UPDATE_TEMPLATE, {"input": {"templateId": "@template", "name": "Early"}}, "anna"),
    "noTemplate": (plan.DELETE_TEMPLATE, {"input": {"templateId": "@template"}}, "anna"),
    "newOffice": (plan.CREATE_OFFICE, {"input": {"name": "Milan", "timeZone": "Europe/Rome"}}, "ada"),
    "office": (plan.UPDATE_OFFICE, {"input": {"officeId": "@office", "hours": [MORNING]}}, "ada"),
    "newService": (plan.CREATE_SERVICE, {"input": {"name": "Sales", "languages": ["it"]}}, "ada"),
    "service": (plan.UPDATE_SERVICE, {"input": {"serviceId": "@service", "requiredAgents": 2}}, "ada"),
    "member": (plan.SET_MEMBER, {"input": {"serviceId": "@service", "agentId": "@ben", "weight": 2}}, "ada"),
    "noMember": (plan.REMOVE_MEMBER, {"input": {"serviceId": "@service", "agentId": "@agent"}}, "ada"),
    "newSubject": (plan.CREATE_SUBJECT, {"input": {"name": "Wills"}}, "ada"),
    "subject": (plan.UPDATE_SUBJECT, {"input": {"subjectId": "@subject", "description": "Money"}}, "ada"),
    "newLink": (linked.CREATE, {"input": {"agentId": "@agent", "slug": "fair"}}, "anna"),
    "newServiceLink": (linked.CREATE, {"input": {"serviceId": "@service"}}, "ada"),
    "changedLink": (linked.UPDATE, {"input": {"linkId": "@link", "durationMinutes": 60}}, "anna"),
    "invite": (linked.INVITE, {"input": {"link": {"agentId": "@agent"}, "guest": say.GRACE}}, "anna"),
    "noLink": (linked.DELETE, {"input": {"linkId": "@link"}}, "anna"),
    "audit": (AUDIT, {"first": 10}, "ada"),
    "newHook": (
        hooks.CREATE,
        {"input": {"url": "https://hooks.example/new", "events": ["MEETING_BOOKED"]}},
        "ada",
    ),
    "hook": (hooks.UPDATE, {"input": {"webhookId": "@webhook", "description": "Ours"}}, "ada"),
    "hookSecret": (hooks.RENEW, {"input": {"webhookId": "@webhook"}}, "ada"),
    "noHook": (hooks.DELETE, {"input": {"webhookId": "@webhook"}}, "ada"),
    "replay": (hooks.REPLAY, {"input": {"deliveryId": "@delivery"}}, "ada"),
    "deliveries": (hooks.DELIVERIES, {"id": "@webhook", "first": 10}, "ada"),
    "settings": (UPDATE_SETTINGS, {"input": {"settings": {"holdMinutes": 7}}}, "ada"),
    "branding": (UPDATE_BRANDING, {"input": {"branding": {"slotTextColor": "#000000"}}}, "ada"),
    "agent": (plan.UPDATE_AGENT, {"input": {"agentId": "@ben", "officeIds": ["@office"]}}, "ada"),
    "newTag": (desk.CREATE_TAG, {"input": {"name": "Urgent", "color": "#ff0000"}}, "ada"),
    "tag": (desk.UPDATE_TAG, {"input": {"tagId": "@tag", "name": "Urgent"}}, "ada"),
    "noTag": (desk.DELETE_TAG, {"input": {"tagId": "@tag"}}, "ada"),
    "newReply": (
        desk.CREATE_REPLY,
        {"input": {"shortcut": "hi", "text": "Hello", "serviceId": "@service"}},
        "ada",
    ),
    "texts": (content.TEMPLATES, {"occasion": "BOOKED", "language": "en"}, "ada"),
    "tried": (
        content.PREVIEW,
        {"input": {"templateId": "@text", "meetingId": "@meeting", "body": "Hello"}},
        "ada",
    ),
    "newText": (content.CREATE, {"input": content.NEW}, "ada"),
    "text": (content.UPDATE, {"input": {"templateId": "@text", "subject": "Hello"}}, "ada"),
    "noText": (content.DELETE, {"input": {"templateId": "@text"}}, "ada"),
    "reply": (desk.UPDATE_REPLY, {"input": {"replyId": "@reply", "locale": "it"}}, "ada"),
    "noReply": (desk.DELETE_REPLY, {"input": {"replyId": "@reply"}}, "ada"),
    "newDisposition": (desk.CREATE_DISPOSITION, {"input": {"name": "Solved", "serviceId": "@service"}}, "ada"),
    "disposition": (
        desk.UPDATE_DISPOSITION,
        {"input": {"dispositionId": "@disposition", "name": "Lost"}},
        "ada",
    ),
    "noDisposition": (desk.DELETE_DISPOSITION, {"input": {"dispositionId": "@disposition"}}, "ada"),
    "newList": (desk.CREATE_LIST, {"input": {"name": "Customers", "customFields": [FIELD]}}, "ada"),
    "list": (desk.UPDATE_LIST, {"input": {"listId": "@list", "customFields": [FIELD]}}, "ada"),
    "noList": (desk.DELETE_LIST, {"input": {"listId": "@list"}}, "ada"),
    "contacts": (contacts.SEARCH, {"filter": {"search": "Heidi"}, "first": 10}, "anna"),
    "journey": (contacts.JOURNEY, {"id": "@heidi", "first": 10}, "anna"),
    "newContact": (contacts.CREATE, {"input": {"contact": {"listId": "@list", "name": "Judy"}}}, "anna"),
    "contact": (
        contacts.UPDATE,
        {"input": {"contactId": "@heidi", "contact": {"listId": "@list", "name": "Heidi", "locale": "de"}}},
        "anna",
    ),
    "merge": (contacts.MERGE, {"input": {"keepId": "@heidi", "mergeId": "@ivan"}}, "anna"),
    "unmerge": (contacts.UNMERGE, {"input": {"contactId": "@former"}}, "anna"),
    "duplicate": (contacts.DUPLICATE, {"input": {"contactId": "@heidi", "listId": "@list"}}, "anna"),
    "noOffice": (plan.DELETE_OFFICE, {"input": {"officeId": "@office"}}, "ada"),
    "noService": (plan.DELETE_SERVICE, {"input": {"serviceId": "@idle"}}, "ada"),
    "noSubject": (plan.DELETE_SUBJECT, {"input": {"subjectId": "@subject"}}, "ada"),
    "calendars": (say.SYNCHRONISED, {"office": "@office", "service": "@service"}, "ada"),
    "newAgent": (staff.CREATE, {"input": {"name": "Zoe", "email": "zoe@acme.example"}}, "ada"),
    "changedAgent": (staff.UPDATE, {"input": {"agentId": "@ben", "name": "Benny"}}, "ada"),
    "noAgent": (staff.DELETE, {"input": {"agentId": "@ben"}}, "ada"),
    "password": (
        staff.SET_PASSWORD,
        {"input": {"token": "set_nothing", "password": "tall green ladder"}},
        "public",
    ),
    "reset": (
        staff.RESET_PASSWORD,
        {"input": {"organization": "acme", "email": "anna@acme.example"}},
        "public",
    ),
    "newKey": (keys.CREATE, {"input": {"name": "Website", "role": "AGENT"}}, "ada"),
    "noKey": (keys.REVOKE, {"id": "@key"}, "ada"),
    "replies": (desk.REPLIES, {"service": "@service", "search": "hi"}, "anna"),
    "dispositions": (desk.DISPOSITIONS, {"service": "@service"}, "anna"),
}


async def a_house(talk: Talk, public: Client, sign_in: SignIn, anna: Agent) -> House:
    """Anna has a meeting, a conversation, a service, a calendar and a day template; beside her are Ben and Ada, who
    plans how the subject is met at the office, and elsewhere is Eve."""
    organization, rival = await anna.organization, await an_organization("rival")
    ben, eve = await an_agent(organization, "Ben"), await an_agent(rival, "Eve", role=Role.ADMINISTRATOR)
    ada = await an_agent(organization, "Ada", role=Role.ADMINISTRATOR)
    planned = await a_planned_subject(anna)
    service, theirs = await a_service(organization, anna), await a_service(rival, eve)
    await a_link(eve)
    message = await say.say(talk.grace, talk.id, "First")
    later = {"conversationId": talk.id, "text": "Later", "sendAt": "2027-03-02T12:00:00Z"}
    waiting = await talk.anna.do(talking.SCHEDULE, input=later)
    feed = {
        "agentId": ids.encode("Agent", anna.id),
        "name": "Feed",
        "url": "https://calendars.example/other.ics",
    }
    connected = await talk.anna.do(say.CONNECT_FEED, input=feed)
    return House(
        talk=talk,
        clients={"public": public, "grace": talk.grace, "anna": talk.anna, "eve": sign_in.agent(eve)}
        | {"ada": sign_in.agent(ada)},
        ids={
            **planned,
            **await a_desk(anna),
            **await a_webhook(anna),
            **await a_few_contacts(organization),
            "meeting": talk.meeting,
            "conversation": talk.id,
            "message": message["id"],
            "scheduled": waiting["scheduled"]["id"],
            "attachment": (await files.upload(talk.grace, talk.id))["id"],
            "agent": ids.encode("Agent", anna.id),
            "ben": ids.encode("Agent", ben.id),
            "eve": ids.encode("Agent", eve.id),
            "service": ids.encode("Service", service.id),
            "idle": ids.encode("Service", (await a_service(organization, name="Idle")).id),
            "theirs": ids.encode("Service", theirs.id),
            "calendar": connected["connection"]["id"],
            "provider": await a_provider(organization),
            **await a_channel(await a_service(organization, name="Messages")),
            **await queue.an_offer(service, anna),
            "link": ids.encode("ScheduleLink", (await ScheduleLink.get(agent=anna)).id),
        },
    )


async def a_provider(organization: Organization) -> str:
    """The id of a Jitsi server that is connected."""
    connection = await MeetingProviderConnection.create(
        organization=organization,
        provider=MeetingProvider.JITSI,
        account="https://meet.example.org",
        is_default=True,
    )
    return ids.encode("MeetingProviderConnection", connection.id)


async def a_channel(service: Service) -> dict[str, str]:
    """The ids of a number of Meta's whose messages the service answers, of a template of its, and of a campaign that
    is to be sent by it."""
    account = await ChannelAccount.create(
        organization_id=service.organization_id,
        name="Old door",
        provider=MessagingProvider.META,
        address="+390655599",
        service=service,
    )
    greeting = await MessageTemplate.create(
        organization_id=service.organization_id,
        account=account,
        external_id="1192339204654487",
        name="hello_world",
        language="en-US",
        body="Hello {{1}}",
        variables=["1"],
        status="APPROVED",
    )
    waiting = await ContactList.create(organization_id=service.organization_id, name="Waiting")
    campaign = await Campaign.create(
        organization_id=service.organization_id,
        account=account,
        template=greeting,
        contact_list=waiting,
        created_at=MONDAY,
        scheduled_at=MONDAY + timedelta(days=1),
    )
    return {
        "campaign": ids.encode("Campaign", campaign.id),
        "channel": ids.encode("ChannelAccount", account.id),
        "greeting": ids.encode("MessageTemplate", greeting.id),
    }


async def a_planned_subject(anna: Agent) -> dict[str, str]:
    """The ids of an office, a subject that is met by video there and elsewhere, the rule of it, and Anna's template."""
    own: dict[str, Any] = {"organization_id": anna.organization_id}
    office = await Office.create(**own, name="Harbour", time_zone="Europe/Rome")
    subject = await Subject.create(**own, name="Loans")
    rule = await PlanningRule.create(
        **own,
        subject=subject,
        meeting_type=MeetingType.VIDEO,
        duration_options=[30, 60],
        default_duration_minutes=30,
        slot_interval_minutes=30,
    )
    template = await DayTemplate.create(**own, agent=anna, name="Short", windows=[])
    rows = {"office": office, "subject": subject, "rule": rule, "template": template}
    kinds = {"office": "Office", "subject": "Subject", "rule": "PlanningRule", "template": "DayTemplate"}
    return {name: ids.encode(kinds[name], row.id) for name, row in rows.items()}


async def a_desk(anna: Agent) -> dict[str, str]:
    """The ids of a tag, a canned reply, a content template, a disposition, an empty contact list and an API key."""
    own: dict[str, Any] = {"organization_id": anna.organization_id}
    key = await ApiKey.create(**own, name="Old", agent=anna, start="fd_", key_hash="0", created_at=MONDAY)
    text = await ContentTemplate.create(
        **own, occasion="BOOKED", audience="GUEST", language="en", subject="Yes", body="{{ facts }}"
    )
    return {
        "text": ids.encode("ContentTemplate", text.id),
        "key": ids.encode("ApiKey", key.id),
        "tag": ids.encode("Tag", (await Tag.create(**own, name="VIP", color="#112233")).id),
        "reply": ids.encode("CannedReply", (await CannedReply.create(**own, shortcut="bye", text="Bye!")).id),
        "disposition": ids.encode("Disposition", (await Disposition.create(**own, name="Won")).id),
        "list": ids.encode("ContactList", (await ContactList.create(**own, name="Empty")).id),
    }


async def a_few_contacts(organization: Organization) -> dict[str, str]:
    """The ids of Heidi, of Ivan, and of somebody who was merged into Ivan."""
    heidi, ivan = await a_contact(organization, "Heidi"), await a_contact(organization, "Ivan", email=None)
    former = await a_contact(organization, "Ivan I.", merged_into=ivan)
    await Contact.filter(id=ivan.id).update(known_otherwise=True)
    nothing: dict[str, list[Any]] = {name: [] for name in (*COLUMNS, "left", "joined", "filled")}
    await ContactMerge.create(organization=organization, kept=ivan, merged=former, at=MONDAY, moved=nothing)
    named = {"heidi": heidi, "ivan": ivan, "former": former}
    return {name: ids.encode("Contact", one.id) for name, one in named.items()}


async def a_webhook(anna: Agent) -> dict[str, str]:
    """The ids of a webhook of the organization, and of a delivery that was given up."""
    own: dict[str, Any] = {"organization_id": anna.organization_id}
    webhook = await Webhook.create(
        **own, url="https://hooks.example", events=["meeting.booked"], sealed_secret=b"1"
    )
    delivery = await WebhookDelivery.create(
        **own,
        webhook=webhook,
        event="meeting.booked",
        message_id="msg_1",
        about="meeting:1",
        body="{}",
        state=DeliveryState.FAILED,
        created_at=MONDAY,
    )
    return {
        "webhook": ids.encode("Webhook", webhook.id),
        "delivery": ids.encode("WebhookDelivery", delivery.id),
    }


def changed(variables: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The variables with another value at a dotted path."""
    first, _, rest = path.partition(".")
    inner = changed(dict(variables.get(first) or {}), rest, value) if rest else value
    if inner is REMOVED:
        return {key: one for key, one in variables.items() if key != first}
    return {**variables, first: inner}


def told(answer: Answer) -> tuple[str, list[str] | None]:
    """The code of the one error, and the field that it names: of the payload, or of the request."""
    if answer.errors:
        extensions = answer.errors[0]["extensions"]
        return extensions.get("refusal") or extensions["code"], extensions.get("field")
    [value] = answer.data.values()
    [error] = value["errors"]
    return error["code"], error["field"]


Case = tuple[str, str, list[Any], str, list[str] | None]
"""An operation, the dotted path of a variable, bad values for it, and the code and field with which each is refused."""


async def all_refused(house: House, cases: list[Case]) -> None:
    """Each bad value, in an operation that is good but for it, is refused as its case says, and changes nothing."""
    before = await contents()
    for name, path, values, code, field in cases:
        base, client = house.base(name), house.client(name)
        for value in values:
            answer = await client.run(base.document, **changed(base.variables, path, value))
            heard = told(answer)
            expected = (code, heard[1] if code == "BAD_REQUEST" else field)
            assert heard == expected, (path, str(value)[:60], answer.errors or answer.data)
    assert await contents() == before
