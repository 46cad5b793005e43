"""What a canned reply may say beside its own words: the variables that are filled in where it is used."""

from __future__ import annotations

from errors import Invalid
from providers.mail.wordings import BadWording, unknown_variables

VARIABLES = (
    "guest_name",
    "agent_name",
    "organization",
    "service",
    "meeting_title",
    "meeting_when",
    "meeting_date",
    "meeting_time",
)


def check_variables(text: str) -> None:
    """Refuses Invalid, for what no reply could be made of, and for variables that there are not."""
    try:
        unknown = unknown_variables(text, known=VARIABLES)
    except BadWording as bad:
        raise Invalid(str(bad), field=("text",)) from None
    if unknown:
        raise Invalid(
            f"There is no variable {', '.join(unknown)} here, but {', '.join(VARIABLES)}.", field=("text",)
        )
