"""Opening hours as masks over a span, worked out once for all who keep the same hours in the same zone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from zoneinfo import ZoneInfo

from scheduling.grid import grid
from scheduling.hours import (
    DAY,
    DateOverride,
    Dates,
    Scope,
    Topic,
    WeeklyWindow,
    Window,
    days_of,
    windows_by_date,
)
from scheduling.kept import Kept
from scheduling.timeline import Span, clear

# Meetings of an organization have a few lengths, buffers and intervals; guests may ask for many.
SHAPES_KEPT = 8


@dataclass(frozen=True, slots=True, eq=False)
class HoursLayer:
    """The minutes open for one scope: by the weekly windows alone, and with overrides, which is what holds.

    `fits` has the starts from which on so many minutes are open, and `grid` those on the grid of so many
    minutes, made when they are first asked for.
    """

    scope: Scope
    weekly: int
    open: int
    fits: Mapping[int, int]
    grid: Mapping[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """The hours of one week template with its overrides, a layer for each scope."""

    layers: tuple[HoursLayer, ...]
    together: Mapping[tuple[HoursLayer, ...], HoursLayer]

    def on(self, topic: Topic) -> HoursLayer:
        """The hours open for the topic: every layer that admits it, laid together."""
        admitted = tuple([layer for layer in self.layers if layer.scope.admits(topic)])
        return admitted[0] if len(admitted) == 1 else self.together[admitted]


@lru_cache(maxsize=256)
def opening(
    week: tuple[WeeklyWindow, ...], overrides: tuple[DateOverride, ...], zone: ZoneInfo, span: Span
) -> Opening:
    """The hours of the week with the overrides, in the zone."""
    windows = [one.window for one in week] + [window for one in overrides for window in one.windows]
    scopes = dict.fromkeys(window.scope for window in windows)

    def together(layers: Iterable[HoursLayer]) -> HoursLayer:
        weekly = open_ = 0
        for layer in layers:
            weekly, open_ = weekly | layer.weekly, open_ | layer.open
        return _layer(Scope(), weekly, open_, zone=zone, span=span)

    layers = tuple(
        _layer(scope, *_of_scope(scope, week, overrides, zone=zone, span=span), zone=zone, span=span)
        for scope in scopes
    )
    return Opening(layers, Kept(together, most=SHAPES_KEPT))


def _layer(scope: Scope, weekly: int, open_: int, *, zone: ZoneInfo, span: Span) -> HoursLayer:
    full, days = span.full, days_of(span, zone)
    return HoursLayer(
        scope,
        weekly,
        open_,
        fits=Kept(lambda length: clear(full ^ open_, 0, length, full=full), most=SHAPES_KEPT),
        grid=Kept(lambda interval: grid(open_, days, interval=interval, span=span), most=SHAPES_KEPT),
    )


def _of_scope(
    scope: Scope,
    week: Iterable[WeeklyWindow],
    overrides: Iterable[DateOverride],
    *,
    zone: ZoneInfo,
    span: Span,
) -> tuple[int, int]:
    """The scope's minutes by the week alone, and with the overrides."""
    days = days_of(span, zone)
    # A window of the date before the span may reach into it.
    dated = windows_by_date(
        [one for one in week if one.window.scope == scope],
        [DateOverride(one.day, tuple(w for w in one.windows if w.scope == scope)) for one in overrides],
        Dates(days[0][0] - DAY, days[-1][0]),
    )
    weekly: list[tuple[int, int]] = []
    open_: list[tuple[int, int]] = []
    for day, usual, valid in dated:
        by_week = [_seconds(window, day, zone=zone, span=span) for window in usual]
        weekly += by_week
        open_ += (
            by_week if valid is usual else [_seconds(window, day, zone=zone, span=span) for window in valid]
        )
    mask = _covered(weekly, span)
    return mask, mask if weekly == open_ else _covered(open_, span)


def _seconds(window: Window, day: date, *, zone: ZoneInfo, span: Span) -> tuple[int, int]:
    start, end = window.edges(day, zone)
    since, until = start - span.origin, end - span.origin
    return since.days * 86400 + since.seconds, until.days * 86400 + until.seconds


def _covered(open_: Iterable[tuple[int, int]], span: Span) -> int:
    """The whole minutes within ranges of seconds. What lies across two that touch counts as well, so that a
    border within a minute, which zones had once, closes nothing."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(open_):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return span.mask((-(-start // 60), end // 60) for start, end in merged)
