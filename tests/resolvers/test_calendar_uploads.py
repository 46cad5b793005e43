"""A calendar file that an agent uploads: what it takes from the slots, and which files and agents are refused."""

from __future__ import annotations

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import aiohttp
import orjson
import pytest
from starlette.datastructures import UploadFile

from composition.site import site
from models.agent.agent import Agent
from models.agent.session import Session, hash_password
from models.calendar.connection import BusyTime, CalendarConnection
from models.link import ScheduleLink
from models.words import Role
from resolvers import ids
from resolvers.calendars import LARGEST_FILE
from resolvers.context import World
from tests.builders import Clock, an_agent, an_organization
from tests.resolvers.conftest import Client, SignIn
from tests.resolvers.documents import NINE, SLOTS, TEN
from tests.serving import serving
from web.health import Health

CONNECT = """mutation($input: ConnectCalendarFeedInput!) {
  connectCalendarFeed(input: $input) {
    connection { id provider account status } errors { code message field } } }"""
DAY = {"link": "acme/anna", "from": "2027-03-01", "to": "2027-03-01", "timeZone": "Europe/Rome"}


async def _yes() -> bool:
    return True


WELL = Health(database=_yes, bus=lambda: True, worker=_yes)

EVENT = """BEGIN:VEVENT
UID:{number}@calendar.example
DTSTAMP:20270101T000000Z
DTSTART:{start:%Y%m%dT%H%M%SZ}
DTEND:{end:%Y%m%dT%H%M%SZ}
SUMMARY:Something private of some length, as it is with most people who write down what they do
DESCRIPTION:{text}
END:VEVENT
"""


def ics(*starts: datetime, text: str = "") -> bytes:
    """A calendar with an hour's event at each of the starts."""
    hour = timedelta(hours=1)
    events = [
        EVENT.format(number=number, start=start, end=start + hour, text=text)
        for number, start in enumerate(starts)
    ]
    return ("BEGIN:VCALENDAR\nVERSION:2.0\n" + "".join(events) + "END:VCALENDAR\n").encode()


AT_NINE = ics(datetime.fromisoformat(NINE))


def wish(agent: Agent, content: bytes, **changes: Any) -> dict[str, Any]:
    file = UploadFile(BytesIO(content), filename="private.ics")
    return {"agentId": ids.encode("Agent", agent.id), "name": "Private", "file": file, **changes}


async def starts(client: Client) -> list[str]:
    """When Anna may be booked on the first of March."""
    listed = await client.do(SLOTS, input=DAY)
    return [slot["start"] for day in listed["days"] for slot in day["slots"]]


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


async def test_a_large_file_takes_its_times_from_the_slots_at_once(
    public: Client, sign_in: SignIn, anna: Agent
) -> None:
    years_ago = datetime.fromisoformat("2015-01-01T00:00:00Z")
    past = [years_ago + timedelta(hours=5 * number) for number in range(16_000)]
    content = ics(datetime.fromisoformat(NINE), *past, text="x" * 100)
    assert len(content) > 5_000_000
    before = await starts(public)
    connected = await sign_in.agent(anna).do(CONNECT, input=wish(anna, content))
    assert connected["errors"] == []
    assert {**connected["connection"], "id": ""} == {
        "id": "",
        "provider": "ICS",
        "account": "Private",
        "status": "CONNECTED",
    }
    after = await starts(public)
    assert NINE in before
    assert NINE not in after
    assert TEN in after


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 1_000,
        b"<!doctype html><title>Sign in</title>",
        b"BEGIN:VCARD\r\nEND:VCARD\r\n",
        AT_NINE.replace(b"DTSTART:2027", b"DTSTART:next year"),
    ],
)
async def test_a_broken_file_is_refused_and_changes_nothing(
    public: Client, sign_in: SignIn, anna: Agent, content: bytes
) -> None:
    before = await starts(public)
    refused = await sign_in.agent(anna).do(CONNECT, input=wish(anna, content))
    assert refused["connection"] is None
    assert [(error["code"], error["field"]) for error in refused["errors"]] == [("INVALID", ["file"])]
    assert await starts(public) == before
    assert await CalendarConnection.all().count() == await BusyTime.all().count() == 0


async def test_a_file_has_ten_megabytes_at_most(sign_in: SignIn, anna: Agent) -> None:
    most = AT_NINE + b"\n" * (LARGEST_FILE - len(AT_NINE))
    taken = await sign_in.agent(anna).do(CONNECT, input=wish(anna, most))
    refused = await sign_in.agent(anna).do(CONNECT, input=wish(anna, most + b"\n"))
    assert taken["errors"] == []
    assert refused["errors"] == [
        {"code": "INVALID", "message": "A calendar file has 10 MB at most.", "field": ["file"]}
    ]
    assert await CalendarConnection.all().count() == 1


@pytest.mark.parametrize("changes", [{"url": "https://calendar.example/a.ics"}, {"file": None}])
async def test_a_calendar_is_either_an_address_or_a_file(
    sign_in: SignIn, anna: Agent, changes: dict[str, Any]
) -> None:
    refused = await sign_in.agent(anna).do(CONNECT, input=wish(anna, AT_NINE, **changes))
    assert [error["code"] for error in refused["errors"]] == ["INVALID"]
    assert await CalendarConnection.all().count() == 0


async def test_nobody_uploads_to_anothers_calendar(public: Client, sign_in: SignIn, anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    head = await an_agent(await anna.organization, "Head", role=Role.ADMINISTRATOR)
    stranger = await an_agent(await an_organization("other"), "Mallory", role=Role.ADMINISTRATOR)
    before = await starts(public)
    for somebody, code in ((ben, "FORBIDDEN"), (head, "FORBIDDEN"), (stranger, "NOT_FOUND")):
        refused = await sign_in.agent(somebody).do(CONNECT, input=wish(anna, AT_NINE))
        assert [error["code"] for error in refused["errors"]] == [code]
    assert (await public.run(CONNECT, input=wish(anna, AT_NINE))).codes == ["UNAUTHENTICATED"]
    assert await starts(public) == before
    assert await CalendarConnection.all().count() == 0


@pytest.mark.parametrize("file", ["private.ics", {"name": "private.ics"}, AT_NINE.decode()])
async def test_text_is_not_taken_for_a_file(sign_in: SignIn, anna: Agent, file: Any) -> None:
    refused = await sign_in.agent(anna).run(CONNECT, input=wish(anna, b"", file=file))
    assert refused.codes == ["BAD_REQUEST"]
    assert await CalendarConnection.all().count() == 0


async def test_whoever_has_signed_in_uploads_over_http_and_the_public_does_not(
    public: Client, world: World, anna: Agent, clock: Clock
) -> None:
    anna.password_hash = await hash_password("frontdesk")
    await anna.save()
    tokens = await Session.sign_in("acme", anna.email, "frontdesk", keys=world.keys, now=clock())
    large = AT_NINE + b"\n" * 2_000_000
    async with (
        serving(site(world, health=WELL, with_explorer=False)) as address,
        aiohttp.ClientSession() as client,
    ):
        for headers, status in (
            ({}, 401),
            ({"authorization": "Bearer wrong"}, 401),
            ({"authorization": f"Bearer {tokens.access_token}"}, 200),
        ):
            async with client.post(f"{address}/graphql", data=form(anna, large), headers=headers) as response:
                answer = await response.read()
                assert (response.status, answer) == (status, answer)
                assert await CalendarConnection.all().count() == (1 if status == 200 else 0)
    assert orjson.loads(answer)["data"]["connectCalendarFeed"]["errors"] == []
    assert NINE not in await starts(public)


def form(agent: Agent, content: bytes) -> aiohttp.FormData:
    """The upload as a browser sends it."""
    operations = {"query": CONNECT, "variables": {"input": wish(agent, b"", file=None)}}
    data = aiohttp.FormData()
    data.add_field("operations", orjson.dumps(operations).decode())
    data.add_field("map", '{"0": ["variables.input.file"]}')
    data.add_field("0", BytesIO(content), filename="private.ics", content_type="text/calendar")
    return data


async def test_an_upload_that_comes_twice_under_one_key_is_one_calendar(sign_in: SignIn, anna: Agent) -> None:
    client = sign_in.agent(anna)
    connected = [await client.do(CONNECT, input=wish(anna, AT_NINE, idempotencyKey="k")) for _ in range(2)]
    assert [one["errors"] for one in connected] == [[], []]
    assert await CalendarConnection.all().count() == 1
    other = await client.do(CONNECT, input=wish(anna, AT_NINE, idempotencyKey="k", name="Another"))
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]
