"""Rows that are added to a transaction: as if each had been saved at once, by one statement for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tortoise import Tortoise, connections
from tortoise.exceptions import IntegrityError
from tortoise.models import Model
from tortoise.transactions import in_transaction

from jobs.mail import tell_of_change
from models.agent.agent import Agent
from models.base import Row
from models.contact.contact import Contact
from models.conversation.conversation import Conversation
from models.link import ScheduleLink
from models.meeting.meeting import Meeting, MeetingChange
from models.organization.organization import Organization
from models.transactions import ids_of, transaction
from models.words import Channel, ConversationStatus, MeetingChangeKind, MeetingType
from models.writing import any_of, as_array
from tests.resolvers.statements import statements

NINE = datetime(2027, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)


def a_guest(organization: Organization, name: str = "Grace") -> Contact:
    return Contact(
        organization_id=organization.id,
        name=name,
        email=None,
        custom_fields={"wine": 'red "or" white', "list": [1, None, "ü"], "none": None},
    )


def a_conversation(guest: Contact, number: int = 1) -> Conversation:
    return Conversation(
        organization_id=guest.organization_id,
        number=number,
        channel=Channel.MEETING,
        status=ConversationStatus.OPEN,
        contact=guest,
        created_at=NINE,
        last_message_at=NINE,
    )


def a_meeting(guest: Contact, conversation: Conversation) -> Meeting:
    return Meeting(
        organization_id=guest.organization_id,
        title="Tea, 'they' said: \\ %s $1",
        meeting_type=MeetingType.PHONE,
        start=NINE,
        end=NINE + timedelta(minutes=30),
        guest_time_zone="Europe/Rome",
        guest=guest,
        conversation=conversation,
    )


def values(row: Row) -> dict[str, Any]:
    """What is given to a row: all but what it gives itself."""
    fields = type(row)._meta.fields_map
    given = (name for name in type(row)._meta.fields_db_projection if name != "id")
    return {name: getattr(row, name) for name in given if not getattr(fields[name], "auto_now_add", False)}


async def stored(row: Row) -> dict[str, Any]:
    return values(await type(row).get(id=row.id))


async def jobs() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = await connections.get("default").execute_query_dict(
        "SELECT queue_name, task_name, priority, lock, args, status::text FROM procrastinate_jobs ORDER BY args, id"
    )
    return rows


async def test_what_is_added_is_stored_by_one_statement_with_ids_in_order(anna: Agent) -> None:
    organization = await anna.organization
    drawing = [ids_of(Contact), ids_of(Contact), ids_of(Conversation), ids_of(Meeting)]
    with statements() as sent:
        async with transaction(drawing=drawing) as tx:
            guest = await tx.add(a_guest(organization))
            other = await tx.add(a_guest(organization, "Hedy"))
            conversation = await tx.add(a_conversation(guest))
            meeting = await tx.add(a_meeting(guest, conversation))
            tx.relate(meeting, "agents", [anna])
            await tx.later("mail.tell_of_change", lock="meeting:1", change_id=7)
    assert len(sent) == 1
    assert guest.id < other.id
    assert [row.name for row in await Contact.all().order_by("id")] == ["Grace", "Hedy"]
    assert list(meeting.agents) == [anna]
    assert [agent.id for agent in await (await Meeting.get(id=meeting.id)).agents] == [anna.id]
    [job] = await jobs()
    assert (job["task_name"], job["lock"], job["args"]) == (
        "mail.tell_of_change", "meeting:1", {"change_id": 7},
    )  # fmt: skip


async def test_a_row_is_stored_as_the_models_own_insert_stores_it(anna: Agent) -> None:
    organization = await anna.organization
    guest = await Contact.create(**values(a_guest(organization)))
    conversation = await Conversation.create(**values(a_conversation(guest)))
    meeting = await Meeting.create(**values(a_meeting(guest, conversation)))
    said = {"organization_id": organization.id, "meeting_id": meeting.id, "at": NINE}
    rows: Sequence[Row] = (
        guest,
        meeting,
        ScheduleLink(organization_id=organization.id, slug="tea", agent_id=anna.id, from_date=date(2027, 3, 1)),
        MeetingChange(
            **said, kind=MeetingChangeKind.BOOKED, before=None, after={"start": "9:00", "n": [1.5, True]}
        ),
        MeetingChange(**said, kind=MeetingChangeKind.CANCELLED, before={}, after=None, reason="t"),
    )
    for row in rows:
        own = await type(row).create(**{**values(row), **({"slug": "own"} if "slug" in values(row) else {})})
        async with transaction() as tx:
            added = await tx.add(type(row)(**values(row)))
        assert {**await stored(added), "slug": None} == {**await stored(own), "slug": None}
        assert values(added) == values(type(row)(**values(row)))


async def test_a_statement_that_comes_before_the_end_sees_what_was_added(organization: Organization) -> None:
    async with transaction() as tx:
        guest = await tx.add(a_guest(organization))
        assert tx.is_unwritten(guest)
        guest.name = "Ada"
        assert await Contact.filter(name="Ada").exists()
        assert not tx.is_unwritten(guest)
        conversation = await Conversation.create(**values(a_conversation(guest)))
        guest.name = "Hedy"
        await guest.save()
        await tx.add(a_conversation(guest, number=2))
        assert await tx.rows("SELECT name FROM contact") == [{"name": "Hedy"}]
        assert await Conversation.all().count() == 2
    assert conversation.contact_id == guest.id


async def test_a_savepoint_that_is_undone_keeps_what_was_added_before_it(organization: Organization) -> None:
    async with transaction() as tx:
        await tx.add(a_guest(organization, "before"))
        with pytest.raises(ZeroDivisionError):
            async with in_transaction():
                await Contact.filter(name="before").update(name="undone")
                raise ZeroDivisionError
        await tx.add(a_guest(organization, "after"))
    assert [guest.name for guest in await Contact.all().order_by("id")] == ["before", "after"]


async def test_what_is_undone_leaves_neither_rows_nor_jobs(organization: Organization) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction() as tx:
            await tx.add(a_guest(organization))
            await tx.later("mail.tell_of_change", change_id=7)
            assert await Contact.all().count() == 1
            await tx.add(a_guest(organization))
            raise ZeroDivisionError
    assert await Contact.all().count() == 0
    assert await jobs() == []


async def test_what_the_database_refuses_is_an_error_of_the_models(organization: Organization) -> None:
    with pytest.raises(IntegrityError):
        async with transaction() as tx:
            guest = await tx.add(a_guest(organization))
            await tx.add(a_conversation(guest))
            await tx.add(a_conversation(guest))
    assert await Contact.all().count() == 0


async def test_a_job_is_queued_as_procrastinate_queues_it(organization: Organization) -> None:
    async with transaction() as tx:
        await tx.later("mail.tell_of_change", lock="meeting:1", change_id=7)
        await tx.later("mail.tell_of_change", change_id=8)
        raw = tx.connection._connection
        own = tell_of_change.configure(connection=raw, lock="meeting:1")
        await own.defer_async(change_id=7)
    first, own_job, second = await jobs()
    assert first == own_job
    assert (second["lock"], second["args"]) == (None, {"change_id": 8})


async def test_every_table_has_a_sequence_of_the_name_that_ids_are_drawn_from(db: None) -> None:
    models: list[type[Model]] = list(Tortoise.apps["frontdesk"].values())
    rows = await connections.get("default").execute_query_dict(
        "SELECT sequencename AS name FROM pg_sequences WHERE schemaname = 'public'"
    )
    names = {row["name"] for row in rows}
    assert [model for model in models if issubclass(model, Row) and ids_of(model) not in names] == []


@pytest.mark.parametrize(
    ("condition", "planned_anew"),
    [(f"id = {any_of('$1')}", 5), ("id = ANY($1::bigint[])", 30)],  # five times PostgreSQL compares
)
async def test_a_statement_for_any_of_a_few_is_planned_once(
    db: None, condition: str, planned_anew: int
) -> None:
    async with transaction() as tx:
        await tx.rows("CREATE TEMPORARY TABLE row_of_many (id bigint PRIMARY KEY, other bigint) ON COMMIT DROP")
        await tx.rows("INSERT INTO row_of_many SELECT n, n FROM generate_series(1, 10000) n")
        await tx.rows("ANALYZE row_of_many")
        asked = f"SELECT one.other FROM row_of_many one JOIN row_of_many two USING (id) WHERE one.{condition}"
        for number in range(30):
            assert await tx.connection.run(asked.encode(), [as_array([number + 1])]) == [(number + 1,)]
        [found] = await tx.rows("SELECT custom_plans FROM pg_prepared_statements WHERE statement = %s", asked)
    assert found["custom_plans"] == planned_anew
