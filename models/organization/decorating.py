"""Administrators and managers set what the organization's public pages look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any
from urllib.parse import urlsplit

from errors import Invalid, Stale
from models import input
from models.actor import AgentActor
from models.audit.auditing import audit
from models.organization.authority import authority_of
from models.organization.organization import Organization
from models.organization.settling import lock_organization
from models.transactions import transaction

LONGEST_URL = 2_000

_COLOUR = re.compile("#[0-9a-f]{6}")
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)
_PLACES = {
    "logo_url": "logoUrl",
    "join_button_image_url": "joinButtonImageUrl",
    "slot_text_color": "slotTextColor",
    "available_slot_color": "availableSlotColor",
    "selected_slot_color": "selectedSlotColor",
}


async def update_branding(
    given: Mapping[str, Any], *, actor: AgentActor, expected_version: int | None = None
) -> Organization:
    """Change what is given of the branding, by its names in `Branding`; the rest stays. Refuses NotAllowed, Stale and,
    naming the field, Invalid."""
    (await authority_of(actor)).over_organization()
    kept = {name: _kept(name, value) for name, value in given.items()}
    async with transaction() as tx:
        organization = await lock_organization(actor)
        if expected_version not in (None, organization.branding_version):
            raise Stale("Somebody has changed the branding meanwhile.", field=("expectedVersion",))
        before = organization.branding
        after = replace(before, **kept)
        if after == before:
            return organization
        organization.stored_branding = after.stored()
        organization.branding_version += 1
        await organization.save(update_fields=["stored_branding", "branding_version"])
        was, now_is = asdict(before), asdict(after)
        await audit(tx, "updateBranding", organization, actor=actor, before=was, after=now_is)
    return organization


def _kept(name: str, value: str | None) -> Any:
    field = ("branding", _PLACES[name])
    if value is None:
        return None
    if name.endswith("_color"):
        return _colour(value, field)
    return _address(value, field)


def _colour(value: str, field: tuple[str, ...]) -> str:
    colour = value.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise Invalid("A colour is written #rrggbb.", field=field)
    return colour


def _address(value: str, field: tuple[str, ...]) -> str:
    """Of an image: pages show it to browsers, so it must not be fetched in the clear, nor carry a password."""
    url = input.line(value, field=field, most=LONGEST_URL)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    known = parts.scheme == "https" and _HOST.fullmatch(parts.hostname or "") and port != 0
    if not known or "@" in parts.netloc or any(sign in url for sign in ' "<>\\^`{|}'):
        raise Invalid("This is not an https address.", field=field)
    return url
