"""Where a meeting is, and what it is about."""

from dataclasses import replace
from datetime import date

import pytest

from scheduling.agenda import Office
from scheduling.hours import Dates, Scope, Topic
from scheduling.rules import Rule
from tests.scheduling.cases import (
    ROME,
    agent,
    answer,
    at,
    daily,
    question,
    shown,
)


def test_an_office_is_met_in_only_while_it_is_open() -> None:
    office = Office(
        zone=ROME, week=daily("10:00", "12:00"), closures=(Dates(date(2026, 6, 2), date(2026, 6, 3)),)
    )
    availability = answer(question(), agent(), office=office)
    assert shown(availability) == ["10:00", "10:30"]
    assert shown(availability, date(2026, 6, 3)) == []
    assert availability.decide(at("2026-06-01 09:00", ROME)).reason is Rule.OFFICE_HOURS
    assert availability.decide(at("2026-06-02 10:00", ROME)).reason is Rule.CLOSURE
    assert shown(answer(question(), agent(), office=replace(office, is_active=False))) == []
    assert shown(answer(question(), agent(), office=Office(zone=ROME))) == shown(answer(question(), agent()))


@pytest.mark.parametrize(
    ("scope", "topic", "is_open"),
    [
        (Scope(), Topic(), True),
        (Scope(office=1), Topic(), True),
        (Scope(office=1), Topic(office=1), True),
        (Scope(office=1), Topic(office=2), False),
        (Scope(subjects=frozenset({1})), Topic(subject=1), True),
        (Scope(subjects=frozenset({1})), Topic(subject=2), False),
        (Scope(subjects=frozenset({1})), Topic(), False),
        (Scope(meeting_types=frozenset({"VIDEO"})), Topic(meeting_type="VIDEO"), True),
        (Scope(meeting_types=frozenset({"VIDEO"})), Topic(meeting_type="PHONE"), False),
    ],
)
def test_a_window_is_open_for_what_it_offers(scope: Scope, topic: Topic, is_open: bool) -> None:
    narrowed = agent(week=daily("09:00", "10:00", scope))
    assert bool(shown(answer(question(topic=topic), narrowed))) == is_open
