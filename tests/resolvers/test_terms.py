"""Among whom events are shared goes by what is selected of their own kind, however it is selected."""

from __future__ import annotations

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, parse

from realtime.sharing import Shared
from realtime.transport.survey import terms_of
from tests.resolvers.everything import GRAPH

OWN, PEERS, COLLEAGUES = Shared.OWN, Shared.PEERS, Shared.COLLEAGUES
URL = "... on ConversationChanged { conversation { lastMessage { attachment { url } } } }"
PRESENCE = "... on PresenceChanged { agent { name presence } }"


def among(selected: str, *kinds: str) -> list[Shared | None]:
    nodes = parse(selected).definitions
    fragments = {node.name.value: node for node in nodes if isinstance(node, FragmentDefinitionNode)}
    [operation] = (node for node in nodes if isinstance(node, OperationDefinitionNode))
    terms = terms_of(operation, GRAPH, fragments)
    assert terms is not None
    return [{kind.name: one for kind, one in terms.among.items()}.get(name) for name in kinds]


@pytest.mark.parametrize(
    ("document", "presence", "changed"),
    [
        (f"subscription {{ inboxEvents {{ {PRESENCE} {URL} }} }}", COLLEAGUES, None),
        (
            f"subscription {{ inboxEvents {{ {PRESENCE} ... on FeedEvent {{ cursor {URL} }} }} }}",
            COLLEAGUES,
            None,
        ),
        (
            f"subscription {{ inboxEvents {{ {PRESENCE} ...of }} }} fragment of on FeedEvent {{ cursor {URL} }}",
            COLLEAGUES,
            None,
        ),
        (
            f"subscription {{ ...root }} fragment root on Subscription {{ inboxEvents {{ {PRESENCE} ...of }} }}"
            " fragment of on ConversationChanged { conversation { unreadCount } }",
            COLLEAGUES,
            OWN,
        ),
        (
            f"subscription {{ inboxEvents {{ {PRESENCE} ... on FeedEvent {{ cursor }} }}"
            " ... { inboxEvents { ... on PresenceChanged { agent { calendarUrl } } } } }",
            None,
            PEERS,
        ),
        (
            "subscription { inboxEvents { ... on Node { id } ... on PresenceChanged { ...a } } }"
            " fragment a on PresenceChanged { agent { ...b } } fragment b on Node { id ... on Agent { calendarUrl } }",
            None,
            Shared.ALL,
        ),
    ],
)
def test_what_is_selected_of_other_kinds_does_not_count(
    document: str, presence: Shared | None, changed: Shared | None
) -> None:
    assert among(document, "PresenceChanged", "ConversationChanged") == [presence, changed]
