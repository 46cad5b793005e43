"""Day templates: named hours, the dates that have them, and the built-in day off."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.agent.template import DayTemplate
from models.agent.templating import MOST_TEMPLATES
from models.link import ScheduleLink
from models.organization.office import Office
from models.words import Role
from resolvers import ids
from tests.builders import an_agent
from tests.resolvers import planning_documents as plan
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import SLOTS, codes

TUESDAY, WEDNESDAY = "2027-03-02", "2027-03-03"
MORNING, NOON = {"start": "09:00", "end": "10:00"}, {"start": "12:00", "end": "14:00"}
UNAVAILABLE = ids.encode("DayTemplate", 0)
DATES = """dateOverrides(from: "2027-03-01", to: "2027-03-31") {
  date template { id name windows { start } } windows { start end } }"""
SET_DATE = f"""mutation($input: SetDateOverrideInput!) {{
  setDateOverride(input: $input) {{ agent {{ {DATES} }} {plan.ERRORS} }} }}"""


@pytest.fixture
def her(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


async def create(client: Client, agent: Agent, name: str = "Short", **more: Any) -> dict[str, Any]:
    given = {"agentId": ids.encode("Agent", agent.id), "name": name, "windows": [MORNING], **more}
    return await client.do(plan.CREATE_TEMPLATE, input=given)


async def created(client: Client, agent: Agent, name: str = "Short", **more: Any) -> dict[str, Any]:
    answer = await create(client, agent, name, **more)
    assert answer["errors"] == []
    return dict(answer["template"])


async def update(client: Client, template: dict[str, Any], **more: Any) -> dict[str, Any]:
    return await client.do(plan.UPDATE_TEMPLATE, input={"templateId": template["id"], **more})


async def set_date(client: Client, agent: Agent, date: str, **more: Any) -> dict[str, Any]:
    return await client.do(SET_DATE, input={"agentId": ids.encode("Agent", agent.id), "date": date, **more})


async def dates(client: Client) -> list[dict[str, Any]]:
    shown = await client.do(f"{{ viewer {{ agent {{ {DATES} }} }} }}")
    return list(shown["agent"]["dateOverrides"])


async def slots(public: Client, date: str) -> int:
    wanted = {"link": "acme/anna", "from": date, "to": date, "timeZone": "Europe/Rome"}
    return int((await public.do(SLOTS, input=wanted))["total"])


async def test_every_agent_has_the_built_in_one_first(her: Client, anna: Agent) -> None:
    for name in ("Short", "Early", "Aardvark"):
        await created(her, anna, name)
    listed = (await her.do("{ viewer { agent { dayTemplates { name windows { start } } } } }"))["agent"]
    assert [one["name"] for one in listed["dayTemplates"]] == ["Unavailable", "Aardvark", "Early", "Short"]
    assert listed["dayTemplates"][0]["windows"] == []


async def test_the_built_in_one_is_found_by_its_id(her: Client) -> None:
    shown = await her.do("query($id: ID!) { node(id: $id) { id ... on DayTemplate { name } } }", id=UNAVAILABLE)
    assert shown == {"id": UNAVAILABLE, "name": "Unavailable"}


async def test_a_template_is_read_back_as_it_was_made(her: Client, anna: Agent) -> None:
    office = await Office.create(organization=await anna.organization, name="Harbour", time_zone="Europe/Rome")
    there = {**NOON, "officeId": ids.encode("Office", office.id), "meetingTypes": ["PHONE"]}
    made = await created(her, anna, windows=[MORNING, there])
    assert made["windows"] == [
        {**MORNING, "office": None, "subjects": None, "meetingTypes": None},
        {**NOON, "office": {"name": "Harbour"}, "subjects": None, "meetingTypes": ["PHONE"]},
    ]


async def test_a_date_with_a_template_has_its_hours(
    her: Client, public: Client, anna: Agent, annas_link: ScheduleLink
) -> None:
    template = await created(her, anna)
    answer = await set_date(her, anna, TUESDAY, templateId=template["id"])
    assert answer["agent"]["dateOverrides"] == [
        {
            "date": TUESDAY,
            "template": {"id": template["id"], "name": "Short", "windows": [{"start": "09:00"}]},
            "windows": [MORNING],
        }
    ]
    assert (await slots(public, TUESDAY), await slots(public, WEDNESDAY)) == (2, 16)


async def test_a_changed_template_changes_every_date_that_has_it(
    her: Client, public: Client, anna: Agent, annas_link: ScheduleLink
) -> None:
    template = await created(her, anna)
    for date in (TUESDAY, WEDNESDAY):
        await set_date(her, anna, date, templateId=template["id"])
    await set_date(her, anna, "2027-03-04", windows=[MORNING])
    changed = (await update(her, template, windows=[NOON]))["template"]
    assert (changed["version"], changed["name"]) == (2, "Short")
    assert [one["windows"] for one in await dates(her)] == [[NOON], [NOON], [MORNING]]
    assert (await slots(public, TUESDAY), await slots(public, WEDNESDAY)) == (4, 4)


async def test_a_template_without_windows_is_a_day_off_by_its_own_name(
    her: Client, public: Client, anna: Agent, annas_link: ScheduleLink
) -> None:
    template = await created(her, anna, "Holiday")
    await set_date(her, anna, TUESDAY, templateId=template["id"])
    assert (await update(her, template, windows=[]))["template"]["windows"] == []
    [one] = await dates(her)
    assert (one["template"]["name"], one["windows"]) == ("Holiday", [])
    assert await slots(public, TUESDAY) == 0


async def test_a_deleted_template_leaves_its_hours_to_its_dates(
    her: Client, public: Client, anna: Agent, annas_link: ScheduleLink
) -> None:
    template = await created(her, anna)
    await set_date(her, anna, TUESDAY, templateId=template["id"])
    gone = await her.do(plan.DELETE_TEMPLATE, input={"templateId": template["id"]})
    assert gone == {"deleted": True, "errors": []}
    assert await dates(her) == [{"date": TUESDAY, "template": None, "windows": [MORNING]}]
    assert await slots(public, TUESDAY) == 2
    assert codes(await set_date(her, anna, WEDNESDAY, templateId=template["id"])) == ["NOT_FOUND"]


@pytest.mark.parametrize("given", [{"windows": []}, {"templateId": UNAVAILABLE}])
async def test_a_day_off_has_the_built_in_template(
    her: Client, public: Client, anna: Agent, annas_link: ScheduleLink, given: dict[str, Any]
) -> None:
    await set_date(her, anna, TUESDAY, **given)
    assert await dates(her) == [
        {
            "date": TUESDAY,
            "template": {"id": UNAVAILABLE, "name": "Unavailable", "windows": []},
            "windows": [],
        }
    ]
    assert await slots(public, TUESDAY) == 0


async def test_a_date_goes_from_a_template_to_hours_of_its_own_and_back_to_the_week(
    her: Client, anna: Agent
) -> None:
    template = await created(her, anna)
    await set_date(her, anna, TUESDAY, templateId=template["id"])
    await set_date(her, anna, TUESDAY, windows=[NOON])
    assert await dates(her) == [{"date": TUESDAY, "template": None, "windows": [NOON]}]
    await set_date(her, anna, TUESDAY, templateId=template["id"])
    assert [one["windows"] for one in await dates(her)] == [[MORNING]]
    await set_date(her, anna, TUESDAY)
    assert await dates(her) == []


async def test_a_date_has_a_template_or_windows_and_not_both(her: Client, anna: Agent) -> None:
    template = await created(her, anna)
    for key in (template["id"], UNAVAILABLE):
        refused = await set_date(her, anna, TUESDAY, templateId=key, windows=[NOON])
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["templateId"])]
    assert await dates(her) == []


async def test_the_built_in_one_is_neither_changed_nor_deleted_nor_made_again(her: Client, anna: Agent) -> None:
    assert codes(await update(her, {"id": UNAVAILABLE}, name="Free")) == ["INVALID"]
    assert codes(await her.do(plan.DELETE_TEMPLATE, input={"templateId": UNAVAILABLE})) == ["INVALID"]
    for name in ("Unavailable", " unavailable "):
        assert codes(await create(her, anna, name)) == ["INVALID"]
    template = await created(her, anna)
    assert codes(await update(her, template, name="UNAVAILABLE")) == ["INVALID"]


async def test_a_name_is_an_agents_once(her: Client, anna: Agent, sign_in: SignIn) -> None:
    await created(her, anna)
    other = await created(her, anna, "Long")
    for refused in (await create(her, anna), await update(her, other, name="Short")):
        assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["name"])]
    ben = await an_agent(await anna.organization, "Ben")
    await created(sign_in.agent(ben), ben)


async def test_an_agent_has_some_templates_but_not_any_number(her: Client, anna: Agent) -> None:
    for number in range(MOST_TEMPLATES - 1):
        await DayTemplate.create(organization_id=anna.organization_id, agent=anna, name=f"Template {number}")
    await created(her, anna)
    assert codes(await create(her, anna, "One too many")) == ["INVALID"]


async def test_a_request_that_comes_twice_makes_one_template(her: Client, anna: Agent) -> None:
    first = await created(her, anna, idempotencyKey="k")
    assert await created(her, anna, idempotencyKey="k") == first
    assert codes(await create(her, anna, "Other", idempotencyKey="k")) == ["IDEMPOTENCY_CONFLICT"]
    await her.do(plan.DELETE_TEMPLATE, input={"templateId": first["id"]})
    assert codes(await create(her, anna, idempotencyKey="k")) == ["NOT_FOUND"]


async def test_of_two_changes_of_one_version_the_second_is_stale(her: Client, anna: Agent) -> None:
    template = await created(her, anna)
    assert codes(await update(her, template, expectedVersion=1, name="Long")) == []
    assert codes(await update(her, template, expectedVersion=1, name="Longer")) == ["STALE"]
    late = {"templateId": template["id"], "expectedVersion": 1}
    assert codes(await her.do(plan.DELETE_TEMPLATE, input=late)) == ["STALE"]
    assert (await DayTemplate.get()).name == "Long"


async def test_a_date_has_a_template_of_the_agents_own(her: Client, anna: Agent, sign_in: SignIn) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    template = await created(sign_in.agent(ben), ben)
    refused = await set_date(her, anna, TUESDAY, templateId=template["id"])
    assert [(error["code"], error["field"]) for error in refused["errors"]] == [("NOT_FOUND", ["templateId"])]


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (Role.ADMINISTRATOR, True),
        (Role.MANAGER, True),
        (Role.BOOKING_MANAGER, True),
        (Role.SUPERVISOR, False),
        (Role.AGENT, False),
    ],
)
async def test_who_plans_sets_the_templates_of_colleagues(
    her: Client, sign_in: SignIn, anna: Agent, role: Role, allowed: bool
) -> None:
    expected = [] if allowed else ["FORBIDDEN"]
    colleague = sign_in.agent(await an_agent(await anna.organization, "Chief", role=role))
    template = await created(her, anna)
    assert codes(await create(colleague, anna, "Long")) == expected
    assert codes(await update(colleague, template, windows=[])) == expected
    assert codes(await colleague.do(plan.DELETE_TEMPLATE, input={"templateId": template["id"]})) == expected
