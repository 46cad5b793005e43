"""What is made for a list is kept, within bounds, and is the same however it was come by."""

from datetime import UTC, datetime, timedelta

from scheduling.kept import Kept
from scheduling.listing import moments_from, texts_from

ORIGIN = datetime(2026, 6, 1, tzinfo=UTC)


def test_what_was_made_is_kept_and_made_anew_once_too_much_is_kept() -> None:
    asked: list[int] = []

    def square(number: int) -> int:
        asked.append(number)
        return number * number

    squares = Kept(square, most=2)
    assert [squares[number] for number in (3, 3, 4, 3, 5, 3)] == [9, 9, 16, 9, 25, 9]
    assert asked == [3, 4, 5, 3]
    assert len(squares) == 2


def test_a_minute_has_its_moment_in_utc_and_the_text_of_it_also_beyond_the_day() -> None:
    for index in (0, 59, 60, 1439, 1440, 56_159, -1):
        moment = ORIGIN + timedelta(minutes=index)
        assert moments_from(ORIGIN)[index] == moment
        assert moments_from(ORIGIN)[index].tzinfo is UTC
        assert texts_from(ORIGIN)[index] == moment.isoformat().replace("+00:00", "Z")


def test_spans_of_other_origins_have_moments_of_their_own() -> None:
    later = ORIGIN + timedelta(minutes=1)
    assert texts_from(ORIGIN)[0] == "2026-06-01T00:00:00Z"
    assert texts_from(later)[0] == "2026-06-01T00:01:00Z"
