"""What mails say, through the API: the usual texts, an organization's own, and what would be sent."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.audit.entry import AuditEntry
from models.letter.template import ContentTemplate
from models.organization.organization import Organization
from models.words import Role
from resolvers import ids
from tests.builders import Clock, an_agent, an_organization
from tests.jobs.conftest import books
from tests.jobs.test_mail import GUEST, TEN
from tests.resolvers import content_documents as content
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes

BOOKED: dict[str, Any] = {
    "occasion": "BOOKED",
    "audience": "GUEST",
    "language": "en",
    "subject": "See you, {{ guest_name }}",
    "body": "Dear {{ reader_name }},\n\nwe meet {{ when }}.\n\n{{ facts }}\n\n{{ manage_url }}",
}


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def made(client: Client, **changes: Any) -> dict[str, Any]:
    answer = await client.do(content.CREATE, input={**BOOKED, **changes})
    assert answer["errors"] == []
    return dict(answer["template"])


async def told(client: Client, **variables: Any) -> list[dict[str, Any]]:
    answer = await client.run(content.TEMPLATES, **variables)
    assert answer.errors == []
    return list(answer.data["contentTemplates"])


async def shown(client: Client, **input: Any) -> dict[str, Any]:
    answer = await client.run(content.PREVIEW, input=input)
    assert answer.errors == []
    return dict(answer.data["previewContentTemplate"])


async def test_every_occasion_has_a_usual_text_for_each_reader_in_five_languages(ada: Client) -> None:
    texts = await told(ada)
    assert {one["language"] for one in texts} == {"en", "it", "de", "fr", "es"}
    assert all(one["isDefault"] and one["subject"] and one["body"] for one in texts)
    assert len({one["id"] for one in texts}) == len(texts) == 5 * 48
    assert {one["audience"] for one in await told(ada, occasion="BOOKED", language="IT")} == {
        "AGENT",
        "ATTENDEE",
        "GUEST",
    }


async def test_an_own_text_stands_in_place_of_the_usual_one_until_it_is_deleted(ada: Client) -> None:
    [usual] = [one for one in await told(ada, occasion="BOOKED", language="en") if one["audience"] == "GUEST"]
    own = await made(ada)
    assert (own["version"], own["isDefault"], own["variables"]) == (1, False, usual["variables"])
    texts = await told(ada, occasion="BOOKED", language="en")
    assert [one for one in texts if one["audience"] == "GUEST"] == [own]
    assert (await ada.do(content.DELETE, input={"templateId": own["id"]}))["deleted"]
    texts = await told(ada, occasion="BOOKED", language="en")
    assert [one for one in texts if one["audience"] == "GUEST"] == [usual]


async def test_one_for_a_meeting_type_stands_beside_the_usual_one(ada: Client) -> None:
    own = await made(ada, meetingType="PHONE")
    texts = await told(ada, occasion="BOOKED", language="en")
    assert [one["isDefault"] for one in texts if one["audience"] == "GUEST"] == [False, True]
    assert own["meetingType"] == "PHONE"


async def test_a_text_is_changed_of_the_version_that_was_seen_and_audited(ada: Client) -> None:
    own = await made(ada)
    change = {"templateId": own["id"], "expectedVersion": 1, "subject": "New"}
    changed = (await ada.do(content.UPDATE, input=change))["template"]
    assert changed == {**own, "version": 2, "subject": "New"}
    assert codes(await ada.do(content.UPDATE, input=change)) == ["STALE"]
    entries = await AuditEntry.filter(action="updateContentTemplate")
    assert [entry.detail["before"] for entry in entries] == [{"subject": BOOKED["subject"]}]


async def test_there_is_one_of_a_kind(ada: Client) -> None:
    await made(ada, language="de-AT")
    answer = await ada.do(content.CREATE, input={**BOOKED, "language": "DE-at"})
    assert answer["errors"][0]["field"] == ["language"]
    await made(ada, language="de")
    await made(ada, language="de-AT", meetingType="VIDEO")


async def test_what_comes_twice_is_made_once(ada: Client) -> None:
    first = await made(ada, idempotencyKey="a")
    assert await made(ada, idempotencyKey="a") == first
    assert await ContentTemplate.all().count() == 1


async def test_a_usual_text_stays_as_it_is(ada: Client) -> None:
    usual = (await told(ada, occasion="BOOKED"))[0]
    for document, change in ((content.UPDATE, {"subject": "New"}), (content.DELETE, {})):
        answer = await ada.do(document, input={"templateId": usual["id"], **change})
        assert [(one["code"], one["field"]) for one in answer["errors"]] == [("INVALID", ["templateId"])]


@pytest.mark.parametrize("role", [Role.MANAGER, Role.SUPERVISOR, Role.BOOKING_MANAGER, Role.AGENT])
async def test_only_administrators_see_and_set_what_mails_say(
    role: Role, sign_in: SignIn, organization: Organization
) -> None:
    client = sign_in.agent(await an_agent(organization, "Zoe", role=role))
    assert codes(await client.do(content.CREATE, input=BOOKED)) == ["FORBIDDEN"]
    for query in (content.TEMPLATES, content.PREVIEW):
        answer = await client.run(query, input={})
        assert [one["extensions"]["code"] for one in answer.errors] == ["FORBIDDEN"]


async def test_nobody_sees_the_texts_of_another_organization(ada: Client, sign_in: SignIn) -> None:
    own = await made(ada)
    eve = sign_in.agent(await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR))
    assert own["id"] not in {one["id"] for one in await told(eve)}
    assert codes(await eve.do(content.UPDATE, input={"templateId": own["id"], "subject": "x"})) == ["NOT_FOUND"]
    answer = await eve.run(content.PREVIEW, input={"templateId": own["id"]})
    assert [one["extensions"]["code"] for one in answer.errors] == ["BAD_REQUEST"]


async def test_a_preview_speaks_of_a_meeting_that_nobody_has(ada: Client) -> None:
    own = await made(ada)
    preview = await shown(ada, templateId=own["id"])
    assert preview["subject"] == "See you, Mia Park"
    assert preview["body"].startswith(
        "Dear Mia Park,\n\nwe meet Tuesday 2 March 2027, 10:00–10:30 (Europe/Rome"
    )
    assert "<!DOCTYPE html>" in preview["html"]
    assert preview["unknownVariables"] == []


async def test_a_preview_speaks_of_a_meeting_of_theirs_and_gives_no_key_to_it(
    ada: Client, anna: Agent, clock: Clock
) -> None:
    meeting = await books(anna, TEN, now=clock())
    preview = await shown(ada, meetingId=ids.encode("Meeting", meeting.id), language="it")
    assert preview["body"].startswith("Gentile Grace Guest,\n\nil Suo appuntamento con Anna è prenotato.")
    assert "guest_" not in preview["body"] + preview["html"]


async def test_a_meeting_of_others_is_not_shown(sign_in: SignIn, anna: Agent, clock: Clock) -> None:
    meeting = await books(anna, TEN, now=clock())
    eve = sign_in.agent(await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR))
    answer = await eve.run(content.PREVIEW, input={"meetingId": ids.encode("Meeting", meeting.id)})
    assert [one["extensions"]["code"] for one in answer.errors] == ["BAD_REQUEST"]


async def test_a_preview_names_the_variables_that_there_are_not(ada: Client) -> None:
    preview = await shown(ada, subject="{{ guest_nam }}", body="{{ title }} {{ guest_nam }}{{ shoe_size }}")
    assert preview["unknownVariables"] == ["guest_nam", "shoe_size"]
    assert (preview["subject"], preview["body"]) == (
        "{{ guest_nam }}",
        "Lorem ipsum {{ guest_nam }}{{ shoe_size }}",
    )


@pytest.mark.parametrize("audience", ["GUEST", "AGENT", "ATTENDEE"])
async def test_every_usual_text_can_be_previewed(ada: Client, anna: Agent, clock: Clock, audience: str) -> None:
    meeting = ids.encode("Meeting", (await books(anna, TEN, now=clock())).id)
    for one in await told(ada, language="es"):
        if one["audience"] == audience:
            of_meetings = one["occasion"] not in (
                *("INVITATION", "CONVERSATION_INVITATION", "SIGN_IN_CODE"),
                *("AGENT_INVITATION", "PASSWORD_RESET", "CALENDAR_DISCONNECTED"),
            )
            preview = await shown(ada, templateId=one["id"], meetingId=meeting if of_meetings else None)
            assert preview["unknownVariables"] == []
            assert preview["subject"]


async def test_addresses_are_kept_from_who_may_not_see_them(
    ada: Client, anna: Agent, organization: Organization, clock: Clock
) -> None:
    meeting = ids.encode("Meeting", (await books(anna, TEN, now=clock())).id)
    assert GUEST in (await shown(ada, meetingId=meeting, audience="AGENT"))["body"]
    organization.stored_settings = {"mask_contacts_from": ["ADMINISTRATOR"]}
    await organization.save()
    assert GUEST not in (await shown(ada, meetingId=meeting, audience="AGENT"))["body"]
