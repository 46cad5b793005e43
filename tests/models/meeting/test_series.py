"""Series: every occurrence is decided by itself."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest

from errors import ErrorCode, Invalid
from models.actor import Actor, Public
from models.agent.agent import Agent
from models.availability.linking import create_link
from models.availability.target import Target
from models.claim import Claim
from models.contact.contact import Contact
from models.contact.details import GuestDetails
from models.conversation.conversation import Conversation
from models.event import EventRow
from models.idempotency import Once
from models.link import ScheduleLink
from models.meeting.meeting import Meeting
from models.meeting.repeating import Occurrence, book_series
from models.meeting.wish import Wish
from models.organization.organization import Organization
from models.words import OnConflict
from tests.builders import a_service, acting, an_agent
from tests.models.meeting.holding import HALF_HOUR, NINE, NOW, overlaps, use
from tests.models.meeting.offering import through
from tests.models.meeting.teams import a_planned_subject, target_of, together, try_to_move
from tests.waiting import PATIENCE_SECONDS

DAY = timedelta(days=1)
WEEK = timedelta(days=7)
FOUR_WEEKS = "FREQ=WEEKLY;COUNT=4"


async def repeat(
    target: Target,
    rule: str = FOUR_WEEKS,
    *,
    on_conflict: OnConflict = OnConflict.SKIP,
    name: str = "Grace",
    start: datetime = NINE,
    once: Once | None = None,
    actor: Actor | None = None,
) -> list[Occurrence]:
    guest = GuestDetails(
        name=name, email=f"{name.lower()}@guests.example", phone=None, locale=None, time_zone="Europe/Rome"
    )
    wish = Wish(target=target, start=start, guest=guest)
    return await book_series(wish, rule, on_conflict=on_conflict, actor=actor or Public(), now=NOW, once=once)


def booked_at(decided: list[Occurrence]) -> list[datetime | None]:
    return [one.meeting.start if one.meeting else None for one in decided]


async def test_every_start_of_the_rule_is_booked(anna: Agent) -> None:
    decided = await repeat(await target_of(anna))
    assert booked_at(decided) == [NINE + number * WEEK for number in range(4)]
    assert await Claim.filter(agent_id=anna.id).count() == 4


async def test_the_meetings_of_a_series_share_a_conversation(anna: Agent) -> None:
    decided = await repeat(await target_of(anna))
    conversation = await Conversation.get()
    assert {one.meeting.conversation_id for one in decided if one.meeting} == {conversation.id}
    assert await Meeting.filter(series_id__isnull=False).count() == 4


async def test_a_start_that_is_taken_is_left_out_with_the_nearest_one(anna: Agent) -> None:
    target = await target_of(anna)
    await use(target, NINE + WEEK, name="Heidi")
    decided = await repeat(target)
    assert booked_at(decided) == [NINE, None, NINE + 2 * WEEK, NINE + 3 * WEEK]
    refusal = decided[1].refusal
    assert refusal is not None
    assert refusal.code is ErrorCode.SLOT_TAKEN
    assert refusal.alternative is not None
    assert refusal.alternative.start == NINE + WEEK + HALF_HOUR


async def test_the_nearest_one_is_booked_instead(anna: Agent) -> None:
    target = await target_of(anna)
    await use(target, NINE + WEEK, name="Heidi")
    decided = await repeat(target, on_conflict=OnConflict.USE_ALTERNATIVE)
    assert booked_at(decided)[1] == NINE + WEEK + HALF_HOUR
    assert decided[1].start == NINE + WEEK
    assert decided[1].refusal is not None


async def test_an_alternative_takes_no_start_that_the_rule_gives_itself(anna: Agent) -> None:
    """Saturday and Sunday go to Friday and Monday, beside those of the rule and not in their stead."""
    decided = await repeat(
        await target_of(anna),
        "FREQ=DAILY;COUNT=8",
        on_conflict=OnConflict.USE_ALTERNATIVE,
        start=NINE + 7 * HALF_HOUR,
    )
    starts = booked_at(decided)
    assert None not in starts
    assert len(set(starts)) == 8
    assert [one.meeting.start for one in decided if one.meeting and not one.refusal] == [
        NINE + 7 * HALF_HOUR + number * DAY for number in (0, 1, 2, 3, 4, 7)
    ]


async def test_nothing_is_booked_by_halves(anna: Agent) -> None:
    target = await target_of(anna)
    await use(target, NINE + WEEK, name="Heidi")
    events = await EventRow.all().count()
    decided = await repeat(target, on_conflict=OnConflict.BOOK_NOTHING)
    assert booked_at(decided) == [None] * 4
    assert [one.refusal is not None for one in decided] == [False, True, False, False]
    assert await Meeting.all().count() == 1
    assert await Claim.all().count() == 1
    assert await Contact.filter(name="Grace").count() == 0
    assert await EventRow.all().count() == events


async def test_all_of_it_is_booked_where_nothing_stands_against_it(anna: Agent) -> None:
    decided = await repeat(await target_of(anna), on_conflict=OnConflict.BOOK_NOTHING)
    assert None not in booked_at(decided)


async def test_what_lies_beyond_the_horizon_is_refused_by_itself(anna: Agent) -> None:
    decided = await repeat(await target_of(anna), "FREQ=WEEKLY;COUNT=6")
    assert [one.refusal and one.refusal.code for one in decided] == [None] * 5 + [ErrorCode.TOO_FAR_AHEAD]


async def test_a_guests_limit_ends_a_series(anna: Agent) -> None:
    await Organization.filter(id=anna.organization_id).update(stored_settings={})
    decided = await repeat(await target_of(anna))
    assert [one.refusal and one.refusal.code for one in decided] == [None, None] + [ErrorCode.LIMIT_REACHED] * 2


async def test_each_occurrence_goes_to_whose_turn_it_is(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    target = await target_of(await a_service(await anna.organization, anna, ben))
    decided = await repeat(target)
    given = [[agent.name for agent in await one.meeting.agents] for one in decided if one.meeting]
    assert given == [["Anna"], ["Ben"], ["Anna"], ["Ben"]]


async def test_the_same_request_again_gets_the_same_answer(anna: Agent) -> None:
    target = await target_of(anna)
    await use(target, NINE + WEEK, name="Heidi")
    once = Once(organization_id=anna.organization_id, actor="public", verb="bookSeries", key="k", asked="same")

    async def ask() -> list[Occurrence]:
        return await repeat(target, on_conflict=OnConflict.USE_ALTERNATIVE, once=once)

    outcomes = await asyncio.gather(*(ask() for _ in range(4)))
    shown = [
        [(one.start, one.meeting and one.meeting.id, one.refusal) for one in outcome] for outcome in outcomes
    ]
    assert shown[0] == shown[1] == shown[2] == shown[3]
    assert await Meeting.all().count() == 5


async def test_series_of_the_same_agents_at_once_take_nothing_twice(anna: Agent) -> None:
    ben = await an_agent(await anna.organization, "Ben")
    organization = await anna.organization
    targets = [
        await target_of(anna),
        await target_of(await a_service(organization, ben, anna, name="One")),
        await target_of(await together(anna, ben)),
    ]
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(
            *(
                repeat(targets[number % 3], f"FREQ=DAILY;COUNT={4 + number}", name=f"Guest{number}",
                       on_conflict=OnConflict.USE_ALTERNATIVE)
                for number in range(9)
            )
        )  # fmt: skip
    assert any(one.refusal for outcome in outcomes for one in outcome)
    assert await overlaps() == 0


async def test_a_rule_that_cannot_be_read_is_refused(anna: Agent) -> None:
    with pytest.raises(Invalid):
        await repeat(await target_of(anna), "every Monday")
    assert await Contact.all().count() == 0


async def test_a_guest_joins_every_class_of_a_series(anna: Agent) -> None:
    subject = await a_planned_subject([anna], seats=3)
    target = await target_of(anna, subject_id=subject.id)
    first, second = await repeat(target), await repeat(target, name="Heidi")
    assert booked_at(first) == booked_at(second) == [NINE + number * WEEK for number in range(4)]
    assert await Meeting.all().count() == await Conversation.all().count() == 4


async def test_a_class_that_the_guest_comes_to_already_is_left_out_by_itself(anna: Agent) -> None:
    subject = await a_planned_subject([anna], seats=3)
    target = await target_of(anna, subject_id=subject.id)
    await use(target, NINE + WEEK)
    decided = await repeat(target)
    assert booked_at(decided) == [NINE, None, NINE + 2 * WEEK, NINE + 3 * WEEK]
    assert [one.refusal and one.refusal.code for one in decided] == [None, ErrorCode.INVALID, None, None]


async def test_where_nothing_is_booked_it_is_not_said_besides_who_comes_to_a_class(anna: Agent) -> None:
    """Else a series of which one start is refused for certain would tell it at no price."""
    subject = await a_planned_subject([anna], seats=3)
    target = await target_of(anna, subject_id=subject.id)
    await use(target, NINE + WEEK)
    asked = [
        await repeat(target, "FREQ=WEEKLY;COUNT=6", on_conflict=OnConflict.BOOK_NOTHING, name=name)
        for name in ("Grace", "Heidi")
    ]
    assert asked[0] == asked[1]
    assert [one.refusal is not None for one in asked[0]] == [False] * 5 + [True]
    [first, second] = await repeat(target, "FREQ=WEEKLY;COUNT=2", on_conflict=OnConflict.BOOK_NOTHING)
    assert (first.refusal, second.refusal and second.refusal.code) == (None, ErrorCode.INVALID)


async def test_no_class_is_the_alternative_to_another_of_the_same_series(anna: Agent) -> None:
    """Each Saturday and Sunday have only Friday's and Monday's classes beside them."""
    subject = await a_planned_subject([anna], seats=3, slot_interval_minutes=24 * 60)
    target = await target_of(anna, subject_id=subject.id)
    decided = await repeat(target, "FREQ=DAILY;COUNT=8", on_conflict=OnConflict.USE_ALTERNATIVE)
    came = [start for start in booked_at(decided) if start]
    assert len(came) == len(set(came)) >= 6


async def test_a_link_for_one_booking_is_not_used_up_by_a_series_that_is_refused(anna: Agent) -> None:
    link = await create_link(actor=acting(anna), now=NOW, agent_id=anna.id, single_use=True)
    await use(await target_of(anna), NINE, name="Heidi")
    decided = await repeat(await through(link), "FREQ=WEEKLY;COUNT=1")
    assert booked_at(decided) == [None]
    assert (await ScheduleLink.get(id=link.id)).used_at is None
    assert await Contact.filter(name="Grace").count() == 0
    await use(await through(link), NINE + HALF_HOUR)


async def test_a_series_of_some_of_a_team_waits_in_no_ring_for_who_takes_all_of_it(anna: Agent) -> None:
    """Ben alone knows the subject; the other service has Anna too."""
    ben = await an_agent(await anna.organization, "Ben")
    subject = await a_planned_subject([ben], max_per_agent_per_day=5)
    some = await target_of(await a_service(await anna.organization, anna, ben), subject_id=subject.id)
    all_ = await target_of(await together(anna, ben))
    async with asyncio.timeout(PATIENCE_SECONDS):
        outcomes = await asyncio.gather(
            *(
                repeat(
                    all_ if number % 2 else some, f"FREQ=DAILY;COUNT={3 + number % 9}", name=f"Guest{number}"
                )
                for number in range(12)
            )
        )
    assert len(outcomes) == 12
    assert await overlaps() == 0


async def test_a_series_of_classes_waits_in_no_ring_for_who_moves_one(anna: Agent) -> None:
    subject = await a_planned_subject([anna], seats=30)
    target = await target_of(anna, subject_id=subject.id)
    first = await repeat(target, "FREQ=WEEKLY;COUNT=4")
    classes = [one.meeting for one in first if one.meeting]

    async def move(meeting: Meeting) -> None:
        for number in range(6):
            await try_to_move(meeting, meeting.start + (number + 1) % 2 * HALF_HOUR, anna)

    async with asyncio.timeout(PATIENCE_SECONDS):
        await asyncio.gather(
            *(move(one) for one in classes),
            *(repeat(target, "FREQ=WEEKLY;COUNT=4", name=f"Guest{number}") for number in range(12)),
        )
    assert await overlaps() == 0


async def test_the_public_books_shorter_series_than_agents(anna: Agent) -> None:
    target = await target_of(anna)
    with pytest.raises(Invalid, match="at most 12"):
        await repeat(target, "FREQ=DAILY;COUNT=13")
    assert len(await repeat(target, "FREQ=DAILY;COUNT=12")) == 12
    assert len(await repeat(target, "FREQ=DAILY;COUNT=20", actor=acting(anna))) == 20
