"""The organization: the root of every row and every query scope."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from tortoise import fields

from models.base import Row
from models.organization.branding import Branding
from models.organization.settings import Settings
from models.transactions import Transaction


class Organization(Row):
    slug = fields.CharField(max_length=64, unique=True)
    name = fields.CharField(max_length=200)
    time_zone = fields.CharField(max_length=64)
    locale = fields.CharField(max_length=35, default="en")
    stored_settings = fields.JSONField[Mapping[str, Any]](default=dict)
    settings_version = fields.IntField(default=1)
    stored_branding = fields.JSONField[Mapping[str, Any]](default=dict)
    branding_version = fields.IntField(default=1)
    created_at = fields.DatetimeField(auto_now_add=True)

    class Meta:
        table = "organization"

    @property
    def settings(self) -> Settings:
        """As they are stored; a booking asks for them a dozen times, so they are made once."""
        made: tuple[Mapping[str, Any], Settings] | None = self.__dict__.get("_settings")
        if made is None or made[0] is not self.stored_settings:
            made = self.__dict__["_settings"] = (self.stored_settings, Settings.of(self.stored_settings))
        return made[1]

    @property
    def branding(self) -> Branding:
        return Branding.of(self.stored_branding)

    @classmethod
    async def steady_settings(cls, tx: Transaction, organization_id: int) -> Settings:
        """The settings, which nobody changes until the transaction ends."""
        await tx.rows("SELECT id FROM organization WHERE id = %s FOR SHARE", organization_id)
        return (await cls.get(id=organization_id)).settings

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)
