"""Tags are put to conversations, and taken away."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from tortoise.expressions import RawSQL
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from errors import Invalid, NotFound
from models.actor import AgentActor
from models.conversation.adding import announce_to_inboxes
from models.conversation.conversation import Conversation
from models.conversation.holding import hold
from models.desk.tag import Tag
from models.transactions import Transaction, transaction
from models.words import TagMatch
from realtime.events import Announcement, Audience, EventKind, announce, conversation_topic

MOST = 100


async def tag_conversation(
    conversation: Conversation, *, add: Collection[int], remove: Collection[int], actor: AgentActor
) -> Conversation:
    """Put these tags to the conversation, and take those away; a tag of both is there afterwards.

    By every agent who may see it. Refuses Invalid for more than MOST tags at once, and NotFound for one that the
    organization does not have.
    """
    for name, tags in (("add", add), ("remove", remove)):
        if len(tags) > MOST:
            raise Invalid(f"At most {MOST} tags at once.", field=(name,))
    async with transaction() as tx:
        conversation = await hold(tx, conversation.id)
        await _check_known(add, "add", actor=actor)
        await _check_known(remove, "remove", actor=actor)
        if await _change(tx, conversation, add=set(add), remove=set(remove) - set(add)):
            ids, topic = {"conversation": conversation.id}, conversation_topic(conversation.id)
            announce(
                Announcement(
                    conversation.organization_id, topic, EventKind.CONVERSATION_CHANGED, ids, Audience.AGENTS
                )
            )
            await announce_to_inboxes(conversation, EventKind.CONVERSATION_CHANGED, ids)
    return conversation


def tagged(rows: QuerySet[Conversation], tag_ids: Collection[int], match: TagMatch) -> QuerySet[Conversation]:
    """Of these conversations, those that have one of the tags, or all of them. Without tags, every one."""
    wanted = sorted(int(one) for one in set(tag_ids))
    if not wanted:
        return rows
    least = len(wanted) if match is TagMatch.ALL else 1
    return rows.filter(id__in=RawSQL(_TAGGED.format(ids=", ".join(map(str, wanted)), least=least)))


_TAGGED = """
(SELECT conversation_id FROM conversation_tag WHERE tag_id IN ({ids}) GROUP BY 1 HAVING count(*) >= {least})
"""


async def tags_of(conversation_ids: Sequence[int]) -> list[list[Tag]]:
    """The tags of each conversation, by name."""
    by_name = Prefetch("tags", Tag.all().order_by("name", "id"))
    rows = await Conversation.filter(id__in=list(conversation_ids)).only("id").prefetch_related(by_name)
    found = {row.id: list(row.tags) for row in rows}
    return [found.get(id, []) for id in conversation_ids]


async def _change(tx: Transaction, conversation: Conversation, *, add: set[int], remove: set[int]) -> bool:
    """Whether anything was different before."""
    gone = await tx.rows(
        "DELETE FROM conversation_tag WHERE conversation_id = %s AND tag_id = ANY(%s) RETURNING tag_id",
        conversation.id, sorted(remove),
    )  # fmt: skip
    new = await tx.rows(
        "INSERT INTO conversation_tag (conversation_id, tag_id) SELECT %s, unnest(%s::bigint[])"
        " ON CONFLICT DO NOTHING RETURNING tag_id",
        conversation.id, sorted(add),
    )  # fmt: skip
    return bool(gone or new)


async def _check_known(tag_ids: Collection[int], name: str, *, actor: AgentActor) -> None:
    known = await Tag.filter(organization_id=actor.organization_id, id__in=list(tag_ids)).count()
    if known != len(set(tag_ids)):
        raise NotFound("There is no such tag.", field=(name,))
