"""The addresses of schedule links: "acme/anna?from=2026-12-01&to=2026-12-15"."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import date, datetime
from urllib.parse import parse_qsl

from errors import Invalid, LinkExpired, NotFound
from models.input import findable
from models.link import ScheduleLink
from scheduling.hours import Dates

LONGEST_SLUG = 64
_SLUG = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
# Without letters and digits that look like others; 16 of these 32 are 80 bits.
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_MADE_LENGTH = 16


def check_slug(slug: str) -> str:
    """The slug; refuses Invalid what cannot be one."""
    if len(slug) > LONGEST_SLUG or not _SLUG.fullmatch(slug):
        raise Invalid(
            f"An address has up to {LONGEST_SLUG} small letters (a-z), digits and hyphens.", field=("slug",)
        )
    return slug


def new_slug() -> str:
    """A slug that nobody guesses: whoever knows an invitation's address may use it."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_MADE_LENGTH))


async def find_link(address: str, *, now: datetime) -> tuple[ScheduleLink, Dates | None]:
    """The link of an address and the dates to which it, and the address's own `from` and `to`, narrow it.

    Refuses NotFound and LinkExpired.
    """
    _, _, query = address.partition("?")
    found = await link_at(address)
    if found is None:
        raise NotFound("There is no such link.", field=("link",))
    check_in_use(found, now=now)
    return found, _narrowed(found, dict(parse_qsl(query)))


async def link_at(address: str) -> ScheduleLink | None:
    """The link of an address, whether or not it is still good."""
    organization, _, slug = address.partition("?")[0].strip("/").partition("/")
    if not (findable(organization, most=LONGEST_SLUG) and findable(slug, most=LONGEST_SLUG)):
        return None
    return (
        await ScheduleLink.filter(organization__slug=organization, slug=slug)
        .select_related("agent", "service", "subject")
        .first()
    )


def check_in_use(link: ScheduleLink, *, now: datetime) -> None:
    """Refuses LinkExpired for a link that is switched off, past its time, or used up."""
    past = link.expires_at is not None and link.expires_at <= now
    used_up = link.single_use and link.used_at is not None
    if not link.is_active or past or used_up:
        raise LinkExpired("This link is no longer valid.", field=("link",))


def _narrowed(link: ScheduleLink, query: Mapping[str, str]) -> Dates | None:
    firsts = [d for d in (link.from_date, _date(query, "from")) if d]
    lasts = [d for d in (link.to_date, _date(query, "to")) if d]
    if not firsts and not lasts:
        return None
    return Dates(max(firsts, default=None), min(lasts, default=None))


def _date(query: Mapping[str, str], name: str) -> date | None:
    if name not in query:
        return None
    try:
        return date.fromisoformat(query[name])
    except ValueError:
        raise Invalid(f"The link's {name} is not a date (YYYY-MM-DD).", field=("link",)) from None
