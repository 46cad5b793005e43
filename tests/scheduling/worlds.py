"""Random agents, offices and questions, drawn where time is awkward: near changes of the clock, odd offsets."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from scheduling.agenda import Agenda, Claim, ClaimKind, Counted, Group, Office
from scheduling.hours import DateOverride, Dates, Scope, Topic, WeeklyWindow, Window
from scheduling.intervals import Interval
from scheduling.question import Distribution, GuestLimits, Question, Team

# With the dates of 2026 on which their clocks change.
CHANGES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/London": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/Santiago": ("2026-04-05", "2026-09-06"),
    "Pacific/Chatham": ("2026-04-05", "2026-09-27"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "Atlantic/Azores": ("2026-03-29", "2026-10-25"),
    "America/Nuuk": ("2026-03-28", "2026-10-24"),
    "Antarctica/Troll": ("2026-03-29", "2026-10-25"),
}
STEADY = ("Asia/Kathmandu", "Asia/Kolkata", "Pacific/Pago_Pago", "Pacific/Kiritimati", "Etc/GMT+12", "UTC")

zones = st.sampled_from([*CHANGES, *STEADY]).map(ZoneInfo)
times = st.one_of(
    st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 30, 15, 45])),
    st.builds(time, st.integers(0, 3), st.integers(0, 59)),
    st.just(time()),
)
scopes = st.one_of(
    st.just(Scope()),
    st.just(Scope()),
    st.builds(
        Scope,
        st.sampled_from([None, 1, 2]),
        st.sampled_from([None, frozenset({1}), frozenset({1, 2})]),
        st.sampled_from([None, frozenset({"VIDEO"})]),
    ),
)
windows = st.builds(Window, times, times, scopes)
round_the_clock = tuple(WeeklyWindow(day, Window(time(), time())) for day in range(7))
weeks = st.one_of(
    st.just(round_the_clock),
    st.just(tuple(WeeklyWindow(day, Window(time(9), time(17))) for day in range(7))),
    st.lists(st.builds(WeeklyWindow, st.integers(0, 6), windows), max_size=14).map(tuple),
)


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """Some second within three days of a change of the clock."""
    day = date.fromisoformat(draw(st.sampled_from(sorted({day for both in CHANGES.values() for day in both}))))
    around = draw(st.integers(-3 * 86400, 3 * 86400))
    return datetime.combine(day, time(), UTC) + timedelta(seconds=around)


@st.composite
def intervals(draw: st.DrawFn, near: datetime) -> Interval:
    start = near + timedelta(
        minutes=draw(st.integers(-2000, 6000)), seconds=draw(st.sampled_from([0, 0, 1, 59]))
    )
    length = draw(st.one_of(st.sampled_from([0, 1, 60, 3600, 86400]), st.integers(0, 20000)))
    return Interval(start, start + timedelta(seconds=length))


@st.composite
def claims(draw: st.DrawFn, number: int, near: datetime) -> Claim:
    core = draw(intervals(near.replace(second=0)))
    before, after = (timedelta(minutes=draw(st.sampled_from([0, 0, 5, 30]))) for _ in range(2))
    kind = draw(st.sampled_from(ClaimKind))
    return Claim(number, kind, core.widened(before=before, after=after), core)


@st.composite
def agendas(draw: st.DrawFn, agent: int, now: datetime) -> Agenda:
    dates = st.builds(lambda days: now.date() + timedelta(days=days), st.integers(-2, 5))
    own_windows = st.lists(windows, max_size=2).map(tuple)
    overrides = draw(st.lists(st.builds(DateOverride, dates, own_windows), max_size=3))
    held = draw(st.integers(0, 3))
    return Agenda(
        agent=agent,
        zone=draw(zones),
        week=draw(weeks),
        overrides=tuple({one.day: one for one in overrides}.values()),
        busy=tuple(draw(st.lists(intervals(now), max_size=4))),
        calendars_known=draw(st.sampled_from([True, True, True, False])),
        claims=tuple(draw(claims(agent * 10 + number, now)) for number in range(held)),
        counted=tuple(
            Counted(agent * 10 + number, draw(dates), draw(st.sampled_from([1, 1, 1, None])), "VIDEO")
            for number in range(2 * held)
        ),
        weight=draw(st.integers(1, 3)),
        booked=draw(st.integers(0, 5)),
    )


@st.composite
def offices(draw: st.DrawFn, now: datetime) -> Office:
    day = now.date() + timedelta(days=draw(st.integers(-1, 3)))
    closures = draw(st.sampled_from([(), (Dates(day, day),), (Dates(day, None),)]))
    week = draw(st.one_of(st.none(), weeks))
    return Office(zone=draw(zones), week=week, closures=closures, is_active=draw(st.integers(0, 9)) > 0)


@st.composite
def teams(draw: st.DrawFn) -> Team:
    return Team(
        distribution=draw(st.sampled_from(Distribution)),
        required_agents=draw(st.sampled_from([None, 1, 2])),
        availability_percent=draw(st.sampled_from([0, 0, 50, 51, 100])),
    )


@st.composite
def questions(draw: st.DrawFn, now: datetime) -> Question:
    buffers, on = st.sampled_from([0, 0, 5, 15, 45]), st.sampled_from([False, False, False, True])
    day = now.date() + timedelta(days=draw(st.integers(-1, 3)))
    offered = tuple(now.replace(second=0) + timedelta(minutes=90 * number) for number in range(20))
    limits = GuestLimits(full_days=frozenset({day}), full_agents=draw(st.sampled_from([frozenset(), {2}])))
    return Question(
        now=now,
        duration_minutes=draw(st.sampled_from([1, 8, 15, 30, 45, 60, 90, 150])),
        interval_minutes=draw(st.sampled_from([5, 7, 15, 25, 30, 45, 60, 90])),
        guest_zone=draw(zones),
        organization_zone=draw(zones),
        topic=draw(st.builds(Topic, st.sampled_from([None, 1]), st.sampled_from([None, 1]), st.just("VIDEO"))),
        team=draw(teams()),
        buffer_before_minutes=draw(buffers),
        buffer_after_minutes=draw(buffers),
        notice_minutes=draw(st.sampled_from([0, 0, 60, 61, 1440])),
        earliest_day=draw(st.sampled_from([0, 0, 1])),
        days_ahead=draw(st.integers(0, 3)),
        link_dates=Dates(day, draw(st.sampled_from([None, day]))) if draw(on) else None,
        offered_starts=offered if draw(on) else None,
        weekends_closed=draw(on),
        unknown_calendars_block=draw(on),
        excluded_claims=frozenset({10}) if draw(on) else frozenset(),
        max_per_day=1 if draw(on) else None,
        max_per_week=2 if draw(on) else None,
        guest_limits=limits if draw(on) else None,
    )


@st.composite
def groups(draw: st.DrawFn, number: int, question: Question, agents: int) -> Group:
    """A group meeting of some of the agents, of a stranger, or of nobody yet."""
    near = question.now.replace(second=0)
    hours = st.integers(0, 75).map(lambda number: near.replace(minute=0) + timedelta(hours=number))
    offered = st.integers(0, 20).map(lambda number: near + timedelta(minutes=90 * number))
    anywhere = st.integers(-600, 4500).map(lambda minute: near + timedelta(minutes=minute))
    start = draw(st.one_of(hours, hours, offered, anywhere, st.just(question.now)))
    length = draw(st.sampled_from([question.duration_minutes] * 5 + [20]))
    held_by = draw(st.frozensets(st.integers(1, agents + 1), max_size=2))
    end = start + timedelta(minutes=length)
    return Group(900 + number, Interval(start, end), held_by, draw(st.integers(0, 4)))


def holding(agenda: Agenda, groups: tuple[Group, ...]) -> Agenda:
    """The agent with the time of their group meetings claimed, but for one, which is being moved."""
    held = (one for one in groups if agenda.agent in one.agents and one.meeting != 901)
    taken = tuple(Claim(one.meeting, ClaimKind.MEETING, one.time) for one in held)
    return replace(agenda, claims=agenda.claims + taken)


@st.composite
def shared(draw: st.DrawFn, question: Question, agents: int) -> Question:
    """The question where there are, or may be, group meetings, and meetings that have no agent yet."""
    if draw(st.booleans()):
        given = tuple(draw(groups(one, question, agents)) for one in range(draw(st.integers(1, 6))))
        # Now and then at the same start.
        given += tuple(replace(one, meeting=one.meeting + 50) for one in given if draw(st.booleans()))
        seats, offered = draw(st.integers(1, 2)), draw(st.integers(2, 3))
        question = replace(question, seats=seats, seats_offered=offered, groups=given)
    if draw(st.booleans()):
        starts = st.builds(timedelta, minutes=st.integers(0, 4500), seconds=st.sampled_from([0, 0, 0, 59]))
        lengths = st.sampled_from([1440, 600, 60, 5]).map(lambda minutes: timedelta(minutes=minutes))
        taken = st.builds(
            lambda start, length: Interval(question.now + start, question.now + start + length), starts, lengths
        )
        question = replace(question, pooled=tuple(draw(st.lists(taken, min_size=1, max_size=4))))
    return question


@st.composite
def worlds(draw: st.DrawFn, least: int = 1, most: int = 3) -> tuple[Question, list[Agenda], Office | None]:
    """A question, the agents it is asked about, rarely nobody where `least` is 0, and perhaps an office."""
    now = draw(moments())
    agents = draw(st.sampled_from([least, *range(1, most + 1), *range(1, most + 1)]))
    question = draw(shared(draw(questions(now)), agents))
    asked = [holding(draw(agendas(agent, now)), question.groups) for agent in range(1, agents + 1)]
    return question, asked, draw(st.one_of(st.none(), st.none(), offices(now)))


@st.composite
def crowds(draw: st.DrawFn) -> tuple[Question, list[Agenda], Office | None]:
    """A team that is free most of the time, so that what its members share decides: groups, the pool, the shares."""
    now = draw(moments())
    question = Question(
        now=now,
        duration_minutes=draw(st.sampled_from([30, 60, 90])),
        interval_minutes=draw(st.sampled_from([30, 60])),
        buffer_before_minutes=draw(st.sampled_from([0, 0, 15])),
        guest_zone=draw(zones),
        organization_zone=draw(zones),
        team=draw(teams()),
        days_ahead=draw(st.integers(1, 3)),
    )
    agents = draw(st.integers(2, 4))
    known = [
        Agenda(agent=agent, zone=draw(zones), week=round_the_clock, busy=tuple(draw(st.lists(intervals(now)))))
        for agent in range(1, agents + 1)
    ]
    question = draw(shared(question, agents))
    return question, [holding(one, question.groups) for one in known], None
