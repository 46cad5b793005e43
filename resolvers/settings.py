"""An organization's settings and branding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from errors import Forbidden
from models.organization import decorating, settling
from models.organization.branding import Branding
from models.organization.organization import Organization
from models.organization.settings import Settings
from models.words import Role
from resolvers.agents import is_colleague
from resolvers.context import Info
from resolvers.given import given
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.settings import SettingsInput, UpdateBrandingInput, UpdateSettingsInput

_NULLABLE = {
    "max_meetings_per_guest_per_day",
    "max_upcoming_meetings_per_guest_and_agent",
    "primary_calendar_provider",
    "mail_reply_to",
    "mail_sender_name",
}
_SETTERS = (Role.ADMINISTRATOR, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class ShownSettings:
    """The settings with their version, as the contract has them."""

    organization: Organization
    settings: Settings

    def __getattr__(self, name: str) -> Any:
        return getattr(self.settings, name)

    @property
    def version(self) -> int:
        return self.organization.settings_version

    @property
    def busy_policy(self) -> Settings:
        return self.settings

    @property
    def mail_sender_name(self) -> str:
        return self.settings.mail_sender_name or self.organization.name


@dataclass(frozen=True, slots=True)
class ShownBranding:
    organization: Organization
    branding: Branding

    def __getattr__(self, name: str) -> Any:
        return getattr(self.branding, name)

    @property
    def version(self) -> int:
        return self.organization.branding_version


def settings(info: Info, root: Organization) -> ShownSettings:
    """For those who set up; refuses Forbidden to anybody else."""
    if not is_colleague(info, root.id) or info.context.agent().agent.role not in _SETTERS:
        raise Forbidden("Administrators and managers see the settings.")
    return _shown(root)


def branding(root: Organization) -> ShownBranding:
    return ShownBranding(root, root.branding)


@refusals_as_values
async def update_settings(info: Info, input: UpdateSettingsInput) -> Payload:
    actor = info.context.agent()
    changed = await settling.update_settings(
        _named(input.settings),
        actor=actor,
        now=info.context.now(),
        expected_version=input.expected_version,
    )
    return Payload(settings=_shown(changed))


@refusals_as_values
async def update_branding(info: Info, input: UpdateBrandingInput) -> Payload:
    named = given(input.branding, nullable={"logo_url", "join_button_image_url"}, within=("branding",))
    changed = await decorating.update_branding(
        named, actor=info.context.agent(), expected_version=input.expected_version
    )
    return Payload(branding=branding(changed))


def _named(input: SettingsInput) -> dict[str, Any]:
    """What the input gives, by the names of the model, where what counts as busy is no group of its own."""
    named = given(input, nullable=_NULLABLE, within=("settings",))
    if (policy := named.pop("busy_policy", None)) is not None:
        named |= given(policy, within=("settings", "busyPolicy"))
    if (calls := named.get("virtual_meetings")) is not None:
        named["virtual_meetings"] = given(calls, nullable={"provider"}, within=("settings", "virtualMeetings"))
    return named


def _shown(organization: Organization) -> ShownSettings:
    return ShownSettings(organization, organization.settings)
