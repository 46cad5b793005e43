"""Contacts are found: by what they are called, by how they are reached, by what is kept of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pypika_tortoise.context import SqlContext
from pypika_tortoise.terms import Term, ValueWrapper
from tortoise.queryset import QuerySet

from models.actor import AgentActor
from models.contact.contact import Contact
from models.contact.managing import OF_AGENT
from models.contact.number import beginnings, standard
from models.input import findable
from models.words import TagMatch
from models.writing import as_json

LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What contacts are sought by; all that is given must hold. `words` are those, as they begin, of a name, an address
    or a number; without `reaches`, of a name alone, and nobody is found by an address or a number."""

    list_id: int | None = None
    tags: Collection[int] | None = None
    tag_match: TagMatch = TagMatch.ANY
    mine: bool = False
    words: str | None = None
    email: str | None = None
    phone: str | None = None
    custom_fields: Mapping[str, Any] | None = None
    created_from: datetime | None = None
    created_to: datetime | None = None
    reaches: bool = True


def find(search: Search, *, actor: AgentActor) -> QuerySet[Contact]:
    """Those of the organization of whom it holds, without those who were merged into others."""
    rows = Contact.of(actor.organization_id)
    equal = {
        "contact_list_id": search.list_id,
        "created_at__gte": search.created_from,
        "created_at__lt": search.created_to,
    }
    rows = rows.filter(**{name: value for name, value in equal.items() if value is not None})
    for chosen in _chosen(search, actor=actor):
        rows = rows.filter(id__in=chosen)
    return _reached(rows, search, actor.organization_id)


class _Chosen(Term):
    """Ids that SQL of our own chooses, with values in the places of its `%s`."""

    def __init__(self, sql: str, *values: Any) -> None:
        super().__init__()
        self._parts, self._values = sql.split("%s"), values

    def get_sql(self, ctx: SqlContext) -> str:
        first, *others = self._parts
        values = (ValueWrapper(value).get_sql(ctx) for value in self._values)
        return first + "".join(value + other for value, other in zip(values, others, strict=True))


def _chosen(search: Search, *, actor: AgentActor) -> list[_Chosen]:
    chosen = []
    if search.mine:
        chosen.append(_Chosen(OF_AGENT, *[actor.agent.id] * 4))
    if search.tags:
        wanted = [[one] for one in search.tags] if search.tag_match is TagMatch.ALL else [list(search.tags)]
        chosen += [_Chosen(_TAGGED, any_of) for any_of in wanted]
    if search.words is not None and search.words.strip():
        chosen.append(_of_words(search.words, actor.organization_id, reaches=search.reaches))
    if search.custom_fields:
        kept = as_json([dict(search.custom_fields)])[1:-1]
        chosen.append(_Chosen(_KEPT, actor.organization_id, kept))
    return chosen


def _reached(rows: QuerySet[Contact], search: Search, organization_id: int) -> QuerySet[Contact]:
    """By the whole of an address, or a number in whichever form; also of those who became the contact."""
    sought = {
        "email": search.email and search.email.strip().lower(),
        "phone": standard(search.phone) or "" if search.phone is not None else None,
    }
    for name, value in sought.items():
        if value is None:
            continue
        if not search.reaches or not findable(value, most=LONGEST_SEARCH):
            return rows.filter(id__in=[])
        rows = rows.filter(id__in=_Chosen(_REACHED.format(name=name), organization_id, value))
    return rows


_REACHED = "(SELECT coalesce(merged_into_id, id) FROM contact WHERE organization_id = %s AND {name} = %s)"
_TAGGED = "(SELECT contact_id FROM contact_tag WHERE tag_id = ANY(%s))"
_KEPT = "(SELECT id FROM contact WHERE organization_id = %s AND custom_fields @> %s::text::jsonb)"
# Each word as it begins, unless it is of one letter, or one of the beginnings of numbers. The function is that of
# migration 0047: it marks words by what they are of, a name or how somebody is reached, and whose they are.
_CALLED = """(
    SELECT coalesce(merged_into_id, id) FROM contact
    WHERE organization_id = %s AND contact_words(organization_id, name, email, phone) @@ (
        SELECT nullif(concat_ws(' | ', '(' || string_agg({word}, ' & ') || ')', %s::text), '')::tsquery
        FROM unnest(tsvector_to_array(contact_words(0, %s::text, NULL, NULL))) AS marked, substr(marked, 3) AS w
        WHERE w <> ''
    )
)"""
_WORD = "'''{mark}{own}' || w || CASE WHEN length(w) > 1 THEN ''':*' ELSE '''' END"
_EITHER = "'(' || {named} || ' | ' || {reached} || ')'"


def _of_words(words: str, organization_id: int, *, reaches: bool) -> _Chosen:
    own = int(organization_id)
    if not findable(words, most=LONGEST_SEARCH):
        words = ""
    numbers = " | ".join(f"'a{own}{one}':*" for one in sorted(beginnings(words))) if reaches else ""
    word = named = _WORD.format(mark="n", own=own)
    if reaches:
        word = _EITHER.format(named=named, reached=_WORD.format(mark="a", own=own))
    return _Chosen(_CALLED.format(word=word), own, numbers or None, words)
