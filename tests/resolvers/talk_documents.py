"""What members of a conversation do beside talking."""

from __future__ import annotations

UNREAD = """mutation($input: MarkReadInput!) {
  markUnread(input: $input) { conversation { id unreadCount } errors { code field } }
}"""
TYPING = """mutation($input: SetTypingInput!) {
  setTyping(input: $input) { conversation { id } errors { code field } }
}"""
REDACT = """mutation($id: ID!) {
  redactMessage(messageId: $id) { message { id seq text redacted editedAt } errors { code field } }
}"""
EXPORT = """mutation($input: ExportTranscriptInput!) {
  exportTranscript(input: $input) { transcript { url expiresAt } errors { code field } }
}"""
ADD_MEMBER = """mutation($input: AddMemberInput!) {
  addMember(input: $input) {
    conversation { id members { role lastReadSeq party { __typename
      ... on Agent { name } ... on Contact { name email } } } }
    errors { code field }
  }
}"""
LEAVE = """mutation($input: ConversationActionInput!) {
  leaveConversation(input: $input) { conversation { id } errors { code field } }
}"""
REMOVE_MEMBER = """mutation($input: RemoveMemberInput!) {
  removeMember(input: $input) { conversation { id members { role } } errors { code field } }
}"""
SCHEDULE = """mutation($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id } scheduled { id kind text sendAt status failure } errors { code field }
  }
}"""
CANCEL_SCHEDULED = """mutation($id: ID!) {
  cancelScheduledMessage(scheduledMessageId: $id) { scheduled { id status text } errors { code field } }
}"""
SCHEDULED = """query($id: ID!) { conversation(id: $id) { scheduledMessages {
  id kind text sendAt status failure replyTo { text } attachment { filename } message { id } } } }"""
