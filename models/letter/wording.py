"""In which words a reader is told: in a language that they understand, and in the organization's own if it has any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.letter.template import ContentTemplate
from models.organization.organization import Organization
from models.words import Audience, MeetingType, Occasion
from providers.mail.defaults import default_wording
from providers.mail.languages import LANGUAGES, Language, in_turn, language_of
from providers.mail.meetings import Saying
from providers.mail.wordings import Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """For whom, and of what, words are chosen. `languages` are those that the reader understands, the dearest first."""

    occasion: Occasion
    audience: Audience
    meeting_type: MeetingType | None
    languages: Sequence[str]


async def saying_for(organization: Organization, choice: Choice, *, only_usual: bool = False) -> Saying:
    """Letter and calendar entry. The first language counts in which there is a text: those of the reader, each also
    without its region, the organization's, English. In it, the organization's text for the meeting type goes before
    the one for any type, and that before the usual one (`only_usual`: that alone).

    Dates and labels are in the letter's language, or the next one that is known here.
    """
    own = [] if only_usual else await _own(organization, choice, choice.occasion, Occasion.CALENDAR_EVENT)
    tags = in_turn((*choice.languages, organization.locale))
    tag, letter = _chosen(choice.occasion, choice, own, tags)
    _, entry = _chosen(Occasion.CALENDAR_EVENT, choice, own, tags)
    return Saying(language_of((tag, *tags)), letter, entry)


async def wording_for(
    organization: Organization, choice: Choice, *, only_usual: bool = False
) -> tuple[Language, Wording]:
    """As `saying_for`, for a letter that is of no meeting."""
    own = [] if only_usual else await _own(organization, choice, choice.occasion)
    tags = in_turn((*choice.languages, organization.locale))
    tag, wording = _chosen(choice.occasion, choice, own, tags)
    return language_of((tag, *tags)), wording


async def _own(organization: Organization, choice: Choice, *occasions: Occasion) -> list[ContentTemplate]:
    rows = ContentTemplate.filter(organization_id=organization.id, audience=choice.audience)
    return await rows.filter(occasion__in=occasions)


def _chosen(
    occasion: Occasion, choice: Choice, own: Sequence[ContentTemplate], tags: Sequence[str]
) -> tuple[str, Wording]:
    texts: dict[tuple[str, MeetingType | None], Wording] = {
        (one.language, one.meeting_type): one.wording for one in own if one.occasion is occasion
    }
    for tag in tags:
        said = texts.get((tag, choice.meeting_type)) or texts.get((tag, None))
        if said is not None:
            return tag, said
        if tag in LANGUAGES:
            return tag, default_wording(occasion, choice.audience, language=tag)
    raise AssertionError("there is always English")
