"""The operations by which conversations begin, change hands and end."""

from __future__ import annotations

TALK = "id number status channel assignee { name } service { name } snoozedUntil waitingSince dispositionNote"
_SHOWN = f"conversation {{ {TALK} disposition {{ id name }} }} errors {{ code field message }}"


def _action(name: str) -> str:
    return f"mutation($input: ConversationActionInput!) {{ {name}(input: $input) {{ {_SHOWN} }} }}"


UNASSIGN, REOPEN, SNOOZE = (_action(f"{verb}Conversation") for verb in ("unassign", "reopen", "snooze"))
CLOSE = f"mutation($input: CloseConversationInput!) {{ closeConversation(input: $input) {{ {_SHOWN} }} }}"
_OFFERED = (
    f"offer {{ id kind status to {{ name }} from {{ name }} service {{ name }} expiresAt note }} {_SHOWN}"
)
TRANSFER = f"""mutation($input: TransferConversationInput!) {{
  transferConversation(input: $input) {{ {_OFFERED} }} }}"""
WITHDRAW = f"mutation($input: OfferActionInput!) {{ withdrawOffer(input: $input) {{ {_OFFERED} }} }}"
START = f"""mutation($input: StartConversationInput!) {{
  startConversation(input: $input) {{ guestToken {_SHOWN} }} }}"""
