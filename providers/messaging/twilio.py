"""Twilio: its Content API has the templates, with what WhatsApp says of each; its Messages are sent by them.

https://www.twilio.com/docs/content/content-api-resources
https://www.twilio.com/docs/messaging/api/message-resource
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
from yarl import URL

from errors import AnswerLost, ProviderRejected, SenderRejected
from providers.messaging.asking import Asker, Told, objects
from providers.messaging.placeholders import placeholders
from providers.messaging.protocol import (
    LONGEST_ID,
    MOST_TEMPLATES,
    ProvidedTemplate,
    TemplateMessage,
    TwilioCredentials,
)
from providers.messaging.twilio_news import REFERENCE

CONTENT = "https://content.twilio.com"
API = "https://api.twilio.com"
_A_PAGE = 500
UNSUBMITTED = "UNSUBMITTED"
# The account and its token (20003, 20005), the number (21212, 21606, 21659, 63007), the template (21655).
_OF_THE_SENDER = frozenset({20003, 20005, 21212, 21606, 21655, 21659, 63007})


class TwilioMessages:
    """`content` and `api` have no slash at their end."""

    def __init__(
        self, credentials: TwilioCredentials, *, asker: Asker, content: str = CONTENT, api: str = API
    ) -> None:
        self._credentials = credentials
        self._asker = asker
        self._content = content
        self._api = api

    async def list_templates(self) -> list[ProvidedTemplate]:
        query: Mapping[str, str] | None = {"PageSize": str(_A_PAGE)}
        found: list[ProvidedTemplate] = []
        while query is not None:
            page = await self._get("/v1/ContentAndApprovals", query)
            found += [_template(one) for one in objects(page, "contents")]
            if len(found) > MOST_TEMPLATES:
                raise ProviderRejected(f"The account has more than {MOST_TEMPLATES} templates.")
            following = _following(page)
            query = None if following == query else following
        return found

    async def send_template(self, message: TemplateMessage) -> str:
        told = await self._asker.post(
            f"{self._api}/2010-04-01/Accounts/{self._credentials.account_sid}/Messages.json",
            urlencode(_form(message)).encode(),
            headers={**self._authorization, "Content-Type": "application/x-www-form-urlencoded"},
        )
        if not told.is_good:
            raise _refusal(told)
        sid = told.said.get("sid") if isinstance(told.said, dict) else None
        if not isinstance(sid, str) or not 0 < len(sid) <= LONGEST_ID:
            raise AnswerLost("Twilio has not said which message it is.")
        return sid

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        told = await self._asker.get(self._content + path, query=query, headers=self._authorization)
        if told.is_good and isinstance(told.said, dict):
            return told.said
        raise _refusal(told)

    @property
    def _authorization(self) -> Mapping[str, str]:
        pair = f"{self._credentials.account_sid}:{self._credentials.auth_token}"
        return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _form(message: TemplateMessage) -> dict[str, str]:
    """What becomes of the message is told at an address that names it: Twilio gives back nothing else of ours."""
    variables = {"ContentVariables": orjson.dumps(dict(message.values)).decode()} if message.values else {}
    return {
        "To": f"whatsapp:{message.to}",
        "From": f"whatsapp:{message.sender}",
        "ContentSid": message.template_id,
        "StatusCallback": f"{message.news_url}?{urlencode({REFERENCE: message.reference})}",
        **variables,
    }


def _refusal(told: Told) -> ProviderRejected:
    """Its message may repeat what was asked; its number does not."""
    code = told.said.get("code", told.status) if isinstance(told.said, dict) else told.status
    of_all = told.status in (401, 403) or code in _OF_THE_SENDER
    return (SenderRejected if of_all else ProviderRejected)(f"Twilio refuses: {code}"[:200])


def _following(page: Any) -> Mapping[str, str] | None:
    """What to ask for the next page. Of its address only this is taken: the token goes nowhere else."""
    meta = page.get("meta")
    address = meta.get("next_page_url") if isinstance(meta, dict) else None
    if not isinstance(address, str):
        return None
    try:
        return dict(URL(address).query)
    except ValueError:
        raise ProviderRejected("Twilio's next page is at no address.") from None


def _template(one: Mapping[str, Any]) -> ProvidedTemplate:
    approval, given = one.get("approval_requests"), one.get("variables")
    body = _body(one.get("types"))
    names = placeholders(" ".join(f"{{{{{name}}}}}" for name in given)) if isinstance(given, dict) else ()
    status = approval.get("status") if isinstance(approval, dict) else None
    return ProvidedTemplate(
        id=str(one.get("sid")),
        name=str(one.get("friendly_name")),
        language=str(one.get("language")).replace("_", "-"),
        body=body,
        variables=names or placeholders(body),
        status=status.upper() if isinstance(status, str) else UNSUBMITTED,
    )


def _body(types: Any) -> str:
    """The text of the first of the kinds in which the template can be sent."""
    kinds = types.values() if isinstance(types, dict) else ()
    bodies = (kind.get("body") for kind in kinds if isinstance(kind, dict))
    return next((body for body in bodies if isinstance(body, str)), "")
