"""The WhatsApp Cloud API of Meta.

https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates
https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from errors import AnswerLost, ProviderDown, ProviderRejected, SenderRejected
from providers.messaging.asking import Asker, Told, objects
from providers.messaging.placeholders import placeholders
from providers.messaging.protocol import (
    LONGEST_ID,
    MOST_TEMPLATES,
    MetaCredentials,
    ProvidedTemplate,
    TemplateMessage,
)

GRAPH = "https://graph.facebook.com"
_VERSION = "v23.0"
_A_PAGE = 200
# Of its calls there were too many lately (4, 80007, 80008, 130429), of its messages (131048, 131056), or something of
# Meta's is away (1, 2, 131016, 131057).
_WAIT = frozenset({1, 2, 4, 80007, 80008, 130429, 131016, 131048, 131056, 131057})
# The token (0, 190), its rights (3, 10, 200-299, 131005), the account or its number (368, 131031, 131042, 131045,
# 133010), the template (132000, 132001, 132007, 132012, 132015, 132016).
_OF_THE_SENDER = frozenset(
    {0, 3, 10, 190, *range(200, 300), 368, 131005, 131031, 131042, 131045}
    | {132000, 132001, 132007, 132012, 132015, 132016, 133010}
)


class MetaMessages:
    """`graph` has no slash at its end."""

    def __init__(self, credentials: MetaCredentials, *, asker: Asker, graph: str = GRAPH) -> None:
        self._credentials = credentials
        self._asker = asker
        self._graph = graph

    async def list_templates(self) -> list[ProvidedTemplate]:
        query = {"fields": "id,name,language,status,components", "limit": str(_A_PAGE)}
        found: list[ProvidedTemplate] = []
        while True:
            page = await self._get("message_templates", query)
            found += [_template(one) for one in objects(page, "data")]
            if len(found) > MOST_TEMPLATES:
                raise ProviderRejected(f"The account has more than {MOST_TEMPLATES} templates.")
            after = _after(page)
            if after is None or after == query.get("after"):
                return found
            query = {**query, "after": after}

    async def send_template(self, message: TemplateMessage) -> str:
        told = await self._asker.post(
            f"{self._graph}/{_VERSION}/{self._credentials.phone_number_id}/messages",
            orjson.dumps(_worded(message)),
            headers={**self._authorization, "Content-Type": "application/json"},
        )
        if not told.is_good:
            raise _refusal(told)
        id = next((one.get("id") for one in objects(told.said, "messages")), None)
        if not isinstance(id, str) or not 0 < len(id) <= LONGEST_ID:
            raise AnswerLost("Meta has not said which message it is.")
        return id

    async def _get(self, edge: str, query: Mapping[str, str]) -> Any:
        told = await self._asker.get(
            f"{self._graph}/{_VERSION}/{self._credentials.business_account_id}/{edge}",
            query=query,
            headers=self._authorization,
        )
        if told.is_good and isinstance(told.said, dict):
            return told.said
        raise _refusal(told)

    @property
    def _authorization(self) -> Mapping[str, str]:
        return {"Authorization": f"Bearer {self._credentials.access_token}"}


def _worded(message: TemplateMessage) -> dict[str, Any]:
    """Variables have numbers, or names by which they are then given."""
    parameters = [
        {"type": "text", "text": text, **({} if name.isdecimal() else {"parameter_name": name})}
        for name, text in message.values.items()
    ]
    template = {
        "name": message.name,
        "language": {"policy": "deterministic", "code": message.language.replace("-", "_")},
        "components": [{"type": "body", "parameters": parameters}] if parameters else [],
    }
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to,
        "type": "template",
        "template": template,
        "biz_opaque_callback_data": message.reference,
    }


def _refusal(told: Told) -> ProviderDown | ProviderRejected:
    """Its message may repeat what was asked; its number and kind do not."""
    error = told.said.get("error") if isinstance(told.said, dict) else None
    if not isinstance(error, dict):
        return ProviderRejected(f"Meta answered {told.status}.")
    if error.get("is_transient") is True or error.get("code") in _WAIT:
        return ProviderDown(f"Meta asks to wait ({error.get('code')}).")
    of_all = told.status in (401, 403) or error.get("code") in _OF_THE_SENDER
    refusal = SenderRejected if of_all else ProviderRejected
    return refusal(f"Meta refuses: {error.get('type', 'error')} {error.get('code', '')}".strip()[:200])


def _after(page: Any) -> str | None:
    """The cursor of the next page; the last one has a cursor, too, and no address of a next one."""
    paging = page.get("paging")
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    after = cursors.get("after") if isinstance(cursors, dict) else None
    return after if isinstance(after, str) else None


def _template(one: Mapping[str, Any]) -> ProvidedTemplate:
    bodies = [part for part in objects(one, "components") if part.get("type") == "BODY"]
    body = str(bodies[0].get("text", "")) if bodies else ""
    return ProvidedTemplate(
        id=str(one.get("id")),
        name=str(one.get("name")),
        language=str(one.get("language")).replace("_", "-"),
        body=body,
        variables=placeholders(body),
        status=str(one.get("status")),
    )
