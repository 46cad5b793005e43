"""Twilio: its Content API has the templates, with what WhatsApp says of each.

https://www.twilio.com/docs/content/content-api-resources
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from yarl import URL

from errors import ProviderRejected
from providers.messaging.asking import Asker, objects
from providers.messaging.placeholders import placeholders
from providers.messaging.protocol import MOST_TEMPLATES, ProvidedTemplate, TwilioCredentials

CONTENT = "https://content.twilio.com"
_A_PAGE = 500
UNSUBMITTED = "UNSUBMITTED"


class TwilioMessages:
    """`content` has no slash at its end."""

    def __init__(self, credentials: TwilioCredentials, *, asker: Asker, content: str = CONTENT) -> None:
        self._credentials = credentials
        self._asker = asker
        self._content = content

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

    async def _get(self, path: str, query: Mapping[str, str]) -> Any:
        pair = f"{self._credentials.account_sid}:{self._credentials.auth_token}"
        told = await self._asker.get(
            self._content + path,
            query=query,
            headers={"Authorization": f"Basic {b64encode(pair.encode()).decode()}"},
        )
        if told.is_good and isinstance(told.said, dict):
            return told.said
        code = told.said.get("code", told.status) if isinstance(told.said, dict) else told.status
        raise ProviderRejected(f"Twilio refuses: {code}"[:200])


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
