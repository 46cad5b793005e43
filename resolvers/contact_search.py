"""The contacts of an organization, as agents look for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from errors import BadRequest, Invalid
from models import input
from models.contact.contact import Contact
from models.contact.finding import Search, find
from models.words import TagMatch
from resolvers import ids
from resolvers.context import Info
from resolvers.paging import Order, Page, page
from schema.inputs.contacts import ContactFilter


async def contacts(
    info: Info, filter: ContactFilter | None = None, first: int | None = 20, after: str | None = None
) -> Page[Contact]:
    """By name; or, as a cursor tells the name, the newest first to whom addresses and numbers in it are masked from."""
    actor = info.context.agent()
    reaches = not (await info.context.mask()).hides
    rows = find(_search(filter or ContactFilter(), reaches=reaches), actor=actor)
    order = Order("name") if reaches else Order("id", descending=True)
    return await page(rows, order, first=20 if first is None else first, after=after)


def _search(filter: ContactFilter, *, reaches: bool) -> Search:
    if filter.created_from and filter.created_to and filter.created_to < filter.created_from:
        raise BadRequest("The range ends before it begins.")
    sought = (ids.sought(one, "Tag") for one in filter.tag_ids or ())
    return Search(
        list_id=ids.sought(filter.list_id, "ContactList"),
        tags=[one for one in sought if one is not None],
        tag_match=filter.tag_match or TagMatch.ANY,
        mine=bool(filter.mine),
        words=filter.search,
        email=filter.email,
        phone=filter.phone,
        custom_fields=_custom_fields(filter.custom_fields),
        created_from=filter.created_from,
        created_to=filter.created_to,
        reaches=reaches,
    )


def _custom_fields(given: object) -> Mapping[str, Any] | None:
    try:
        return None if given is None else input.custom_fields(given, field=("filter", "customFields"))
    except Invalid as refused:
        raise BadRequest(f"customFields: {refused.message}") from None
