"""Finding conversations by words: of their messages, of their titles and numbers, and of who their contacts are.

The words are kept by triggers of the database (see the migration `0040_words`), with the stems of the conversation's
language; what an actor may not read is not looked through for them.
"""

from __future__ import annotations

from psycopg.sql import Literal
from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from errors import Invalid
from models.actor import GuestActor, KnownActor
from models.conversation.conversation import Conversation
from models.conversation.message import shown_to
from models.input import findable

LONGEST = 200


def search(
    rows: QuerySet[Conversation], text: str, *, actor: KnownActor, unmasked: bool
) -> QuerySet[Conversation]:
    """Of these conversations, those with a message that has every word, or the beginning of it, or another form of the
    same word; or whose title, number or contact's name has. Addresses and numbers of contacts, and what may be one
    within a title or a name, are looked through for agents who see them `unmasked`. Text without any word finds
    nothing. Refuses Invalid.
    """
    if not findable(text, most=LONGEST):
        raise Invalid(f"At most {LONGEST} characters are looked for.", field=("filter", "search"))
    asked = Literal(text.replace("%", " ")).as_string(None)
    found = _FOUND.format(
        organization=int(actor.organization_id), asked=asked, shown=_shown(actor, unmasked=unmasked)
    )
    return rows.filter(id__in=RawSQL(found))


# A constant by which the planner knows how rare the words are: whether to go through the newest conversations until
# there are enough, or to ask the index for all. It reckons with a subquery for each message that is looked at, however
# few are ever asked about, and went the wrong way: so whose the conversation is comes by a join, which costs nothing
# where nobody asks for it.
_FOUND = """
(SELECT found.conversation_id FROM conversation_words found LEFT JOIN conversation had ON had.id = found.conversation_id
    WHERE found.words @@ search_query({organization}, {asked}) AND {shown})
"""


def _shown(actor: KnownActor, *, unmasked: bool) -> str:
    """What is looked through for the actor: the messages that are shown to them, and what they know anyway; of guests,
    who does not know them is told nothing by their name, either."""
    own = "found.kind = 'TITLE'"
    if isinstance(actor, GuestActor):
        contacts = ", ".join(str(int(id)) for id in sorted(actor.contact_ids))
        own += f" AND had.contact_id IN ({contacts})"
    shown = f"({shown_to(actor, 'found', of='had')} OR {own})"
    return shown if unmasked else f"({shown} AND found.kind <> 'ADDRESS')"
