"""How long something takes, as a median, and on what machine."""

import os
import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

CPUINFO = Path("/proc/cpuinfo")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured median, in milliseconds, and the most that it should be where that was agreed."""

    name: str
    median: float
    target: float | None = None

    def __str__(self) -> str:
        agreed = "" if self.target is None else f"   at most {self.target:g}"
        return f"{self.name:<64}{self.median:>9.3f} ms{agreed}"


def measure(name: str, run: Callable[[], object], *, target: float | None = None, seconds: float = 1) -> Figure:
    """The median of as many runs as fit in so many seconds, at least five, after a fifth as long to warm up."""
    _times(run, seconds=seconds / 5, least=2)
    return Figure(name, 1000 * median(_times(run, seconds=seconds, least=5)), target)


def measure_once_each(
    name: str, make: Callable[[], T], run: Callable[[T], object], *, target: float | None = None, times: int = 5
) -> Figure:
    """The median of runs that each get something newly made, which nobody has used; making it is not counted."""
    taken: list[float] = []
    for _ in range(times + 1):
        made = make()
        began = perf_counter()
        run(made)
        taken.append(perf_counter() - began)
    return Figure(name, 1000 * median(taken[1:]), target)


def machine() -> str:
    models = [line.split(":")[1].strip() for line in _cpuinfo() if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{os.cpu_count()} cores, {model}, {platform.system()}, Python {platform.python_version()}"


def report(title: str, figures: list[Figure]) -> None:
    sys.stdout.write("\n".join(["", title, *(f"  {figure}" for figure in figures), ""]))
    sys.stdout.flush()


def _times(run: Callable[[], object], *, seconds: float, least: int) -> list[float]:
    taken: list[float] = []
    until = perf_counter() + seconds
    while len(taken) < least or perf_counter() < until:
        began = perf_counter()
        run()
        taken.append(perf_counter() - began)
    return taken


def _cpuinfo() -> list[str]:
    return CPUINFO.read_text().splitlines() if CPUINFO.exists() else []
