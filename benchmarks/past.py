"""Whether a million meetings that are over make anything slower: slots and bookings over HTTP, without and with them.

python -m benchmarks.past [NUMBER]
"""

from __future__ import annotations

import asyncio
import json
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from statistics import median
from typing import Any

import psycopg

from benchmarks import http
from benchmarks.installation import Server, database, serving
from benchmarks.knee import BOOKED, body
from benchmarks.load import Load, run
from benchmarks.measuring import machine
from benchmarks.rows import Filled, fill
from models import database as opened
from models.agent.agent import Agent
from models.base import Row
from models.claim import Claim
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.meeting.meeting import Attendee, Meeting
from models.organization.organization import Organization
from models.words import AttendeeResponse, Channel, ConversationStatus, Direction, MeetingStatus, MeetingType

PAST, A_DAY, MEETINGS_OF_A_GUEST = 1_000_000, 10, 20
BOOKINGS = 100


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The first row of each table, of which all the others are copies but for what is counted."""

    guest: Contact
    meeting: Meeting
    claim: Claim
    attendee: Attendee


def report(number: int = PAST) -> Iterator[str]:
    """Lines, each as soon as it is known."""
    with database() as address:
        filled = asyncio.run(fill(address, number=http.AGENTS))
        with serving(address) as server:
            yield "Without past meetings"
            yield from _measured(filled, server, turn=0)
        asyncio.run(_fill_past(address, number))
        with serving(address) as server:
            yield f"With {number:,} past meetings"
            yield from _measured(filled, server, turn=1)


def _measured(filled: Filled, server: Server, *, turn: int) -> Iterator[str]:
    for rate in http.months(filled, server):
        yield f"  {rate}"
    slots = [(agent, start) for agent in filled.agents for start in _free(server, agent, turn=turn)]
    bodies = [body(agent, start, f"{turn}-{number}") for number, (agent, start) in enumerate(slots)]
    result = run(Load([server.port], bodies, 1, 60.0, once=True, mark=BOOKED))
    taken = result.latencies[BOOKINGS:]
    yield f"  a booking: {1000 * median(taken):.1f} ms (of {len(taken)}, one after the other; {result.marked} booked)"


def _free(server: Server, agent: str, *, turn: int) -> list[str]:
    """Some of the agent's slots, others each turn."""
    question = json.dumps(http.question({"agentId": agent}, "Europe/Rome"))
    address = f"http://127.0.0.1:{server.port}/graphql"
    asked = urllib.request.Request(address, question.encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(asked, timeout=30) as response:
        answer: dict[str, Any] = json.load(response)
    starts = [slot["start"] for day in answer["data"]["slots"]["days"] for slot in day["slots"]]
    return [starts[-8 + 4 * turn], starts[-6 + 4 * turn]]


async def _fill_past(address: str, number: int) -> None:
    """Meetings with their claims and guests, the last of them yesterday."""
    async with opened.database(address):
        agents = [agent.id for agent in await Agent.all().order_by("id")]
        patterns = await _patterns(await Organization.get(), await Agent.get(id=agents[0]))
    today = datetime.combine(datetime.now(UTC).date(), time(8), UTC)
    start = _start_of_nth(len(agents))
    end = f"{start} + interval '30 minutes'"
    agent = f"('{{{','.join(map(str, agents))}}}'::bigint[])[n % {len(agents)} + 1]"
    guest = f"{patterns.guest.id} + n / {MEETINGS_OF_A_GUEST}"
    meeting = f"{patterns.meeting.id} + n"
    with psycopg.connect(address, autocommit=True) as connection:
        cursor = psycopg.RawCursor(connection)
        cursor.execute(
            "SET session_replication_role = replica"
        )  # neither triggers nor foreign keys, which hold anyway
        email = "'past-' || n || '@guests.example'"
        for row, count, columns in (
            (patterns.guest, number // MEETINGS_OF_A_GUEST, {"email": email}),
            (patterns.meeting, number, {"start": start, "end": end, "guest_id": guest}),
            (
                patterns.claim,
                number,
                {"agent_id": agent, "meeting_id": meeting, "starts_at": start, "ends_at": end},
            ),
            (patterns.attendee, number, {"meeting_id": meeting, "contact_id": guest}),
        ):
            cursor.execute(_copies(row, columns), [today, count - 1])
        pairs = f"SELECT {meeting}, {agent} FROM generate_series(1, $1::bigint) n"
        cursor.execute(f"INSERT INTO meeting_agent (meeting_id, agent_id) {pairs}", [number - 1])
        for table in ("contact", "meeting", "claim", "attendee"):
            cursor.execute(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))")
        cursor.execute("VACUUM ANALYZE")


def _start_of_nth(agents: int) -> str:
    """As many a day for each agent, one after the other, the last ones yesterday."""
    days_ago = f"make_interval(days => (n / {agents} / {A_DAY} + 1)::int)"
    return f"$1::timestamptz - {days_ago} + make_interval(mins => (n / {agents} % {A_DAY} * 30)::int)"


def _copies(row: Row, columns: Mapping[str, str]) -> str:
    """The statement that copies a row so many times; `columns` are those that differ, by what they are of the n-th. Of
    claims, this week's have their time already."""
    table, names = row._meta.db_table, tuple(row._meta.fields_db_projection.values())
    differ = {"id": "one.id + n", **columns}
    values = ", ".join(differ.get(name, f'one."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    return (
        f'INSERT INTO "{table}" ({listed}) SELECT {values} FROM "{table}" one, generate_series(1, $2::bigint) n'
        f" WHERE one.id = {row.id} AND $1::timestamptz IS NOT NULL ON CONFLICT DO NOTHING"
    )


async def _patterns(organization: Organization, agent: Agent) -> _Patterns:
    begin = datetime.now(UTC) - timedelta(days=5_000)
    at = {"start": begin, "end": begin + timedelta(minutes=30)}
    guest = await Contact.create(organization=organization, name="Guest", email="past@guests.example")
    conversation = await Conversation.create(
        organization=organization,
        number=0,
        channel=Channel.MEETING,
        status=ConversationStatus.CLOSED,
        title="Past",
        contact=guest,
        language="en",
        created_at=begin,
        last_message_at=begin,
    )
    meeting = await Meeting.create(
        organization=organization,
        status=MeetingStatus.SCHEDULED,
        origin=Direction.INBOUND,
        title="Past",
        meeting_type=MeetingType.VIDEO,
        language="en",
        guest_time_zone="Europe/Rome",
        guest=guest,
        conversation=conversation,
        **at,  # type: ignore[arg-type]
    )
    await meeting.agents.add(agent)
    claim = await Claim.create(
        organization=organization,
        agent=agent,
        meeting=meeting,
        starts_at=at["start"],
        ends_at=at["end"],
        meeting_type=MeetingType.VIDEO,
    )
    attendee = await Attendee.create(
        organization=organization,
        meeting=meeting,
        contact=guest,
        name="Guest",
        email=guest.email,
        response=AttendeeResponse.ACCEPTED,
    )
    return _Patterns(guest, meeting, claim, attendee)


def main() -> None:
    sys.stdout.write(f"{machine()}\n")
    for line in report(*map(int, sys.argv[1:])):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
