"""Branding: who sets it, that everybody sees it, and what is kept of a change."""

from __future__ import annotations

import pytest

from models.organization.organization import Organization
from models.words import Role
from tests.builders import an_agent
from tests.resolvers.audit_documents import AUDIT
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.settings_documents import READ_BRANDING, UPDATE_BRANDING, refusal


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


LOOK = {
    "logoUrl": "https://acme.example/logo.svg",
    "joinButtonImageUrl": "https://cdn.acme.example:8443/join.png?v=2",
    "slotTextColor": "#0a0b0c",
    "availableSlotColor": "#ffffff",
    "selectedSlotColor": "#123456",
}


async def test_branding_is_set_and_seen_by_everybody(ada: Client, public: Client) -> None:
    answer = await ada.do(UPDATE_BRANDING, input={"branding": {**LOOK, "slotTextColor": "#0A0B0C"}})
    assert answer == {"branding": {"version": 2, **LOOK}, "errors": []}
    assert (await public.do(READ_BRANDING, slug="acme"))["branding"] == {"version": 2, **LOOK}
    bare = await ada.do(UPDATE_BRANDING, input={"branding": {"logoUrl": None}, "expectedVersion": 2})
    assert bare["branding"] == {"version": 3, **LOOK, "logoUrl": None}
    stale = await ada.do(UPDATE_BRANDING, input={"branding": {"logoUrl": None}, "expectedVersion": 2})
    assert refusal(stale) == ("STALE", ["expectedVersion"])


async def test_branding_that_is_not_set_is_whole_all_the_same(ada: Client, public: Client) -> None:
    look = (await public.do(READ_BRANDING, slug="acme"))["branding"]
    assert (look["logoUrl"], look["version"], len(look["slotTextColor"])) == (None, 1, 7)


async def test_the_audit_tells_of_branding_what_was_changed_alone(ada: Client) -> None:
    await ada.do(UPDATE_BRANDING, input={"branding": {"logoUrl": LOOK["logoUrl"]}})
    [edge, *_] = (await ada.do(AUDIT))["edges"]
    assert edge["node"]["action"] == "updateBranding"
    assert edge["node"]["detail"] == {"before": {"logoUrl": None}, "after": {"logoUrl": LOOK["logoUrl"]}}
