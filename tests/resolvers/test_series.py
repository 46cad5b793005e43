"""Series through the API."""

from __future__ import annotations

from typing import Any

import pytest

from models.link import ScheduleLink
from tests.resolvers import documents as say
from tests.resolvers.conftest import Client

NEXT_WEEK = "2027-03-08T08:00:00Z"


@pytest.fixture(autouse=True)
async def link(annas_link: ScheduleLink) -> ScheduleLink:
    return annas_link


def weekly(count: int = 2, **changes: Any) -> dict[str, Any]:
    return say.wish(recurrence=f"FREQ=WEEKLY;COUNT={count}", **changes)


async def test_a_guest_books_a_series_and_talks_about_all_of_it_in_one_conversation(public: Client) -> None:
    booked = await public.do(say.SERIES, input=weekly())
    assert booked["errors"] == []
    first, second = booked["occurrences"]
    assert (first["meeting"]["start"], second["meeting"]["start"]) == (say.NINE, NEXT_WEEK)
    assert first["meeting"]["conversation"] == second["meeting"]["conversation"]
    assert first["refusal"] is first["alternative"] is None


async def test_what_cannot_be_had_is_told_start_by_start(public: Client) -> None:
    await public.do(say.BOOK, input=say.wish(NEXT_WEEK))
    booked = await public.do(say.SERIES, input=weekly())
    assert booked["errors"] == []
    first, second = booked["occurrences"]
    assert first["meeting"]["start"] == say.NINE
    assert second["meeting"] is None
    assert second["refusal"] == {"code": "SLOT_TAKEN", "field": ["start"]}
    assert second["alternative"] == {"start": "2027-03-08T08:30:00Z"}


async def test_where_nothing_is_booked_the_first_reason_is_an_error(public: Client) -> None:
    await public.do(say.BOOK, input=say.wish(NEXT_WEEK))
    refused = await public.do(say.SERIES, input=weekly(3, onConflict="BOOK_NOTHING"))
    assert say.codes(refused) == ["SLOT_TAKEN"]
    assert [one["meeting"] for one in refused["occurrences"]] == [None] * 3
    assert [one["refusal"] is None for one in refused["occurrences"]] == [True, False, True]


async def test_a_rule_that_cannot_be_read_is_refused_by_its_field(public: Client) -> None:
    refused = await public.do(say.SERIES, input=say.wish(recurrence="each week"))
    assert refused["errors"][0]["field"] == ["recurrence"]
    assert refused["occurrences"] == []


async def test_the_same_key_gets_the_first_outcome(public: Client) -> None:
    asked = weekly(idempotencyKey="once")
    assert await public.do(say.SERIES, input=asked) == await public.do(say.SERIES, input=asked)
