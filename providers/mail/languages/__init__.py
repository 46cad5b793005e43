"""The languages that letters are written in by themselves. A new one is a module here and a folder of texts/."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from providers.mail.languages.english import ENGLISH as ENGLISH
from providers.mail.languages.french import FRENCH
from providers.mail.languages.german import GERMAN
from providers.mail.languages.italian import ITALIAN
from providers.mail.languages.language import Language as Language
from providers.mail.languages.spanish import SPANISH

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {one.tag: one for one in (ENGLISH, ITALIAN, GERMAN, FRENCH, SPANISH)}
)


def in_turn(tags: Iterable[str]) -> list[str]:
    """The tags in lower case, each before what it is a kind of (de-AT, de), and English at the end."""
    asked = [part for tag in tags for part in (tag.lower(), tag.lower().partition("-")[0])]
    return list(dict.fromkeys([*asked, ENGLISH.tag]))


def language_of(tags: Iterable[str]) -> Language:
    """The first of them that is known here, or English."""
    return next(LANGUAGES[tag] for tag in in_turn(tags) if tag in LANGUAGES)
