"""In which words a reader is told: in a language that they understand."""

from __future__ import annotations

from collections.abc import Sequence

from models.organization.organization import Organization
from models.words import Audience, MeetingType, Occasion
from providers.mail.defaults import default_wording
from providers.mail.languages import language_of
from providers.mail.meetings import Saying


async def saying_for(
    organization: Organization,
    *,
    occasion: Occasion,
    audience: Audience,
    meeting_type: MeetingType,
    languages: Sequence[str],
) -> Saying:
    """In the first of the languages, or else the organization's, or English."""
    language = language_of((*languages, organization.locale))
    return Saying(
        language,
        default_wording(occasion, audience, language=language.tag),
        default_wording(Occasion.CALENDAR_EVENT, audience, language=language.tag),
    )
