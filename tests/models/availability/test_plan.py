"""What holds for a kind of meeting, by itself."""

import pytest

from errors import Invalid
from models.availability.plan import Plan
from models.organization.settings import Settings
from models.words import MeetingType


def test_whoever_asks_for_another_duration_is_told_which_there_are() -> None:
    plan = Plan(
        meeting_type=MeetingType.VIDEO,
        durations=(30, 45, 60),
        default_duration=30,
        interval=30,
        notice_minutes=0,
        days_ahead=31,
    )
    with pytest.raises(Invalid, match=r"^Such a meeting takes 30 or 45 or 60 minutes\.$"):
        plan.duration(44, Settings(mail_from="desk@acme.example", mail_sender_name="Acme"))
