"""Administrators and managers set the organization's rules; every process obeys them from the next answer on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from errors import Invalid, NotAllowed, Stale
from models.actor import AgentActor
from models.audit.auditing import audit
from models.call.connection import MeetingProviderConnection
from models.organization.authority import authority_of
from models.organization.bounds import place, settled
from models.organization.organization import Organization
from models.organization.planning import PlanningRule
from models.organization.settings import Settings
from models.transactions import Transaction, transaction
from models.words import Role

_NAMES = tuple(field.name for field in fields(Settings))
# What says which roles may do something, or may not.
_OF_ROLES = (
    "can_assign",
    "can_edit_meetings",
    "can_create_meetings",
    "can_delete_meetings",
    "mask_contacts_from",
)
# What decides what of a calendar is busy, how far ahead it is read, and how often.
_OF_CALENDARS = (
    "tentative_is_busy",
    "unanswered_is_busy",
    "out_of_office_is_busy",
    "working_elsewhere_is_busy",
    "bookable_days_ahead",
    "calendar_refresh_minutes",
)


async def update_settings(
    given: Mapping[str, Any], *, actor: AgentActor, now: datetime, expected_version: int | None = None
) -> Organization:
    """Change what is given of the settings, by its names in `Settings`; the rest stays.

    It holds from the next answer on; booked meetings stay. Calendars are read anew where something else of them counts.
    Refuses NotAllowed (to all but administrators, for what their own role may do), Stale and, naming the field,
    Invalid.
    """
    (await authority_of(actor)).over_organization()
    async with transaction() as tx:
        organization = await lock_organization(actor)
        if expected_version not in (None, organization.settings_version):
            raise Stale("Somebody has changed the settings meanwhile.", field=("expectedVersion",))
        before = organization.settings
        after = settled(before, given)
        if after == before:
            return organization
        _check_own(actor, before, after)
        await _check_rules(organization, before, after)
        await _check_calls(organization, before, after)
        await _keep(organization, after)
        was, now_is = _values(before), _values(after)
        await audit(tx, "updateSettings", organization, actor=actor, before=was, after=now_is)
        if any(was[name] != now_is[name] for name in _OF_CALENDARS):
            await _read_calendars_anew(tx, organization, now=now)
    return organization


async def lock_organization(actor: AgentActor) -> Organization:
    """The actor's, held until the transaction ends: a second change sees what the first one did."""
    return await Organization.filter(id=actor.organization_id).select_for_update(no_key=True).get()


async def _keep(organization: Organization, settings: Settings) -> None:
    """What only a newer version of Frontdesk knows stays, while that is being brought to all processes."""
    unknown = {name: one for name, one in organization.stored_settings.items() if name not in _NAMES}
    organization.stored_settings = {**unknown, **settings.stored()}
    organization.settings_version += 1
    await organization.save(update_fields=["stored_settings", "settings_version"])


def _values(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _NAMES}


def _check_own(actor: AgentActor, before: Settings, after: Settings) -> None:
    """What administrators have taken from a role, nobody gives to themselves. Refuses NotAllowed."""
    own = actor.agent.role
    if own is Role.ADMINISTRATOR:
        return
    for name in _OF_ROLES:
        if (own in getattr(before, name)) != (own in getattr(after, name)):
            raise NotAllowed("Only administrators change what your own role may do.", field=place(name))


async def _check_rules(organization: Organization, before: Settings, after: Settings) -> None:
    """Refuses Invalid where a planning rule offers what would be too short or too long."""
    least, most = after.min_duration_minutes, after.max_duration_minutes
    if least <= before.min_duration_minutes and most >= before.max_duration_minutes:
        return
    for rule in await PlanningRule.filter(organization_id=organization.id):
        for minutes in rule.duration_options:
            if minutes < least:
                raise Invalid(f"A planning rule offers {minutes} minutes.", field=place("min_duration_minutes"))
            if minutes > most:
                raise Invalid(f"A planning rule offers {minutes} minutes.", field=place("max_duration_minutes"))


async def _check_calls(organization: Organization, before: Settings, after: Settings) -> None:
    """Refuses Invalid where nothing is connected that could make the calls. Whoever connects, or takes away, holds the
    organization as well."""
    how = after.virtual_meetings
    if not how.enabled or how == before.virtual_meetings:
        return
    if await MeetingProviderConnection.to_use(organization.id, how.provider) is None:
        where = (*place("virtual_meetings"), "provider")
        raise Invalid("No such provider of calls is connected.", field=where)


async def _read_calendars_anew(tx: Transaction, organization: Organization, *, now: datetime) -> None:
    """Make all feeds due; the regular job reads them. Files that were uploaded are read once and for all."""
    await tx.rows(
        "UPDATE calendar_connection SET next_refresh_at = %s WHERE organization_id = %s"
        " AND sealed_address IS NOT NULL AND (next_refresh_at IS NULL OR next_refresh_at > %s)",
        now, organization.id, now,
    )  # fmt: skip
