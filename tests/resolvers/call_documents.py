"""The operations about coming to meetings, ending them, and their calls that these tests send."""

from __future__ import annotations


def _acting(verb: str) -> str:
    """The mutation that acts on a meeting."""
    return (
        f"mutation($input: MeetingActionInput!) {{ {verb}(input: $input) {{"
        " meeting { id status version arrivals { at party { __typename ... on Agent { name }"
        " ... on Contact { name } } } } errors { code message field } } }"
    )


JOIN, COMPLETE, MISS = map(_acting, ("joinMeeting", "completeMeeting", "markNoShow"))
ARRIVALS = """query($id: ID) {
  meeting(id: $id) { arrivals { at party { __typename ... on Agent { name } ... on Contact { name } } } } }"""
