"""An agent's hours through the API: set, read back, and followed by slots at once."""

from __future__ import annotations

from typing import Any

import pytest

from models.agent.agent import Agent
from models.link import ScheduleLink
from models.organization.office import Office
from models.organization.subject import Subject
from models.words import Role
from resolvers import ids
from tests.builders import an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import SLOTS, codes

HOURS = """weekTemplate { weekday start end office { name } subjects { name } meetingTypes }
  dateOverrides(from: "2027-01-01", to: "2027-12-31") { date windows { start end office { name } meetingTypes } }"""
SET_WEEK = f"""mutation($input: SetWeekTemplateInput!) {{
  setWeekTemplate(input: $input) {{ agent {{ {HOURS} }} errors {{ code field }} }}
}}"""
SET_DATE = f"""mutation($input: SetDateOverrideInput!) {{
  setDateOverride(input: $input) {{ agent {{ {HOURS} }} errors {{ code field }} }}
}}"""
MONDAY, TUESDAY = "2027-03-01", "2027-03-02"


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


@pytest.fixture
def her(sign_in: SignIn, anna: Agent) -> Client:
    return sign_in.agent(anna)


def window(start: str, end: str, **scope: Any) -> dict[str, Any]:
    return {"start": start, "end": end, **scope}


def weekly(weekday: str, start: str, end: str, **scope: Any) -> dict[str, Any]:
    return {"weekday": weekday, "window": window(start, end, **scope)}


async def set_week(client: Client, agent: Agent, *windows: dict[str, Any]) -> dict[str, Any]:
    return await client.do(SET_WEEK, input={"agentId": ids.encode("Agent", agent.id), "windows": list(windows)})


async def set_date(
    client: Client, agent: Agent, date: str, windows: list[dict[str, Any]] | None
) -> dict[str, Any]:
    key = ids.encode("Agent", agent.id)
    return await client.do(SET_DATE, input={"agentId": key, "date": date, "windows": windows})


async def starts(client: Client, date: str, to: str | None = None, **more: Any) -> list[str]:
    """The local times of the slots of a date, in Rome's winter, as the public sees them."""
    wanted = {"link": "acme/anna", "from": date, "to": to or date, "timeZone": "Europe/Rome", **more}
    days = (await client.do(SLOTS, input=wanted))["days"]
    return [
        f"{(int(slot['start'][11:13]) + 1) % 24:02}{slot['start'][13:16]}"
        for day in days
        for slot in day["slots"]
    ]


async def test_slots_follow_a_new_week_at_once(public: Client, her: Client, anna: Agent) -> None:
    assert len(await starts(public, TUESDAY)) == 16
    assert codes(await set_week(her, anna, weekly("TUESDAY", "10:00", "12:00"))) == []
    assert await starts(public, TUESDAY) == ["10:00", "10:30", "11:00", "11:30"]
    assert await starts(public, MONDAY) == []


async def test_a_week_without_windows_has_no_slots(public: Client, her: Client, anna: Agent) -> None:
    assert codes(await set_week(her, anna)) == []
    assert await starts(public, MONDAY, to="2027-03-14") == []


async def test_a_window_may_cross_midnight(public: Client, her: Client, anna: Agent) -> None:
    await set_week(her, anna, weekly("MONDAY", "23:00", "01:00"))
    assert await starts(public, MONDAY) == ["23:00", "23:30"]
    assert await starts(public, TUESDAY) == ["00:00", "00:30"]


async def test_midnight_to_midnight_is_the_whole_day(public: Client, her: Client, anna: Agent) -> None:
    await set_week(her, anna, weekly("TUESDAY", "00:00", "00:00"))
    assert len(await starts(public, TUESDAY)) == 48


async def test_a_date_has_hours_of_its_own_a_day_off_and_the_weeks_again(
    public: Client, her: Client, anna: Agent
) -> None:
    await set_date(her, anna, TUESDAY, [window("14:00", "15:00")])
    assert await starts(public, TUESDAY) == ["14:00", "14:30"]
    await set_date(her, anna, TUESDAY, [])
    assert await starts(public, TUESDAY) == []
    back = await set_date(her, anna, TUESDAY, None)
    assert back["agent"]["dateOverrides"] == []
    assert len(await starts(public, TUESDAY)) == 16
    assert len(await starts(public, "2027-03-03")) == 16


async def test_what_was_set_is_read_back(her: Client, anna: Agent) -> None:
    organization = await anna.organization
    office = await Office.create(organization=organization, name="Harbour", time_zone="Europe/Rome")
    subject = await Subject.create(organization=organization, name="Loans")
    scope = {
        "officeId": ids.encode("Office", office.id),
        "subjectIds": [ids.encode("Subject", subject.id)],
        "meetingTypes": ["OFFICE", "VIDEO"],
    }
    week = await set_week(
        her, anna, weekly("MONDAY", "09:00", "12:30", **scope), weekly("FRIDAY", "22:00", "02:00")
    )
    anything = {"office": None, "subjects": None, "meetingTypes": None}
    assert week["agent"]["weekTemplate"] == [
        {
            "weekday": "MONDAY",
            "start": "09:00",
            "end": "12:30",
            "office": {"name": "Harbour"},
            "subjects": [{"name": "Loans"}],
            "meetingTypes": ["OFFICE", "VIDEO"],
        },
        {"weekday": "FRIDAY", "start": "22:00", "end": "02:00", **anything},
    ]
    await set_date(her, anna, "2027-12-24", [])
    dates = await set_date(her, anna, "2027-03-05", [window("10:00", "11:00", meetingTypes=["PHONE"])])
    assert dates["agent"]["dateOverrides"] == [
        {
            "date": "2027-03-05",
            "windows": [{"start": "10:00", "end": "11:00", "office": None, "meetingTypes": ["PHONE"]}],
        },
        {"date": "2027-12-24", "windows": []},
    ]
    assert dates["agent"]["weekTemplate"] == week["agent"]["weekTemplate"]


async def test_a_window_of_some_meeting_types_offers_only_those(
    public: Client, her: Client, anna: Agent
) -> None:
    await set_week(her, anna, weekly("TUESDAY", "10:00", "11:00", meetingTypes=["PHONE"]))
    assert await starts(public, TUESDAY, meetingType="PHONE") == ["10:00", "10:30"]
    assert await starts(public, TUESDAY, meetingType="VIDEO") == []


async def test_an_agent_sets_no_hours_of_others(
    sign_in: SignIn, anna: Agent, her: Client, public: Client
) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    assert codes(await set_week(her, ben)) == ["FORBIDDEN"]
    assert codes(await set_date(her, ben, TUESDAY, [])) == ["FORBIDDEN"]
    assert len((await Agent.get(id=ben.id)).week) == 5


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
async def test_who_plans_sets_the_hours_of_colleagues(
    sign_in: SignIn, anna: Agent, role: Role, allowed: bool
) -> None:
    colleague = sign_in.agent(await an_agent(await anna.organization, "Chief", role=role))
    assert codes(await set_week(colleague, anna)) == ([] if allowed else ["FORBIDDEN"])
    assert codes(await set_date(colleague, anna, TUESDAY, [])) == ([] if allowed else ["FORBIDDEN"])


async def test_strangers_do_not_even_find_the_agent(sign_in: SignIn, anna: Agent) -> None:
    eve = await an_agent(await an_organization("rival"), "Eve", role=Role.ADMINISTRATOR)
    refused = await set_week(sign_in.agent(eve), anna)
    assert refused == {"agent": None, "errors": [{"code": "NOT_FOUND", "field": ["agentId"]}]}


async def test_a_window_names_offices_and_subjects_of_the_organization_only(her: Client, anna: Agent) -> None:
    rival = await an_organization("rival")
    office = await Office.create(organization=rival, name="Harbour", time_zone="Europe/Rome")
    subject = await Subject.create(organization=rival, name="Loans")
    for scope in (
        {"officeId": ids.encode("Office", office.id)},
        {"subjectIds": [ids.encode("Subject", subject.id)]},
    ):
        assert codes(await set_week(her, anna, weekly("MONDAY", "09:00", "12:00", **scope))) == ["NOT_FOUND"]
        assert codes(await set_date(her, anna, MONDAY, [window("09:00", "12:00", **scope)])) == ["NOT_FOUND"]


async def test_colleagues_see_the_hours_and_nobody_else(sign_in: SignIn, anna: Agent, public: Client) -> None:
    ben = sign_in.agent(await an_agent(await anna.organization, "Ben"))
    query = f"query($id: ID!) {{ node(id: $id) {{ ... on Agent {{ {HOURS} }} }} }}"
    key = ids.encode("Agent", anna.id)
    assert len((await ben.do(query, id=key))["weekTemplate"]) == 5
    linked = f'{{ scheduleLink(link: "acme/anna") {{ agent {{ {HOURS} }} }} }}'
    answer = await public.run(linked)
    assert set(answer.codes) == {"FORBIDDEN"}
    assert answer.data == {"scheduleLink": {"agent": None}}


async def test_a_range_of_dates_that_ends_before_it_begins_is_a_bad_request(her: Client, anna: Agent) -> None:
    query = """query($id: ID!) { node(id: $id) { ... on Agent {
        dateOverrides(from: "2027-03-02", to: "2027-03-01") { date } } } }"""
    assert (await her.run(query, id=ids.encode("Agent", anna.id))).codes == ["BAD_REQUEST"]
