"""Conversations: what is said, who has them, and how they end."""

from __future__ import annotations

import strawberry

from resolvers import (
    attachments,
    beginnings,
    conversations,
    endings,
    handovers,
    members,
    messages,
    offers,
    scheduled,
    transcripts,
)
from schema.agent import (
    AgentPayload,
)
from schema.attachment import UploadAttachmentPayload
from schema.conversation import (
    ConversationPayload,
    MessagePayload,
    ScheduledMessagePayload,
    StartConversationPayload,
)
from schema.field import resolved_by
from schema.offer import OfferPayload
from schema.transcript import ExportTranscriptPayload


@strawberry.type
class Talking:
    start_conversation: StartConversationPayload = resolved_by(
        beginnings.start_conversation,
        description="Says the first thing. What a guest begins waits for an agent of the service, or is the named"
        " agent's at once; without either, it waits where they have talked last. What an agent begins is theirs, or the"
        " named agent's, and the guest is mailed a link. LIMIT_REACHED where guests begin too many.",
    )
    send_message: MessagePayload = resolved_by(
        messages.send_message,
        description="Says something to all who may read the conversation; as a NOTE, to its agents; as a WHISPER, to"
        " whoever has it and to those who supervise; with a file that the viewer has uploaded, or without. By its"
        " members; NOT_A_MEMBER to other agents, of whom those who supervise may whisper all the same;"
        " CONVERSATION_CLOSED where it is over.",
    )
    upload_attachment: UploadAttachmentPayload = resolved_by(
        attachments.upload_attachment,
        description="Keeps a file for a day, to be sent in this conversation by `sendMessage` with its id. By members,"
        " where `attachmentsEnabled`; ATTACHMENT_TOO_LARGE beyond `maxAttachmentMegabytes`. Empty files are refused as"
        " INVALID, and more than 20 that wait to be sent as LIMIT_REACHED.",
    )
    add_member: ConversationPayload = resolved_by(
        members.add_member,
        description="Makes an agent a member, who reads and writes from then on; or invites a guest, who is mailed a"
        " link of their own, sees what is said from now on, and writes. Agents by agents, guests by any member; who"
        " supervises need not be one. LIMIT_REACHED where guests have invited many lately.",
    )
    leave_conversation: ConversationPayload = resolved_by(
        members.leave_conversation,
        description="Ends the viewer's membership; whoever has the conversation gives it away first. Null where they do"
        " not see it any more.",
    )
    remove_member: ConversationPayload = resolved_by(
        members.remove_member,
        description="Takes out an agent, or a guest who was invited, whose link ends with it. By agents who are"
        " members, and those who supervise.",
    )
    cancel_scheduled_message: ScheduledMessagePayload = resolved_by(
        scheduled.cancel_scheduled_message,
        description="Has it not be sent, or forgets one that could not be. By its author; ALREADY_DECIDED once it is"
        " sent.",
    )
    redact_message: MessagePayload = resolved_by(
        messages.redact_message,
        description="Takes away what a message says, for everyone and for good; that there was one stays. By who has"
        " written it, and by those who supervise.",
    )
    export_transcript: ExportTranscriptPayload = resolved_by(
        transcripts.export_transcript,
        description="A link by which the conversation is downloaded as PDF or text for ten minutes, as the viewer sees"
        " it: masked where `maskContactsFrom` says so, without notes for guests. At most 5,000 messages, or 500,000"
        " characters; where there are more, its end says how to have the rest. By the agents who have EXPORT, and by"
        " guests. It is audited.",
    )
    mark_read: ConversationPayload = resolved_by(
        messages.mark_read, description="Messages up to `seq` are read; only markUnread moves a marker back."
    )
    mark_unread: ConversationPayload = resolved_by(
        messages.mark_unread,
        description="The message `seq` and all behind it are unread again, for the viewer. By its members.",
    )
    set_typing: ConversationPayload = resolved_by(
        messages.set_typing,
        description="Tells whoever follows `conversationEvents` just then, but the viewer themselves, that the viewer"
        " types, or does so no more: say it when they begin, every four seconds while they go on, and when they stop."
        " What comes more often than every three seconds is not told again. Guests hear it, too: notes are"
        " not typed so. Nothing of it is kept. By members, where they may write; NOT_A_MEMBER, CONVERSATION_CLOSED.",
    )
    tag_conversation: ConversationPayload = resolved_by(
        conversations.tag_conversation,
        description="Puts tags to it and takes others away. By the agents who may see it.",
    )
    assign_conversation: ConversationPayload = resolved_by(
        handovers.assign_conversation,
        description="Gives it to an agent, oneself where none is named, and to a service where one is; its ledger says"
        " so. Who takes it themselves and is not of its service has it in one of theirs. By the roles that `canAssign`"
        " names; NOT_A_MEMBER for an agent outside the service, AT_CAPACITY, CONVERSATION_CLOSED.",
    )
    unassign_conversation: ConversationPayload = resolved_by(
        handovers.unassign_conversation,
        description="Has it wait in its service's queue, where it is offered anew. By the roles that `canAssign` names;"
        " INVALID where it is of no service.",
    )
    transfer_conversation: OfferPayload = resolved_by(
        handovers.transfer_conversation,
        description="Asks an agent, or all of a service who are at their desks with room, to take over. Whoever has it"
        " keeps it until somebody accepts; where nobody does within `timeoutSeconds`, or they all say no or leave, it"
        " is theirs as before, and unread. By whoever has it, or may assign it, as `transferTargets` wants;"
        " AGENT_UNAVAILABLE where nobody is there, ALREADY_DECIDED where it is being passed on already.",
    )
    withdraw_offer: OfferPayload = resolved_by(
        handovers.withdraw_offer,
        description="Ends a TRANSFER that nobody has accepted. By whoever has the conversation, or may assign it;"
        " ALREADY_TAKEN, or OFFER_EXPIRED, where it is too late.",
    )
    close_conversation: ConversationPayload = resolved_by(
        endings.close_conversation,
        description="Ends it, with what came of it; a guest who writes opens it again. By whoever has it, or may assign"
        " it; CONVERSATION_CLOSED where it is over already.",
    )
    reopen_conversation: ConversationPayload = resolved_by(
        endings.reopen_conversation,
        description="Opens what is closed or sleeps: for whoever has it, if they are at their desk and have room, or"
        " else it waits in its service's queue. By whoever has it, or may assign it.",
    )
    snooze_conversation: ConversationPayload = resolved_by(
        endings.snooze_conversation,
        description="Has it sleep `until` then, a year at most, or until its guest writes. It takes nobody's room"
        " meanwhile. By whoever has it, or may assign it.",
    )
    set_presence: AgentPayload = resolved_by(
        offers.set_presence,
        description="Says whether one is at one's desk. What waits comes to who is ONLINE; who is not takes no part in"
        " offers. Agents begin OFFLINE. It holds as long as the agent follows `inboxEvents` anywhere, and twenty"
        " seconds longer; who does not follow them says it again every half a minute. Who is heard of no more is"
        " OFFLINE, within a minute or so; and what they were, once they follow them again within five minutes. After"
        " that they say it anew. FORBIDDEN to API keys.",
    )
    accept_offer: OfferPayload = resolved_by(
        offers.accept_offer,
        description="The first to accept has the conversation; doing it again changes nothing. ALREADY_TAKEN for who"
        " was late, OFFER_EXPIRED for an offer that is over, AT_CAPACITY for who has as many as they can, NOT_FOUND for"
        " who was not offered it.",
    )
    reject_offer: OfferPayload = resolved_by(
        offers.reject_offer,
        description="One's own no. When all have said it, the conversation goes to others, or, of a TRANSFER, stays"
        " with its owner. Refused as accepting is.",
    )
