"""What clients fetch and hear: the same fields either way, so that both can be compared."""

from __future__ import annotations

_PARTY = "__typename ... on Agent { id name } ... on Contact { id name }"
_MESSAGE = (
    f"""id seq kind direction text redacted editedAt systemEvent replyTo {{ id }} author {{ {_PARTY} }}"""
)
_OFFER = "id kind status createdAt expiresAt note service { name } from { name } conversation { id }"
_ROW = """id number status title channel language createdAt waitingSince snoozedUntil dispositionNote
  lastSeq unreadCount lastMessageDirection lastMessage { id text }
  service { name } assignee { name } contact { name } tags { name }"""
_LISTED = f"{_ROW} members {{ role party {{ {_PARTY} }} }}"
_TALK = f"""{_ROW} members {{ role lastReadSeq party {{ {_PARTY} }} }}
  assignments {{ how reason at from {{ name }} to {{ name }} by {{ {_PARTY} }} }}
  pendingOffers {{ id kind expiresAt to {{ name }} }}"""
_WHOLE = f"{_TALK} messages(last: 100) {{ edges {{ node {{ {_MESSAGE} }} }} }}"

TALKS = f"{{ conversations(first: 4) {{ edges {{ node {{ {_WHOLE} }} }} }} }}"
INBOX = f"{{ conversations(first: 20) {{ edges {{ node {{ {_LISTED} }} }} }} offers {{ {_OFFER} }} }}"
HEAR_TALK = f"""subscription($id: ID!, $after: String) {{ conversationEvents(conversationId: $id, after: $after) {{
  __typename
  ... on MessageAdded {{ message {{ {_MESSAGE} }} }}
  ... on MessageChanged {{ message {{ {_MESSAGE} }} }}
  ... on AssignmentChanged {{ conversation {{ {_WHOLE} }} record {{ how }} }}
  ... on MembersChanged {{ conversation {{ {_TALK} }} }}
  ... on ConversationChanged {{ conversation {{ {_TALK} }} }}
  ... on ReadMarkerMoved {{ member {{ role lastReadSeq party {{ {_PARTY} }} }} }}
  ... on Resync {{ reason }} }} }}"""
HEAR_INBOX = f"""subscription($after: String) {{ inboxEvents(after: $after) {{
  __typename
  ... on OfferMade {{ offer {{ {_OFFER} }} }}
  ... on OfferClosed {{ offer {{ {_OFFER} }} }}
  ... on AssignmentChanged {{ conversation {{ {_LISTED} }} record {{ how }} }}
  ... on ConversationChanged {{ conversation {{ {_LISTED} }} }}
  ... on Resync {{ reason }} }} }}"""
