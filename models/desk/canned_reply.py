"""Canned replies: texts that agents have at hand by a shortcut, for every service or for one.

What they say may have variables, which are filled in by filling.py where a reply is used.
"""

from __future__ import annotations

import re
from typing import Any, TypedDict, Unpack

from tortoise import fields
from tortoise.expressions import Case, Q, When
from tortoise.queryset import QuerySet

from errors import Invalid
from models import input
from models.actor import AgentActor
from models.base import Edited
from models.desk.scope import check_service, of_service
from models.desk.variables import check_variables
from models.idempotency import Once
from models.input import findable
from models.organization.authority import authority_of
from models.organization.service import Service
from models.register import Register

LONGEST_SHORTCUT = 32
_SHORTCUT = re.compile(r"[^\W_]([\w-]*[^\W_])?")


class CannedReply(Edited):
    """A reply without a service is of all of them, one without a locale for every language.

    A shortcut is there once for each service and locale.
    """

    shortcut = fields.CharField(max_length=LONGEST_SHORTCUT)
    text = fields.TextField()
    service: fields.ForeignKeyNullableRelation[Service] = fields.ForeignKeyField(
        "frontdesk.Service", related_name=False, null=True, on_delete=fields.CASCADE
    )
    service_id: int | None
    locale = fields.CharField(max_length=35, null=True)

    class Meta:
        table = "canned_reply"

    @classmethod
    def at_hand_of(
        cls, actor: AgentActor, *, service_id: int | None = None, search: str | None = None
    ) -> QuerySet[CannedReply]:
        """Those of the organization, by their shortcuts; with a service, its own and those of all services. What is
        searched for stands in the shortcut or the text; those whose shortcut begins with it come first."""
        found = of_service(cls.filter(organization_id=actor.organization_id), service_id)
        if not search:
            return found.order_by("shortcut", "id")
        if not findable(search, most=200):
            return cls.filter(id__in=[])
        found = found.filter(Q(shortcut__icontains=search) | Q(text__icontains=search))
        begins = Case(When(shortcut__istartswith=search, then="0"), default="1")
        return found.annotate(begins=begins).order_by("begins", "shortcut", "id")


CANNED_REPLIES = Register(CannedReply, "canned reply", "replyId", unique_by="shortcut")


class ReplyFields(TypedDict, total=False):
    """What is set of a canned reply; what is not given stays."""

    shortcut: str
    text: str
    service_id: int | None
    locale: str | None


async def create_canned_reply(
    *, actor: AgentActor, once: Once | None = None, **fields: Unpack[ReplyFields]
) -> CannedReply:
    """Add a canned reply; it needs a shortcut and a text. Refuses NotAllowed, NotFound and Invalid."""
    (await authority_of(actor)).over_organization()
    reply = CannedReply(organization_id=actor.organization_id, **await _checked(fields, actor))
    return await CANNED_REPLIES.add(reply, actor=actor, once=once)


async def update_canned_reply(
    reply_id: int, *, actor: AgentActor, expected_version: int | None = None, **fields: Unpack[ReplyFields]
) -> CannedReply:
    """Change what is given of the canned reply. Refuses NotAllowed, NotFound, Stale and Invalid."""
    (await authority_of(actor)).over_organization()
    columns = await _checked(fields, actor)
    return await CANNED_REPLIES.change(reply_id, columns, actor=actor, expected_version=expected_version)


async def delete_canned_reply(reply_id: int, *, actor: AgentActor, expected_version: int | None = None) -> None:
    """Take the canned reply away; what was said by it stays. Refuses NotAllowed, NotFound and Stale."""
    (await authority_of(actor)).over_organization()
    await CANNED_REPLIES.delete(reply_id, actor=actor, expected_version=expected_version)


async def _checked(fields: ReplyFields, actor: AgentActor) -> dict[str, Any]:
    """The fields as they are kept."""
    columns: dict[str, Any] = {**fields}
    if "shortcut" in fields:
        columns["shortcut"] = _shortcut(fields["shortcut"])
    if "text" in fields:
        columns["text"] = input.text(fields["text"], field=("text",), most=4_000)
        check_variables(columns["text"])
    if (locale := fields.get("locale")) is not None:
        columns["locale"] = input.locale(locale, field=("locale",))
    await check_service(fields.get("service_id"), actor)
    return columns


def _shortcut(typed: str) -> str:
    """One word, as agents type it."""
    shortcut = input.line(typed, field=("shortcut",), most=LONGEST_SHORTCUT)
    if not _SHORTCUT.fullmatch(shortcut):
        raise Invalid("A shortcut is one word of letters, digits, _ and -.", field=("shortcut",))
    return shortcut.lower()
