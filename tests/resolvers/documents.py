"""The operations that these tests send."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.resolvers.conftest import Client

BOOK = """mutation($input: BookMeetingInput!) {
  bookMeeting(input: $input) { meeting { id start conversation { id } } manageToken errors { code message field } }
}"""
SERIES = """mutation($input: BookSeriesInput!) {
  bookSeries(input: $input) {
    occurrences { start meeting { id start conversation { id } } refusal { code field } alternative { start } }
    errors { code message field }
  }
}"""
HOLD = """mutation($input: HoldSlotInput!) {
  holdSlot(input: $input) { hold { token start end expiresAt } alternatives { start } errors { code message field } }
}"""
RELEASE = """mutation($input: ReleaseHoldInput!) {
  releaseHold(input: $input) { released errors { code field } }
}"""
MOVE = """mutation($input: RescheduleMeetingInput!) {
  rescheduleMeeting(input: $input) { meeting { id start version } errors { code field } }
}"""
REASSIGN = """mutation($input: ReassignMeetingInput!) {
  reassignMeeting(input: $input) { meeting { id version agents { name } } errors { code message field } }
}"""
CANCEL = """mutation($input: MeetingActionInput!) {
  cancelMeeting(input: $input) { meeting { id status version } errors { code field } }
}"""
CONFIRM = """mutation($input: MeetingActionInput!) {
  confirmMeeting(input: $input) { meeting { id status version } errors { code field } }
}"""
ACCEPT = """mutation($input: MeetingActionInput!) {
  acceptMeeting(input: $input) { meeting { id status version } errors { code field } }
}"""
DECLINE = """mutation($input: MeetingActionInput!) {
  declineMeeting(input: $input) { meeting { id status version } errors { code field } }
}"""
RESPOND = """mutation($input: RespondToMeetingInput!) {
  respondToMeeting(input: $input) { response errors { code field } }
}"""
SEND = """mutation($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id seq kind direction text author { __typename ... on Agent { name } ... on Contact { name } }
      replyTo { id seq text } }
    errors { code message field }
  }
}"""
READ = """mutation($input: MarkReadInput!) {
  markRead(input: $input) { conversation { id unreadCount } errors { code field } }
}"""
ASSIGN = """mutation($input: AssignConversationInput!) {
  assignConversation(input: $input) {
    conversation { id status assignee { id name } service { id name }
      assignments { from { name } to { name } by { __typename ... on Agent { name } } how reason } }
    errors { code field }
  }
}"""
CONVERSATION = """query($id: ID!) {
  conversation(id: $id) {
    id number channel status title language lastSeq unreadCount lastMessageDirection createdAt
    assignee { name } service { name } contact { name }
    members { role lastReadSeq party { __typename ... on Agent { name } ... on Contact { name } } }
    meetings { id } lastMessage { seq kind text }
    assignments { from { name } to { name } by { __typename ... on Agent { name } } how reason }
    messages(first: 100) { edges { cursor node { id seq kind text direction systemEvent meeting { id }
      author { __typename ... on Agent { name } ... on Contact { name } } replyTo { seq text } } } }
  }
}"""
TAG = """mutation($input: TagConversationInput!) {
  tagConversation(input: $input) { conversation { id tags { name } } errors { code field } }
}"""
CONVERSATIONS = """query($filter: ConversationFilter, $first: Int, $after: String) {
  conversations(filter: $filter, first: $first, after: $after) {
    totalCount edges { cursor node { id number unreadCount } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}"""
MESSAGES = """query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
  conversation(id: $id) {
    messages(first: $first, after: $after, last: $last, before: $before) {
      edges { cursor node { seq text } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}"""
SLOTS = """query($input: SlotsInput!) {
  slots(input: $input) { total nextAvailable days { date slots { start end } } }
}"""
EXPLAIN = """query($input: SlotsInput!, $at: DateTime) {
  explainAvailability(input: $input, at: $at) {
    candidateAgents checks { code ok message } rules { rule removedMinutes remainingMinutes }
    at { start bookable nextBookable refusals { agent { name } rule message until } }
  }
}"""
CONVERSATION_EVENTS = """subscription($id: ID!, $after: String) {
  conversationEvents(conversationId: $id, after: $after) {
    __typename
    ... on FeedEvent { cursor at }
    ... on MessageAdded { message { seq kind text replyTo { text } } }
    ... on MessageChanged { message { seq text redacted editedAt replyTo { text redacted } } }
    ... on AssignmentChanged { conversation { id } record { how to { name } reason } }
    ... on MembersChanged { conversation { lastSeq lastMessage { text } members { role } } }
    ... on ConversationChanged { conversation { id } }
    ... on MeetingChanged { meeting { id status } change { kind } }
    ... on ReadMarkerMoved { member { lastReadSeq } }
    ... on Resync { cursor reason }
  }
}"""
MEETING_EVENTS = """subscription($id: ID, $token: String, $after: String) {
  meetingEvents(meetingId: $id, manageToken: $token, after: $after) {
    __typename
    ... on FeedEvent { cursor at }
    ... on MeetingChanged {
      meeting { id status start notes manageUrl guest { name } agents { name } attendees { name } conversation { id } }
      change { kind actor { __typename ... on Agent { name } ... on Contact { name } } }
    }
    ... on Resync { cursor reason }
  }
}"""
INBOX_EVENTS = """subscription($after: String) {
  inboxEvents(after: $after) {
    __typename
    ... on FeedEvent { cursor at }
    ... on AssignmentChanged { conversation { id } record { how to { name } } }
    ... on ConversationChanged { conversation { id lastSeq unreadCount lastMessage { text } } }
    ... on MeetingChanged { meeting { id status start } change { kind } }
    ... on Resync { cursor reason }
  }
}"""

CONNECT_FEED = """mutation($input: ConnectCalendarFeedInput!) {
  connectCalendarFeed(input: $input) { connection { id account } errors { code field } } }"""
REFRESH_CALENDAR = """mutation($input: CalendarConnectionInput!) {
  refreshCalendar(input: $input) { connection { id account } errors { code field } } }"""
DISCONNECT_CALENDAR = """mutation($input: CalendarConnectionInput!) {
  disconnectCalendar(input: $input) { disconnected errors { code field } } }"""
RENEW_OWN_CALENDAR = """mutation($input: CalendarFeedInput!) {
  renewCalendarFeed(input: $input) { calendarUrl errors { code field } } }"""
REVOKE_OWN_CALENDAR = """mutation($input: CalendarFeedInput!) {
  revokeCalendarFeed(input: $input) { calendarUrl errors { code field } } }"""
SYNCHRONISED = """query($office: ID, $service: ID) {
  synchronisedCalendars(officeId: $office, serviceId: $service) { name calendarConnections {
    provider account status disconnectedAt ownerNotifiedAt
    calendars { name isPrimary isOwn countsAsBusy receivesMeetings showOnTeamView showRecurring } } } }"""
SET_WEEK = """mutation($input: SetWeekTemplateInput!) {
  setWeekTemplate(input: $input) { agent { weekTemplate { start } } errors { code field } } }"""
SET_DATE = """mutation($input: SetDateOverrideInput!) {
  setDateOverride(input: $input) { agent { weekTemplate { start } } errors { code field } } }"""

GRACE = {"name": "Grace Guest", "email": "grace@guests.example", "timeZone": "Europe/Rome"}
NINE = "2027-03-01T08:00:00Z"
TEN = "2027-03-01T09:00:00Z"
ELEVEN = "2027-03-01T10:00:00Z"


def wish(start: str = NINE, **changes: Any) -> dict[str, Any]:
    return {"slots": {"link": "acme/anna"}, "start": start, "guest": GRACE, **changes}


async def say(client: Client, conversation: str, text: str, **more: Any) -> dict[str, Any]:
    """Send a message, which must be taken; the message."""
    sent = await client.do(SEND, input={"conversationId": conversation, "text": text, **more})
    assert sent["errors"] == []
    return dict(sent["message"])


def codes(payload: dict[str, Any]) -> list[str]:
    return [error["code"] for error in payload["errors"]]


def texts(conversation: dict[str, Any]) -> list[str]:
    """What was said in a conversation as one sees it; without what the system says."""
    nodes = [edge["node"] for edge in conversation["messages"]["edges"]]
    return [node["text"] for node in nodes if node["kind"] != "SYSTEM"]
