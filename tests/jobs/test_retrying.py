"""When a job that failed runs again, and when not."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from procrastinate.jobs import Job

from jobs.retrying import BACKOFF, MOST_UNFORESEEN, TIRELESS, TryAgain


def seconds_until_retry(error: BaseException, *, attempts: int, id: int = 100) -> float | None:
    job = Job(id=id, queue="default", lock=None, queueing_lock=None, task_name="any", attempts=attempts)
    decision = BACKOFF.get_retry_decision(exception=error, job=job)
    if decision is None:
        return None
    at = decision.retry_at or datetime.now(UTC)
    return round((at - datetime.now(UTC)) / timedelta(seconds=10)) * 10


def test_pauses_double_from_half_a_minute_up_to_an_hour() -> None:
    pauses = [seconds_until_retry(TryAgain(), attempts=attempts) for attempts in range(9)]
    assert pauses == [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]


def test_a_job_that_was_tried_very_often_still_has_a_pause() -> None:
    assert seconds_until_retry(TryAgain(), attempts=100_000) == 3600


def test_a_provider_is_not_asked_before_it_wishes() -> None:
    assert seconds_until_retry(TryAgain(after_seconds=7200), attempts=0) == 7200
    assert seconds_until_retry(TryAgain(after_seconds=1), attempts=0) == 30


def test_jobs_of_one_outage_do_not_all_come_back_at_once() -> None:
    pauses = {seconds_until_retry(TryAgain(), attempts=7, id=id) for id in range(100)}
    assert len(pauses) > 10


def test_what_nobody_foresaw_is_tried_a_few_times_only() -> None:
    assert seconds_until_retry(OSError(), attempts=MOST_UNFORESEEN - 1) is not None
    assert seconds_until_retry(OSError(), attempts=MOST_UNFORESEEN) is None


@pytest.mark.parametrize("attempts", [0, MOST_UNFORESEEN, 1_000])
def test_a_job_stopped_with_its_worker_runs_again_at_once(attempts: int) -> None:
    assert seconds_until_retry(asyncio.CancelledError(), attempts=attempts) == 0


def test_what_gives_itself_up_is_not_given_up_for_how_often_it_has_waited() -> None:
    job = Job(id=0, queue="default", lock=None, queueing_lock=None, task_name="x", attempts=1_000)
    assert TIRELESS.get_retry_decision(exception=OSError(), job=job) is not None
