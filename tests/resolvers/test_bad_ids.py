"""Ids that are unknown, malformed, of another kind or of somebody else's: not found, and nothing is changed."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterator

import pytest

from resolvers import ids
from tests.resolvers.house import House, changed, told
from tests.resolvers.nonsense import LONG
from tests.resolvers.tables import contents

UNKNOWN_IDS = {
    "empty": "",
    "a word": "garbage",
    "a number": "1",
    "not of ASCII": "ÄÖÜ",
    "a NUL": "\0",
    "half a character": "\ud800",
    "long": LONG,
    "of no kind": ids.encode("", 1),
    "of another kind": ids.encode("Organization", 1),
    "of nobody": "@nobody",
    "zero": "@zero",
    "beyond the database": "@huge",
    "far beyond": "@vast",
    "negative": "@negative",
    "not whole": "@fraction",
}
NUMBERS = {
    "nobody": "999999999",
    "zero": "0",
    "huge": str(2**63),
    "vast": "9" * 40,
    "negative": "-1",
    "fraction": "1.5",
}


def ids_of(kind: str) -> Iterator[tuple[str, str]]:
    for name, id in UNKNOWN_IDS.items():
        if (kind, name) == ("DayTemplate", "zero"):  # the built-in one
            continue
        if id.startswith("@"):
            text = f"{kind}:{NUMBERS[id[1:]]}"
            yield name, urlsafe_b64encode(text.encode()).decode().rstrip("=")
        else:
            yield name, id


ID_FIELDS = [
    ("move", "input.meetingId", "Meeting", ["meetingId"]),
    ("acceptOffer", "input.offerId", "Offer", ["offerId"]),
    ("rejectOffer", "input.offerId", "Offer", ["offerId"]),
    ("sort", "input.conversationId", "Conversation", ["conversationId"]),
    ("reassign", "input.meetingId", "Meeting", ["meetingId"]),
    ("reassign", "input.agentId", "Agent", ["agentId"]),
    ("cancel", "input.meetingId", "Meeting", ["meetingId"]),
    ("confirm", "input.meetingId", "Meeting", ["meetingId"]),
    ("accept", "input.meetingId", "Meeting", ["meetingId"]),
    ("decline", "input.meetingId", "Meeting", ["meetingId"]),
    ("join", "input.meetingId", "Meeting", ["meetingId"]),
    ("call", "input.meetingId", "Meeting", ["meetingId"]),
    ("noProvider", "input.connectionId", "MeetingProviderConnection", ["connectionId"]),
    ("complete", "input.meetingId", "Meeting", ["meetingId"]),
    ("miss", "input.meetingId", "Meeting", ["meetingId"]),
    ("send", "input.conversationId", "Conversation", ["conversationId"]),
    ("send", "input.replyToId", "Message", ["replyToId"]),
    ("sendFile", "input.attachmentId", "Attachment", ["attachmentId"]),
    ("upload", "id", "Conversation", ["conversationId"]),
    ("sendReply", "input.cannedReplyId", "CannedReply", ["cannedReplyId"]),
    ("replyText", "reply", "CannedReply", ["replyId"]),
    ("replyText", "conversation", "Conversation", ["conversationId"]),
    ("read", "input.conversationId", "Conversation", ["conversationId"]),
    ("addMember", "input.conversationId", "Conversation", ["conversationId"]),
    ("addMember", "input.agentId", "Agent", ["agentId"]),
    ("addGuest", "input.conversationId", "Conversation", ["conversationId"]),
    ("leave", "input.conversationId", "Conversation", ["conversationId"]),
    ("takeOut", "input.conversationId", "Conversation", ["conversationId"]),
    ("takeOut", "input.partyId", "Agent", ["partyId"]),
    ("takeOut", "input.partyId", "Contact", ["partyId"]),
    ("notLater", "id", "ScheduledMessage", ["scheduledMessageId"]),
    ("redact", "id", "Message", ["messageId"]),
    ("export", "input.conversationId", "Conversation", ["conversationId"]),
    ("type", "input.conversationId", "Conversation", ["conversationId"]),
    ("unread", "input.conversationId", "Conversation", ["conversationId"]),
    ("assign", "input.conversationId", "Conversation", ["conversationId"]),
    ("assign", "input.agentId", "Agent", ["agentId"]),
    ("assign", "input.serviceId", "Service", ["serviceId"]),
    ("start", "input.agentId", "Agent", ["agentId"]),
    ("startInService", "input.serviceId", "Service", ["serviceId"]),
    ("unassign", "input.conversationId", "Conversation", ["conversationId"]),
    ("transfer", "input.conversationId", "Conversation", ["conversationId"]),
    ("transfer", "input.toAgentId", "Agent", ["toAgentId"]),
    ("transfer", "input.toServiceId", "Service", ["toServiceId"]),
    ("withdrawOffer", "input.offerId", "Offer", ["offerId"]),
    ("close", "input.conversationId", "Conversation", ["conversationId"]),
    ("close", "input.dispositionId", "Disposition", ["dispositionId"]),
    ("reopen", "input.conversationId", "Conversation", ["conversationId"]),
    ("snooze", "input.conversationId", "Conversation", ["conversationId"]),
    ("week", "input.agentId", "Agent", ["agentId"]),
    ("date", "input.agentId", "Agent", ["agentId"]),
    ("feed", "input.agentId", "Agent", ["agentId"]),
    ("refresh", "input.connectionId", "CalendarConnection", ["connectionId"]),
    ("disconnect", "input.connectionId", "CalendarConnection", ["connectionId"]),
    ("newAddress", "input.agentId", "Agent", ["agentId"]),
    ("noAddress", "input.agentId", "Agent", ["agentId"]),
    ("newTemplate", "input.agentId", "Agent", ["agentId"]),
    ("template", "input.templateId", "DayTemplate", ["templateId"]),
    ("noTemplate", "input.templateId", "DayTemplate", ["templateId"]),
    ("dateByTemplate", "input.templateId", "DayTemplate", ["templateId"]),
    ("office", "input.officeId", "Office", ["officeId"]),
    ("service", "input.serviceId", "Service", ["serviceId"]),
    ("member", "input.serviceId", "Service", ["serviceId"]),
    ("member", "input.agentId", "Agent", ["agentId"]),
    ("noMember", "input.serviceId", "Service", ["serviceId"]),
    ("noMember", "input.agentId", "Agent", ["agentId"]),
    ("subject", "input.subjectId", "Subject", ["subjectId"]),
    ("newRule", "input.subjectId", "Subject", ["subjectId"]),
    ("newRule", "input.officeId", "Office", ["officeId"]),
    ("rule", "input.ruleId", "PlanningRule", ["ruleId"]),
    ("noRule", "input.ruleId", "PlanningRule", ["ruleId"]),
    ("newLink", "input.agentId", "Agent", ["agentId"]),
    ("newServiceLink", "input.serviceId", "Service", ["serviceId"]),
    ("newLink", "input.subjectId", "Subject", ["subjectId"]),
    ("changedLink", "input.linkId", "ScheduleLink", ["linkId"]),
    ("changedLink", "input.subjectId", "Subject", ["subjectId"]),
    ("invite", "input.link.agentId", "Agent", ["link", "agentId"]),
    ("invite", "input.link.subjectId", "Subject", ["link", "subjectId"]),
    ("noLink", "input.linkId", "ScheduleLink", ["linkId"]),
    ("agent", "input.agentId", "Agent", ["agentId"]),
    ("noOffice", "input.officeId", "Office", ["officeId"]),
    ("noService", "input.serviceId", "Service", ["serviceId"]),
    ("noSubject", "input.subjectId", "Subject", ["subjectId"]),
    ("noAgent", "input.agentId", "Agent", ["agentId"]),
    ("noKey", "id", "ApiKey", ["id"]),
    ("newChannel", "input.serviceId", "Service", ["serviceId"]),
    ("newChannel", "input.listId", "ContactList", ["listId"]),
    ("channel", "input.accountId", "ChannelAccount", ["accountId"]),
    ("channel", "input.serviceId", "Service", ["serviceId"]),
    ("channel", "input.listId", "ContactList", ["listId"]),
    ("channel", "input.recontactTemplateId", "MessageTemplate", ["recontactTemplateId"]),
    ("sync", "input.accountId", "ChannelAccount", ["accountId"]),
    ("permit", "input.templateId", "MessageTemplate", ["templateId"]),
    ("noChannel", "input.accountId", "ChannelAccount", ["accountId"]),
    ("newCampaign", "input.accountId", "ChannelAccount", ["accountId"]),
    ("newCampaign", "input.templateId", "MessageTemplate", ["templateId"]),
    ("newCampaign", "input.listId", "ContactList", ["listId"]),
    ("noCampaign", "input.campaignId", "Campaign", ["campaignId"]),
    ("hook", "input.webhookId", "Webhook", ["webhookId"]),
    ("hookSecret", "input.webhookId", "Webhook", ["webhookId"]),
    ("noHook", "input.webhookId", "Webhook", ["webhookId"]),
    ("replay", "input.deliveryId", "WebhookDelivery", ["deliveryId"]),
    ("text", "input.templateId", "ContentTemplate", ["templateId"]),
    ("noText", "input.templateId", "ContentTemplate", ["templateId"]),
    ("tag", "input.tagId", "Tag", ["tagId"]),
    ("noTag", "input.tagId", "Tag", ["tagId"]),
    ("newReply", "input.serviceId", "Service", ["serviceId"]),
    ("reply", "input.replyId", "CannedReply", ["replyId"]),
    ("reply", "input.serviceId", "Service", ["serviceId"]),
    ("noReply", "input.replyId", "CannedReply", ["replyId"]),
    ("newDisposition", "input.serviceId", "Service", ["serviceId"]),
    ("disposition", "input.dispositionId", "Disposition", ["dispositionId"]),
    ("disposition", "input.serviceId", "Service", ["serviceId"]),
    ("noDisposition", "input.dispositionId", "Disposition", ["dispositionId"]),
    ("list", "input.listId", "ContactList", ["listId"]),
    ("noList", "input.listId", "ContactList", ["listId"]),
    ("newContact", "input.contact.listId", "ContactList", ["contact", "listId"]),
    ("contact", "input.contactId", "Contact", ["contactId"]),
    ("contact", "input.contact.listId", "ContactList", ["contact", "listId"]),
    ("merge", "input.keepId", "Contact", ["keepId"]),
    ("merge", "input.mergeId", "Contact", ["mergeId"]),
    ("unmerge", "input.contactId", "Contact", ["contactId"]),
    ("duplicate", "input.contactId", "Contact", ["contactId"]),
    ("duplicate", "input.listId", "ContactList", ["listId"]),
    ("book", "input.slots.subjectId", "Subject", ["subjectId"]),
    ("book", "input.slots.officeId", "Office", ["officeId"]),
    ("series", "input.slots.subjectId", "Subject", ["subjectId"]),
    ("slots", "input.subjectId", "Subject", ["subjectId"]),
    ("slots", "input.officeId", "Office", ["officeId"]),
    ("slots", "input.reschedulingMeetingId", "Meeting", ["reschedulingMeetingId"]),
]


@pytest.mark.parametrize(("name", "path", "kind", "field"), ID_FIELDS)
async def test_an_id_that_is_none_of_theirs_is_not_found(
    house: House, name: str, path: str, kind: str, field: list[str]
) -> None:
    base, before = house.base(name), await contents()
    for title, id in ids_of(kind):
        answer = await house.client(name).run(base.document, **changed(base.variables, path, id))
        assert told(answer) == ("NOT_FOUND", field), title
    assert await contents() == before


@pytest.mark.parametrize("name", ["conversation", "meeting", "node"])
async def test_a_query_by_such_an_id_finds_nothing(house: House, name: str) -> None:
    base = house.base(name)
    kinds = ("Conversation", "Meeting", "Message", "Agent", "CalendarConnection", "ScheduleLink")
    for kind in (*kinds, "DayTemplate", "PlanningRule"):
        for title, id in ids_of(kind):
            if title == "of another kind" and name == "node":
                continue
            answer = await house.client(name).run(base.document, **changed(base.variables, "id", id))
            assert (answer.errors, list(answer.data.values())) == ([], [None]), (kind, title)


FOREIGN = [
    ("addMember", "input.agentId", "@eve", "NOT_FOUND"),
    ("takeOut", "input.partyId", "@eve", "NOT_FOUND"),
    ("assign", "input.agentId", "@eve", "NOT_FOUND"),
    ("assign", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("transfer", "input.toAgentId", "@eve", "NOT_FOUND"),
    ("transfer", "input.toServiceId", "@theirs", "NOT_FOUND"),
    ("close", "input.dispositionId", "@tag", "NOT_FOUND"),
    ("week", "input.agentId", "@eve", "NOT_FOUND"),
    ("date", "input.agentId", "@eve", "NOT_FOUND"),
    ("feed", "input.agentId", "@eve", "NOT_FOUND"),
    ("newTemplate", "input.agentId", "@eve", "NOT_FOUND"),
    ("service", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("member", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("member", "input.agentId", "@eve", "NOT_FOUND"),
    ("noMember", "input.agentId", "@eve", "NOT_FOUND"),
    ("newLink", "input.agentId", "@eve", "NOT_FOUND"),
    ("newLink", "input.agentId", "@ben", "FORBIDDEN"),
    ("newServiceLink", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("invite", "input.link.agentId", "@eve", "NOT_FOUND"),
    ("invite", "input.link.agentId", "@ben", "FORBIDDEN"),
    ("agent", "input.agentId", "@eve", "NOT_FOUND"),
    ("newChannel", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("channel", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("newReply", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("noService", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("noAgent", "input.agentId", "@eve", "NOT_FOUND"),
    ("disposition", "input.serviceId", "@theirs", "NOT_FOUND"),
    ("newTemplate", "input.agentId", "@ben", "FORBIDDEN"),
    ("week", "input.agentId", "@ben", "FORBIDDEN"),
    ("date", "input.agentId", "@ben", "FORBIDDEN"),
    ("feed", "input.agentId", "@ben", "FORBIDDEN"),
]


@pytest.mark.parametrize(("name", "path", "id", "code"), FOREIGN)
async def test_an_id_of_somebody_elses_is_refused(
    house: House, name: str, path: str, id: str, code: str
) -> None:
    base, before = house.base(name), await contents()
    answer = await house.client(name).run(base.document, **changed(base.variables, path, house.ids[id[1:]]))
    assert told(answer)[0] == code
    assert await contents() == before
