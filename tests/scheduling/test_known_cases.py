"""Cases whose answers are known, each written out in the times that people would read off their clocks."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from errors import LimitReached, OutsideAvailability, SlotTaken, TimeRefused, TooFarAhead, TooSoon
from scheduling.agenda import Agenda, Claim, ClaimKind, Counted, Office
from scheduling.availability import Availability, ask
from scheduling.hours import DateOverride, Dates, Scope, Topic, WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.prepared import prepare, prepare_office
from scheduling.question import Distribution, GuestLimits, Question, Team
from scheduling.rules import Rule
from scheduling.timeline import Span, runs

ROME, NEW_YORK = ZoneInfo("Europe/Rome"), ZoneInfo("America/New_York")
MONDAY = date(2026, 6, 1)


def at(text: str, zone: ZoneInfo | None = None) -> datetime:
    """`2026-06-01 09:00` in the zone, UTC where none is given, as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=zone or UTC).astimezone(UTC)


def interval(start: str, end: str, zone: ZoneInfo = ROME) -> Interval:
    return Interval(at(start, zone), at(end, zone))


def clock(text: str) -> time:
    return time.fromisoformat(text)


def daily(start: str, end: str, scope: Scope | None = None) -> tuple[WeeklyWindow, ...]:
    window = Window(clock(start), clock(end), scope or Scope())
    return tuple(WeeklyWindow(weekday, window) for weekday in range(7))


def agent(hours: str = "09:00-11:00", zone: ZoneInfo = ROME, **known: Any) -> Agenda:
    start, end = hours.split("-")
    known.setdefault("week", daily(start, end))
    return Agenda(**{"agent": 1, "zone": zone, **known})


def question(now: str = "2026-06-01 00:00", **asked: Any) -> Question:
    defaults = {"duration_minutes": 30, "interval_minutes": 30, "guest_zone": ROME, "organization_zone": ROME}
    return Question(now=at(now, asked.pop("now_zone", ROME)), **{**defaults, **asked})


def answer(asked: Question, *agents: Agenda, office: Office | None = None) -> Availability:
    span = asked.span()
    prepared = prepare_office(office, span) if office else None
    return ask(asked, [prepare(one, span) for one in agents], office=prepared)


def shown(availability: Availability, day: date = MONDAY, zone: ZoneInfo = ROME) -> list[str]:
    """The starts listed for one of the guest's dates, as the zone's clock shows them."""
    days = availability.days(Dates(day, day))
    assert all(one.day == day for one in days)
    return [slot.start.astimezone(zone).strftime("%H:%M") for one in days for slot in one.slots]


def meeting(number: int, start: str, end: str, *, buffer: int = 0) -> Claim:
    core = interval(start, end)
    wide = timedelta(minutes=buffer)
    return Claim(number, ClaimKind.MEETING, core.widened(before=wide, after=wide), core)


# ── Changes of the clock ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", "2026-03-08", 23),
        ("America/New_York", "2026-11-01", 25),
        ("Europe/London", "2026-03-29", 23),
        ("Europe/London", "2026-10-25", 25),
        ("Australia/Lord_Howe", "2026-10-04", 23.5),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("America/Santiago", "2026-09-06", 23),
        ("America/Santiago", "2026-04-04", 25),
        ("Asia/Kathmandu", "2026-03-08", 24),
        ("Pacific/Kiritimati", "2026-03-08", 24),
    ],
)
def test_a_day_open_round_the_clock_has_the_hours_that_the_day_has(zone: str, day: str, hours: float) -> None:
    place, asked = ZoneInfo(zone), date.fromisoformat(day)
    now = datetime.combine(asked, time(12), UTC) - timedelta(days=3)
    q = question(now.isoformat(), now_zone=UTC, guest_zone=place, organization_zone=place, duration_minutes=15)
    listed = answer(replace(q, interval_minutes=15), agent("00:00-00:00", place)).total(Dates(asked, asked))
    assert listed == hours * 4


@pytest.mark.parametrize(
    ("zone", "day", "starts"),
    [
        ("America/New_York", "2026-03-08", ["01:00", "01:30", "03:00", "03:30"]),
        (
            "America/New_York",
            "2026-11-01",
            ["01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"],
        ),
        ("Europe/London", "2026-03-29", ["02:00", "02:30", "03:00", "03:30"]),
        (
            "Europe/London",
            "2026-10-25",
            ["01:00", "01:30", "01:00", "01:30", "02:00", "02:30", "03:00", "03:30"],
        ),
        ("Australia/Lord_Howe", "2026-10-04", ["01:00", "01:30", "02:30", "03:00", "03:30"]),
        ("Australia/Lord_Howe", "2026-04-05", ["01:00", "01:30", "01:30", "02:00", "02:30", "03:00", "03:30"]),
        ("America/Santiago", "2026-09-06", ["01:00", "01:30", "02:00", "02:30", "03:00", "03:30"]),
    ],
)
def test_hours_across_a_change_of_the_clock_keep_the_grid_in_elapsed_time(
    zone: str, day: str, starts: list[str]
) -> None:
    place, asked = ZoneInfo(zone), date.fromisoformat(day)
    now = datetime.combine(asked, time(12), UTC) - timedelta(days=3)
    q = question(now.isoformat(), now_zone=UTC, guest_zone=place, organization_zone=place)
    assert shown(answer(q, agent("01:00-04:00", place)), asked, place) == starts


def test_a_window_edge_that_the_clock_skips_is_the_moment_of_the_jump() -> None:
    q = question("2026-03-07 12:00", guest_zone=NEW_YORK)
    asked = date(2026, 3, 8)
    assert shown(answer(q, agent("02:20-04:00", NEW_YORK)), asked, NEW_YORK) == ["03:00", "03:30"]
    assert shown(answer(q, agent("00:30-02:20", NEW_YORK)), asked, NEW_YORK) == ["00:30", "01:00", "01:30"]
    assert shown(answer(q, agent("02:00-03:00", NEW_YORK)), asked, NEW_YORK) == []


def test_a_window_edge_that_occurs_twice_is_the_first_of_the_two() -> None:
    window = Window(time(1, 30), time(3)).on(date(2026, 11, 1), NEW_YORK)
    assert window == Interval(at("2026-11-01 05:30"), at("2026-11-01 08:00"))
    window = Window(time(0), time(1, 30)).on(date(2026, 11, 1), NEW_YORK)
    assert window == Interval(at("2026-11-01 04:00"), at("2026-11-01 05:30"))


def test_santiagos_evening_that_repeats_its_last_hour_is_open_for_both() -> None:
    santiago = ZoneInfo("America/Santiago")
    window = Window(time(22), time(0)).on(date(2026, 4, 4), santiago)
    assert window.length == timedelta(hours=3)


def test_notice_counts_elapsed_hours_on_the_day_that_lacks_one() -> None:
    q = question("2026-03-08 00:30", now_zone=NEW_YORK, guest_zone=NEW_YORK, notice_minutes=120)
    assert shown(answer(q, agent("00:00-05:00", NEW_YORK)), date(2026, 3, 8), NEW_YORK)[0] == "03:30"


# ── Places far apart ─────────────────────────────────────────────────────────────────────────────────────────────


def test_a_guest_in_pago_pago_sees_new_yorks_hours_on_their_own_clock_and_date() -> None:
    pago_pago = ZoneInfo("Pacific/Pago_Pago")
    q = question(now_zone=NEW_YORK, guest_zone=pago_pago)
    assert shown(answer(q, agent("09:00-10:00", NEW_YORK)), MONDAY, pago_pago) == ["02:00", "02:30"]
    late = answer(q, agent("20:00-08:00", NEW_YORK))
    assert shown(late, MONDAY, pago_pago)[:2] == ["00:00", "00:30"]
    assert shown(late, MONDAY, pago_pago)[-2:] == ["23:00", "23:30"]


def test_a_host_in_honolulu_is_offered_to_brussels_on_the_evening_of_the_same_date() -> None:
    honolulu, brussels = ZoneInfo("Pacific/Honolulu"), ZoneInfo("Europe/Brussels")
    q = question(now_zone=honolulu, guest_zone=brussels)
    assert shown(answer(q, agent("08:00-09:00", honolulu)), MONDAY, brussels) == ["20:00", "20:30"]


def test_kathmandus_quarter_hours_stay_on_the_agents_grid() -> None:
    q = question(duration_minutes=60, interval_minutes=60)
    starts = shown(answer(q, agent("09:00-12:00", ZoneInfo("Asia/Kathmandu"))), MONDAY, ZoneInfo("UTC"))
    assert starts == ["03:15", "04:15", "05:15"]


@pytest.mark.parametrize("guest", ["Pacific/Pago_Pago", "Pacific/Kiritimati"])
def test_the_last_day_is_bookable_to_its_end_in_both_zones(guest: str) -> None:
    zone = ZoneInfo(guest)
    availability = answer(question(guest_zone=zone, days_ahead=2), agent("00:00-00:00"))
    now = at("2026-06-01 00:00", ROME)
    ends = [
        datetime.combine(now.astimezone(one).date() + timedelta(days=3), time(), one) for one in (zone, ROME)
    ]
    last = max(ends) - timedelta(minutes=30)
    assert availability.decide(last).bookable
    assert availability.decide(max(ends)).reason is Rule.BOOKING_HORIZON
    assert availability.next_after(max(ends)) is None


# ── The grid and the length ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("hours", "duration", "interval_", "starts"),
    [
        ("09:00-10:00", 8, 8, ["09:00", "09:08", "09:16", "09:24", "09:32", "09:40", "09:48"]),
        ("09:00-10:30", 60, 15, ["09:00", "09:15", "09:30"]),
        ("09:00-10:00", 60, 30, ["09:00"]),
        ("09:00-09:59", 60, 30, []),
        ("09:10-10:15", 30, 30, ["09:10", "09:40"]),
    ],
)
def test_starts_lie_on_the_grid_and_the_last_slot_may_end_with_the_window(
    hours: str, duration: int, interval_: int, starts: list[str]
) -> None:
    q = question(duration_minutes=duration, interval_minutes=interval_)
    assert shown(answer(q, agent(hours))) == starts


def test_the_grid_does_not_move_with_what_is_busy_or_with_notice() -> None:
    q = question("2026-06-01 09:05", duration_minutes=20, notice_minutes=10)
    busy = (interval("2026-06-01 09:35", "2026-06-01 09:40"),)
    assert shown(answer(q, agent("09:00-11:00", busy=busy))) == ["10:00", "10:30"]


def test_a_start_between_the_grid_is_refused_and_so_is_one_with_seconds() -> None:
    availability = answer(question(), agent())
    for text in ("2026-06-01 09:07", "2026-06-01 09:30:01"):
        decision = availability.decide(at(text, ROME))
        assert decision.reason is Rule.SLOT_GRID
        assert isinstance(decision.refused, OutsideAvailability)
    assert availability.decide(at("2026-06-01 09:30", ROME)).bookable


def test_windows_that_adjoin_across_midnight_hold_a_slot_of_ninety_minutes() -> None:
    week = tuple(
        WeeklyWindow(day, Window(*edges))
        for day in range(7)
        for edges in [(time(22), time()), (time(), time(1))]
    )
    q = question(duration_minutes=90, interval_minutes=60)
    assert shown(answer(q, agent(week=week))) == ["22:00", "23:00"]
    assert answer(q, agent(week=week)).decide(at("2026-06-01 23:00", ROME)).bookable


def test_a_window_that_crosses_midnight_belongs_to_the_date_on_which_it_starts() -> None:
    week = (WeeklyWindow(MONDAY.weekday(), Window(time(23), time(1))),)
    tuesday = MONDAY + timedelta(days=1)
    day_off = (DateOverride(tuesday),)
    availability = answer(question(), agent(week=week, overrides=day_off))
    assert shown(availability) == ["23:00", "23:30"]
    assert shown(availability, tuesday) == ["00:00", "00:30"]
    assert shown(answer(question(), agent(week=week, overrides=(DateOverride(MONDAY),))), tuesday) == []


def test_hours_that_began_before_the_prepared_time_are_open_in_it() -> None:
    span = Span(at("2026-06-01 00:00"), 1440)
    (layer,) = prepare(agent("20:00-03:00"), span).opening.layers
    assert runs(layer.open) == [(0, 60), (18 * 60, 1440)]


def test_hours_round_the_clock_begin_their_grid_anew_each_midnight() -> None:
    availability = answer(question(duration_minutes=25, interval_minutes=25), agent("00:00-00:00"))
    for day in range(4):
        assert shown(availability, MONDAY + timedelta(days=day))[:2] == ["00:00", "00:25"]


def test_an_override_replaces_the_hours_of_its_date_only() -> None:
    override = DateOverride(MONDAY, (Window(time(14), time(15)),))
    availability = answer(question(), agent("09:00-10:00", overrides=(override,)))
    assert shown(availability) == ["14:00", "14:30"]
    assert shown(availability, MONDAY + timedelta(days=1)) == ["09:00", "09:30"]
    assert availability.decide(at("2026-06-01 09:00", ROME)).reason is Rule.DATE_OVERRIDE


# ── Soon and late ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "notice", "soonest"),
    [
        ("11:59:59", 60, "13:00"),
        ("12:00:00", 60, "13:00"),
        ("12:00:01", 60, "13:01"),
        ("11:59:59", 0, "12:00"),
    ],
)
def test_notice_is_rounded_up_to_the_next_whole_minute(now: str, notice: int, soonest: str) -> None:
    q = question(f"2026-06-01 {now}", notice_minutes=notice, interval_minutes=1)
    assert shown(answer(q, agent("09:00-18:00")))[0] == soonest


@pytest.mark.parametrize(
    ("start", "asked", "rule", "refusal"),
    [
        ("2026-05-31 09:00", {}, Rule.MINIMUM_NOTICE, TooSoon),
        ("2020-01-01 09:00", {}, Rule.MINIMUM_NOTICE, TooSoon),
        ("2026-06-01 09:00", {"notice_minutes": 600}, Rule.MINIMUM_NOTICE, TooSoon),
        ("2026-06-01 09:00", {"earliest_day": 1}, Rule.EARLIEST_DAY, TooSoon),
        ("2026-07-03 09:00", {}, Rule.BOOKING_HORIZON, TooFarAhead),
        ("2099-07-03 09:00", {}, Rule.BOOKING_HORIZON, TooFarAhead),
        ("2026-06-01 09:00", {"link_dates": Dates(date(2026, 6, 2))}, Rule.LINK_DATES, OutsideAvailability),
        ("2026-06-01 13:00", {}, Rule.HOURS, OutsideAvailability),
        ("2026-06-06 09:00", {"weekends_closed": True}, Rule.WEEKEND, OutsideAvailability),
        ("2026-06-01 09:00", {"max_per_day": 1}, Rule.DAILY_LIMIT, LimitReached),
        ("2026-06-03 09:00", {"max_per_week": 1}, Rule.WEEKLY_LIMIT, LimitReached),
        (
            "2026-06-01 09:00",
            {"guest_limits": GuestLimits(full_agents=frozenset({1}))},
            Rule.GUEST_LIMIT,
            LimitReached,
        ),
    ],
)
def test_a_start_is_refused_by_its_rule(
    start: str, asked: dict[str, Any], rule: Rule, refusal: type[TimeRefused]
) -> None:
    decision = answer(question(**asked), agent(counted=(Counted(7, MONDAY),))).decide(at(start, ROME))
    assert not decision.bookable
    assert decision.reason is rule
    assert isinstance(decision.refused, refusal)
    assert rule in {one.rule for one in decision.refusals}


def test_without_those_rules_the_same_starts_are_bookable() -> None:
    availability = answer(question(), agent(counted=(Counted(7, MONDAY),)))
    for start in ("2026-06-01 09:00", "2026-06-06 09:00", "2026-06-03 09:00", "2026-07-02 09:00"):
        assert availability.decide(at(start, ROME)).bookable


def test_a_naive_start_is_not_understood() -> None:
    with pytest.raises(ValueError, match="aware"):
        answer(question(), agent()).decide(datetime(2026, 6, 1, 9))  # noqa: DTZ001


# ── Busy ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("start", "end", "starts"),
    [
        ("2026-06-01 09:30", "2026-06-01 10:00", ["09:00", "10:00", "10:30"]),
        ("2026-06-01 09:30", "2026-06-01 09:30", ["09:00", "09:30", "10:00", "10:30"]),
        ("2026-06-01 09:59:59", "2026-06-01 10:00:01", ["09:00", "10:30"]),
        ("2026-06-01 00:00", "2026-06-02 00:00", []),
        ("2026-05-01 00:00", "2026-06-01 09:30", ["09:30", "10:00", "10:30"]),
    ],
)
def test_busy_time_takes_each_minute_that_it_touches(start: str, end: str, starts: list[str]) -> None:
    assert shown(answer(question(), agent(busy=(interval(start, end),)))) == starts


@pytest.mark.parametrize(
    ("known", "rule"),
    [
        ({"busy": (interval("2026-06-01 09:00", "2026-06-01 09:30"),)}, Rule.CALENDAR_BUSY),
        ({"claims": (meeting(5, "2026-06-01 09:00", "2026-06-01 09:30"),)}, Rule.MEETING),
        (
            {"claims": (Claim(5, ClaimKind.HOLD, interval("2026-06-01 09:00", "2026-06-01 09:30")),)},
            Rule.HOLD,
        ),
        ({"claims": (meeting(5, "2026-06-01 08:00", "2026-06-01 08:50", buffer=15),)}, Rule.BUFFER),
    ],
)
def test_what_is_taken_is_refused_as_taken_until_it_is_free(known: dict[str, Any], rule: Rule) -> None:
    decision = answer(question(), agent(**known)).decide(at("2026-06-01 09:00", ROME))
    assert decision.reason is rule
    assert isinstance(decision.refused, SlotTaken)
    until = at("2026-06-01 09:05" if rule is Rule.BUFFER else "2026-06-01 09:30", ROME)
    assert decision.refusals[0].until == until


def test_meetings_that_touch_do_not_conflict_and_buffers_of_both_lie_between_them() -> None:
    taken = (meeting(5, "2026-06-01 09:30", "2026-06-01 10:00", buffer=5),)
    assert shown(answer(question(interval_minutes=5), agent("09:00-11:00", claims=taken))) == (
        ["10:05", "10:10", "10:15", "10:20", "10:25", "10:30"]
    )
    q = question(interval_minutes=5, buffer_before_minutes=10)
    assert shown(answer(q, agent("09:00-11:00", claims=taken))) == ["10:15", "10:20", "10:25", "10:30"]


def test_a_buffer_refuses_until_there_is_room_for_it() -> None:
    taken = (meeting(5, "2026-06-01 08:00", "2026-06-01 08:50", buffer=15),)
    q = question(buffer_before_minutes=20)
    refusal = answer(q, agent(claims=taken)).decide(at("2026-06-01 09:00", ROME)).refusals[0]
    assert (refusal.rule, refusal.until) == (Rule.BUFFER, at("2026-06-01 09:25", ROME))


def test_buffers_may_lie_outside_the_hours() -> None:
    q = question(buffer_before_minutes=60, buffer_after_minutes=60)
    decision = answer(q, agent("09:00-09:30")).decide(at("2026-06-01 09:00", ROME))
    assert decision.bookable
    assert decision.time == interval("2026-06-01 09:00", "2026-06-01 09:30")
    assert decision.claimed == interval("2026-06-01 08:00", "2026-06-01 10:30")


def test_a_calendar_that_is_not_known_blocks_only_if_asked_to() -> None:
    unknown = agent(calendars_known=False)
    assert shown(answer(question(), unknown)) == ["09:00", "09:30", "10:00", "10:30"]
    strict = answer(question(unknown_calendars_block=True), unknown)
    assert shown(strict) == []
    assert strict.decide(at("2026-06-01 09:00", ROME)).reason is Rule.CALENDAR_UNKNOWN


def test_a_meeting_that_is_moved_gives_its_own_time_and_its_place_in_the_limits_back() -> None:
    held = agent(claims=(meeting(5, "2026-06-01 09:00", "2026-06-01 10:00"),), counted=(Counted(5, MONDAY),))
    assert shown(answer(question(max_per_day=1), held)) == []
    moving = question(max_per_day=1, excluded_claims=frozenset({5}))
    assert shown(answer(moving, held)) == ["09:00", "09:30", "10:00", "10:30"]


def test_the_nearest_alternatives_come_first_and_the_next_start_may_be_days_away() -> None:
    taken = (meeting(5, "2026-06-01 09:30", "2026-06-01 10:00"),)
    availability = answer(question(), agent(claims=taken))
    wanted = at("2026-06-01 09:30", ROME)
    alternatives = [slot.start.astimezone(ROME).strftime("%H:%M") for slot in availability.nearest(wanted, 3)]
    assert alternatives == ["09:00", "10:00", "10:30"]
    away = tuple(DateOverride(MONDAY + timedelta(days=day)) for day in range(20))
    assert answer(question(), agent(overrides=away)).next_after(wanted) == at("2026-06-21 09:00", ROME)


# ── Offices and topics ───────────────────────────────────────────────────────────────────────────────────────────


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


# ── Teams ────────────────────────────────────────────────────────────────────────────────────────────────────────


def team(*agents: Agenda, start: str = "2026-06-01 09:00", **asked: Any) -> Sequence[int]:
    return answer(question(**asked), *agents).decide(at(start, ROME)).agents


def test_round_robin_gives_in_turn_by_weight_and_to_whom_it_gave_longest_ago() -> None:
    yesterday, today = at("2026-05-31 10:00"), at("2026-06-01 10:00")
    assert team(agent(last_given=today), agent(agent=2, last_given=yesterday)) == (2, 1)
    assert team(agent(booked=1, last_given=yesterday), agent(agent=2, last_given=today)) == (2, 1)
    assert team(agent(booked=3, weight=4), agent(agent=2, booked=1)) == (1, 2)
    assert team(agent(), agent(agent=2)) == (1, 2)
    assert team(agent(), agent(agent=2, weight=2)) == (2, 1)
    assert team(agent("10:00-11:00"), agent(agent=2)) == (2,)


def test_bookings_are_shared_by_weight() -> None:
    agents = [agent(agent=number, weight=number) for number in (1, 2, 3)]
    for _ in range(60):
        chosen = team(*agents)[0]
        agents = [replace(one, booked=one.booked + (one.agent == chosen)) for one in agents]
    assert [one.booked for one in agents] == [10, 20, 30]


def test_the_least_busy_and_the_most_available_of_the_day_come_first() -> None:
    morning = (
        meeting(5, "2026-06-01 09:30", "2026-06-01 10:00"),
        meeting(6, "2026-06-01 10:00", "2026-06-01 10:10"),
    )
    long = (meeting(7, "2026-06-01 09:30", "2026-06-01 11:00"),)
    pair = agent(claims=morning), agent(agent=2, claims=long)
    assert team(*pair, team=Team(distribution=Distribution.LEAST_BUSY)) == (2, 1)
    assert team(*pair, team=Team(distribution=Distribution.MAX_AVAILABILITY)) == (1, 2)


def test_a_meeting_of_several_needs_them_free_together_on_the_grid_of_their_joint_hours() -> None:
    both = agent("09:00-11:00"), agent("09:20-10:30", agent=2)
    together = Team(distribution=Distribution.COLLECTIVE)
    availability = answer(question(team=together), *both)
    assert shown(availability) == ["09:20", "09:50"]
    assert availability.decide(at("2026-06-01 09:20", ROME)).chosen == (1, 2)
    refused = availability.decide(at("2026-06-01 10:20", ROME))
    assert [(one.agent, one.rule) for one in refused.refusals] == [(2, Rule.HOURS)]
    one_of_two = replace(together, required_agents=1)
    assert shown(answer(question(team=one_of_two), *both)) == ["09:00", "09:30", "10:00", "10:30"]


def test_a_slot_is_offered_only_while_enough_of_the_team_are_free() -> None:
    half = Team(availability_percent=60)
    members = agent(), agent(agent=2), agent("10:00-11:00", agent=3)
    availability = answer(question(team=half), *members)
    assert shown(availability) == ["09:00", "09:30", "10:00", "10:30"]
    most = answer(question(team=replace(half, availability_percent=70)), *members)
    assert shown(most) == ["10:00", "10:30"]
    assert most.decide(at("2026-06-01 09:00", ROME)).reason is Rule.AVAILABILITY_PERCENT


def test_a_team_of_nobody_has_no_slots_and_says_why() -> None:
    availability = answer(question())
    assert availability.total(Dates()) == 0
    assert availability.decide(at("2026-06-01 09:00", ROME)).reason is Rule.HOURS
    assert [one.rule for one in availability.effects(Dates(MONDAY, MONDAY))] == [Rule.HOURS]


# ── The explanation ──────────────────────────────────────────────────────────────────────────────────────────────


def test_each_rule_says_how_many_minutes_it_took_and_what_was_left() -> None:
    busy = (interval("2026-06-01 10:00", "2026-06-01 10:15"),)
    effects = answer(question(), agent(busy=busy)).effects(Dates(MONDAY, MONDAY))
    told = {one.rule: (one.removed_minutes, one.remaining_minutes) for one in effects}
    assert told[Rule.HOURS] == (1440 - 91, 91)
    assert told[Rule.CALENDAR_BUSY] == (44, 47)
    assert told[Rule.SLOT_GRID] == (44, 3)


def test_a_month_that_is_past_or_beyond_the_horizon_is_explained_too() -> None:
    availability = answer(question(), agent())
    past = availability.effects(Dates(date(2020, 1, 1), date(2020, 1, 31)))
    assert (past[0].rule, past[0].removed_minutes, past[0].remaining_minutes) == (
        Rule.MINIMUM_NOTICE,
        31 * 1440,
        0,
    )
    far = {one.rule: one.removed_minutes for one in availability.effects(Dates(date(9999, 12, 1), date.max))}
    assert far[Rule.BOOKING_HORIZON] == 31 * 1440


def test_agents_prepared_for_too_short_a_time_are_not_asked() -> None:
    prepared = prepare(agent(), question(days_ahead=3).span())
    with pytest.raises(ValueError, match="span"):
        ask(question(days_ahead=31), [prepared])
