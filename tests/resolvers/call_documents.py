"""The operations about coming to meetings, ending them, and their calls, that these tests send."""

from __future__ import annotations


def _acting(verb: str) -> str:
    """The mutation that acts on a meeting."""
    return (
        f"mutation($input: MeetingActionInput!) {{ {verb}(input: $input) {{"
        " meeting { id status version arrivals { at party { __typename ... on Agent { name }"
        " ... on Contact { name } } } } errors { code message field } } }"
    )


JOIN, COMPLETE, MISS = map(_acting, ("joinMeeting", "completeMeeting", "markNoShow"))
CALL = _acting("createVirtualMeeting")
CONNECT = """mutation($input: ConnectMeetingProviderInput!) {
  connectMeetingProvider(input: $input) {
    connection { id provider account status isDefault } errors { code message field } } }"""
DISCONNECT = """mutation($input: DisconnectMeetingProviderInput!) {
  disconnectMeetingProvider(input: $input) { disconnected errors { code field } } }"""
PROVIDERS = "{ meetingProviders { id provider account status isDefault } }"
JOINING = "query($id: ID) { meeting(id: $id) { joinUrl joinPassword joinOpensAt dialIn history { kind } } }"
CALENDAR_EVENTS = """query($id: ID) {
  meeting(id: $id) { calendarEvents { agent { name } provider status lastError } } }"""
ARRIVALS = """query($id: ID) {
  meeting(id: $id) { arrivals { at party { __typename ... on Agent { name } ... on Contact { name } } } } }"""
