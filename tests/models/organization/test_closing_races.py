"""What is deleted while somebody books it, on real parallel connections: it is booked or deleted, and never both."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from errors import Invalid, NotFound, Refused
from models.actor import AgentActor, Public
from models.agent.agent import Agent
from models.agent.hours import set_week_template
from models.availability.target import Target
from models.claim import Claim
from models.conversation.assigning import assign
from models.conversation.conversation import Conversation
from models.meeting.booking import book, book_alone
from models.meeting.meeting import Meeting
from models.meeting.repeating import Occurrence, book_series
from models.meeting.wish import checked
from models.organization.closing import delete_office, delete_service, delete_subject
from models.organization.office import Office
from models.organization.organization import Organization
from models.organization.service import Service
from models.organization.subject import Subject
from models.transactions import transaction
from models.words import OnConflict, Role
from scheduling.hours import Scope, WeeklyWindow
from tests.builders import NINE_TO_FIVE, a_service, acting, an_agent
from tests.models.meeting.holding import NINE, NOW, take, use
from tests.models.meeting.offering import offers
from tests.models.meeting.teams import a_planned_subject, deadlocks, target_of
from tests.models.meeting.test_together import wish
from tests.waiting import lock_waits, until

ROUNDS = 8
Book = Callable[[Target], Awaitable[Any]]


@dataclass(frozen=True)
class Place:
    """Something to delete, and a meeting with Anna that names it."""

    target: Target
    delete: Callable[[], Awaitable[None]]


@pytest.fixture
async def ada(organization: Organization) -> AgentActor:
    """The administrator."""
    return acting(await an_agent(organization, "Ada", role=Role.ADMINISTRATOR))


async def a_place(kind: str, anna: Agent, ada: AgentActor) -> Place:
    organization = await anna.organization
    name = f"The {kind} of {await Office.all().count() + await Subject.all().count() + await Service.all().count()}"
    if kind == "office":
        office = await Office.create(organization=organization, name=name, time_zone="Europe/Rome")
        await anna.offices.add(office)
        target = await target_of(anna, office_id=office.id)
        return Place(target, lambda: delete_office(office.id, actor=ada, now=NOW))
    if kind == "subject":
        subject = await Subject.create(organization=organization, name=name)
        await anna.expertise.add(subject)
        target = await target_of(anna, subject_id=subject.id)
        return Place(target, lambda: delete_subject(subject.id, actor=ada, now=NOW))
    service = await a_service(organization, anna, name=name)
    return Place(await target_of(service), lambda: delete_service(service.id, actor=ada, now=NOW))


async def attempt(doing: Awaitable[Any]) -> Any:
    try:
        return await doing
    except Refused as refused:
        return refused


def about(week: Sequence[WeeklyWindow], scope: Scope) -> tuple[WeeklyWindow, ...]:
    return tuple(WeeklyWindow(one.weekday, replace(one.window, scope=scope)) for one in week)


async def while_deleted(place: Place, *doing: Awaitable[Any]) -> list[Any]:
    """What comes of what is done between the deletion and its commit, each by a connection of its own."""
    deleted, commit = asyncio.Event(), asyncio.Event()

    async def deleting() -> None:
        async with transaction():
            await place.delete()
            deleted.set()
            await commit.wait()

    deletion = asyncio.create_task(deleting())
    await deleted.wait()
    others = [asyncio.create_task(attempt(one)) for one in doing]
    await until(lock_waits)
    commit.set()
    await deletion
    return list(await asyncio.gather(*others))


def is_refused(outcome: Any) -> bool:
    """Of a series, each of its starts."""
    each = outcome if isinstance(outcome, list) else [outcome]
    return all(isinstance(one, Refused) or (isinstance(one, Occurrence) and one.refusal) for one in each)


async def while_booked(place: Place) -> tuple[Any, Any]:
    """What comes of a booking, and of a deletion that begins before the booking is written."""
    found, write = asyncio.Event(), asyncio.Event()

    async def booking() -> Any:
        async with transaction():
            meeting = await alone(place.target)
            found.set()
            await write.wait()
        return meeting

    booked = asyncio.create_task(attempt(booking()))
    await found.wait()
    deleted = asyncio.create_task(attempt(place.delete()))
    await until(lock_waits)
    write.set()
    return await booked, await deleted


async def alone(target: Target) -> Any:
    return await book_alone(checked(wish(target, 0), actor=Public()), actor=Public(), now=NOW, once=None)


async def as_a_series(target: Target) -> Any:
    every_day = "FREQ=DAILY;COUNT=3"
    how = {"on_conflict": OnConflict.SKIP, "actor": Public(), "now": NOW}
    return await book_series(wish(target, 0), every_day, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("booking", [alone, as_a_series])
@pytest.mark.parametrize("kind", ["office", "subject", "service"])
async def test_who_books_what_is_just_deleted_finds_nothing(
    anna: Agent, ada: AgentActor, kind: str, booking: Book
) -> None:
    place = await a_place(kind, anna, ada)
    [refused] = await while_deleted(place, booking(place.target))
    assert is_refused(refused)
    assert await Meeting.all().count() == 0


@pytest.mark.parametrize(("kind", "field"), [("office", ("officeId",)), ("subject", ("subjectId",))])
async def test_the_refusal_is_that_of_what_there_is_not(
    anna: Agent, ada: AgentActor, kind: str, field: tuple[str, ...]
) -> None:
    place = await a_place(kind, anna, ada)
    [refused] = await while_deleted(place, alone(place.target))
    assert (type(refused), refused.message, refused.field) == (NotFound, f"There is no such {kind}.", field)


@pytest.mark.parametrize("kind", ["office", "subject", "service"])
async def test_a_hold_of_what_is_just_deleted_is_worth_nothing(anna: Agent, ada: AgentActor, kind: str) -> None:
    place = await a_place(kind, anna, ada)
    token = (await take(place.target)).token
    [refused] = await while_deleted(place, use(place.target, token=token))
    assert is_refused(refused)
    assert await Meeting.all().count() == 0


@pytest.mark.parametrize("kind", ["office", "subject"])
async def test_who_shares_a_transaction_with_one_who_is_refused_is_booked(
    anna: Agent, ada: AgentActor, kind: str
) -> None:
    place, other = await a_place(kind, anna, ada), await target_of(anna)
    wishes = [wish(place.target if number % 2 else other, number) for number in range(8)]
    outcomes = await while_deleted(place, *(book(one, actor=Public(), now=NOW) for one in wishes))
    assert [isinstance(one, Meeting) for one in outcomes] == [True, False] * 4
    assert all(is_refused(one) for one in outcomes[1::2])


async def test_a_conversation_is_not_given_to_a_service_that_is_just_deleted(
    anna: Agent, ada: AgentActor
) -> None:
    await alone(await target_of(anna))
    talk, place = await Conversation.get(), await a_place("service", anna, ada)
    [refused] = await while_deleted(
        place, assign(talk, anna, service=place.target.service, note=None, actor=ada, now=NOW)
    )
    assert isinstance(refused, NotFound)
    assert (await Conversation.get()).service_id is None


@pytest.mark.parametrize("kind", ["office", "subject", "service"])
async def test_what_is_booked_and_deleted_at_once_is_one_of_both(
    anna: Agent, ada: AgentActor, kind: str
) -> None:
    for number in range(ROUNDS):
        place = await a_place(kind, anna, ada)
        booked, deleted = await asyncio.gather(
            attempt(book(wish(place.target, number), actor=Public(), now=NOW)), attempt(place.delete())
        )
        assert isinstance(booked, Meeting) == isinstance(deleted, Invalid), (booked, deleted)
        assert isinstance(booked, Meeting) or is_refused(booked)


async def test_a_booking_that_clears_a_links_times_away_makes_no_ring_with_a_deletion(
    anna: Agent, ada: AgentActor
) -> None:
    place = await a_place("subject", anna, ada)
    assert place.target.subject is not None
    hour = timedelta(hours=1)
    await offers(anna, NINE, now=NOW - 2 * hour, subject_id=place.target.subject.id, expires_at=NOW - hour)
    booked, refused = await while_booked(place)
    assert (type(booked), type(refused)) == (Meeting, Invalid)


async def test_a_booking_that_has_its_agents_makes_no_ring_with_a_deletion(
    anna: Agent, ada: AgentActor
) -> None:
    subject = await a_planned_subject([anna], max_per_agent_per_day=5)
    await set_week_template(anna, about(NINE_TO_FIVE, Scope(subjects=frozenset({subject.id}))))
    target = await target_of(anna, subject_id=subject.id)
    place = Place(target, lambda: delete_subject(subject.id, actor=ada, now=NOW))
    booked, refused = await while_booked(place)
    assert (type(booked), type(refused)) == (Meeting, Invalid)


@pytest.mark.parametrize("kind", ["office", "subject"])
async def test_bookings_and_deletions_never_wait_for_each_other_in_a_ring(
    anna: Agent, ada: AgentActor, kind: str
) -> None:
    """With hours that name what is deleted, so that it locks agents, and a link that offers times of theirs."""
    before = await deadlocks()
    for _ in range(ROUNDS):
        place = await a_place(kind, anna, ada)
        office, subject = place.target.office, place.target.subject
        scope = Scope(office=office.id) if office else Scope(subjects=frozenset({subject.id}))  # type: ignore[union-attr]
        await set_week_template(anna, (*NINE_TO_FIVE, *about(NINE_TO_FIVE, scope)))
        if subject:
            await offers(anna, NINE, subject_id=subject.id)
        other = await target_of(anna)
        wishes = [wish(place.target if number % 2 else other, number) for number in range(12)]
        done = await asyncio.gather(
            *(attempt(book(one, actor=Public(), now=NOW)) for one in wishes[:6]),
            attempt(place.delete()),
            *(attempt(book_series(one, "FREQ=DAILY;COUNT=2", on_conflict=OnConflict.SKIP, actor=Public(), now=NOW))
              for one in wishes[6:]),
        )  # fmt: skip
        gone = done[6] is None
        to_come = await Meeting.filter(
            **({"office_id": office.id} if office else {"subject_id": subject.id})  # type: ignore[union-attr]
        ).count()
        assert gone == (to_come == 0)
        await Meeting.all().delete()
        await Claim.all().delete()  # what the link offers is still held where its subject is still there
    assert await deadlocks() == before
