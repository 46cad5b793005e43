"""Subjects through the API: added, renamed, and offered to customers or not."""

from __future__ import annotations

from typing import Any

import pytest

from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.subject import Subject
from models.words import Role
from tests.builders import an_agent
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import codes


@pytest.fixture
async def ada(sign_in: SignIn, organization: Organization) -> Client:
    """The administrator."""
    return sign_in.agent(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def create(client: Client, name: str = "Loans", **more: Any) -> dict[str, Any]:
    return await client.do(plan.CREATE_SUBJECT, input={"name": name, **more})


async def created(client: Client, name: str = "Loans", **more: Any) -> dict[str, Any]:
    answer = await create(client, name, **more)
    assert answer["errors"] == []
    return dict(answer["subject"])


async def update(client: Client, subject: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.do(plan.UPDATE_SUBJECT, input={"subjectId": subject["id"], **more})


async def test_a_change_leaves_what_it_does_not_name(ada: Client) -> None:
    subject = await created(ada, " Loans ", description="Money.\r\nFor you.")
    assert (subject["name"], subject["description"]) == ("Loans", "Money.\nFor you.")
    renamed = (await update(ada, subject, name="Credits"))["subject"]
    assert renamed == {**subject, "version": 2, "name": "Credits"}
    assert (await update(ada, subject, description=None))["subject"]["description"] is None


async def test_a_subject_is_offered_to_customers_or_not(ada: Client, public: Client) -> None:
    subject = await created(ada)
    hidden = await created(ada, "Complaints", availableForCustomers=False)
    query = '{ organization(slug: "acme") { subjects { name } } }'
    assert (await public.do(query))["subjects"] == [{"name": "Loans"}]
    await update(ada, subject, availableForCustomers=False)
    await update(ada, hidden, availableForCustomers=True)
    assert (await public.do(query))["subjects"] == [{"name": "Complaints"}]


async def test_of_two_changes_of_one_version_the_second_is_stale(ada: Client) -> None:
    subject = await created(ada)
    assert codes(await update(ada, subject, expectedVersion=1, name="Credits")) == []
    assert codes(await update(ada, subject, expectedVersion=1, name="Debts")) == ["STALE"]
    assert (await Subject.get()).name == "Credits"


async def test_a_name_is_an_organizations_once(ada: Client) -> None:
    await created(ada)
    other = await created(ada, "Wills")
    for refused in (await create(ada), await update(ada, other, name="Loans")):
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["name"])]


async def test_a_request_that_comes_twice_makes_one_subject(ada: Client) -> None:
    assert await created(ada, idempotencyKey="k") == await created(ada, idempotencyKey="k")
    assert codes(await create(ada, "Wills", idempotencyKey="k")) == ["IDEMPOTENCY_CONFLICT"]


@pytest.mark.parametrize(
    ("role", "placed", "expected"),
    [
        (Role.MANAGER, False, []),
        (Role.MANAGER, True, ["FORBIDDEN"]),
        (Role.BOOKING_MANAGER, False, ["FORBIDDEN"]),
        (Role.SUPERVISOR, False, ["FORBIDDEN"]),
        (Role.AGENT, False, ["FORBIDDEN"]),
    ],
)
async def test_who_sets_up_the_whole_organization_sets_up_its_subjects(
    sign_in: SignIn, ada: Client, organization: Organization, role: Role, placed: bool, expected: list[str]
) -> None:
    subject, somebody = await created(ada), await an_agent(organization, "Zoe", role=role)
    if placed:
        office = await Office.create(organization=organization, name="Rome", time_zone="Europe/Rome")
        await somebody.offices.add(office)
    assert codes(await update(sign_in.agent(somebody), subject, name="Credits")) == expected
    assert codes(await create(sign_in.agent(somebody), "Wills")) == expected
