"""How guests are reached is kept from the agents who are not to know it: the one place that says what is masked, from
whom, and what is shown instead: enough to tell one from another.

Masked are e-mail addresses, phone numbers and what guests are called in channels; also where one of them stands in a
name, a title, the name of a file, or a text of ours. What people type in messages, notes and custom fields is shown as
it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from mimetypes import guess_type

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from models.actor import Actor, AgentActor, GuestActor
from models.agent.agent import Agent
from models.contact.contact import Contact
from models.organization.permission import may
from models.organization.settings import Settings
from models.words import Permission

DOTS = "•••"
_FEW_DIGITS = 6  # beside the country's code: of a number that has no more, none is shown
_LONGEST_CODE = 3
_EMAIL = re.compile(r"(?<![^\s@<>()\[\],;:\"\\])[^\s@<>()\[\],;:\"\\]+@[^\s@<>()\[\],;:\"\\]+")
# Nine digits at least, so that no day is taken for a number. Nobody writes more than two marks between two digits.
# Names of files have numbers right behind words.
_MARKS = r"[\s./()\u00b7\u2010-\u2015-]{0,2}"
_NUMBER = re.compile(rf"(?<!\d)\+?\(?\d(?:{_MARKS}\d){{8,}}")
_SHORT_NUMBER = re.compile(rf"(?:\+|(?<![^\W_])00)\d(?:{_MARKS}\d){{5,7}}")
_NOTHING_ELSE = re.compile(r"[\s+\d./()-]+")


@dataclass(frozen=True, slots=True)
class Mask:
    """How a viewer is shown what there is of somebody. What there is not stays None."""

    hides: bool

    def email(self, address: str | None) -> str | None:
        return masked_email(address) if address and self.hides else address

    def phone(self, number: str | None) -> str | None:
        return masked_phone(number) if number and self.hides else number

    def identity(self, identity: str) -> str:
        """What somebody is called in a channel: mostly their number, without its plus."""
        return _masked_identity(identity) if self.hides else identity

    def name(self, name: str) -> str:
        """Whoever writes without a profile is called by their number."""
        return _masked_name(name) if self.hides else name

    def text(self, text: str | None) -> str | None:
        """A title, or a text of ours."""
        return masked_text(text) if text and self.hides else text

    def file(self, name: str) -> str:
        """The name of a file; it stays a file of its kind."""
        return _masked_file(name) if self.hides else name


NO_MASK = Mask(hides=False)


def mask_for(actor: Actor, settings: Settings) -> Mask:
    """That of an agent, or of an API key, goes by their role. Guests are shown no others' addresses at all, and their
    own as they are; the public is shown nobody."""
    return mask_of(actor.agent, settings) if isinstance(actor, AgentActor) else NO_MASK


def mask_of(agent: Agent, settings: Settings) -> Mask:
    """That of an agent who reads what is sent to them; the settings are those of their organization."""
    return NO_MASK if may(agent, Permission.SEE_UNMASKED, settings) else Mask(hides=True)


def is_distant(actor: Actor, contact: Contact) -> bool:
    """Whether address and number of the contact are kept from the guest whose they are: of one whom agents have edited,
    or merged with others, more may be known than whoever holds but a link has said."""
    return isinstance(actor, GuestActor) and not actor.is_verified and contact.version > 1


def reach_for(actor: Actor, contact: Contact, mask: Mask) -> Mask:
    """By what the actor, who is shown others by `mask`, is shown how this contact is reached."""
    return Mask(hides=True) if is_distant(actor, contact) else mask


def masked_email(address: str) -> str:
    """`g•••@•••`: the first letter."""
    return f"{address[:1]}{DOTS}@{DOTS}"


def masked_phone(number: str) -> str:
    """`+39 ••• ••56`: the country and the last two digits, unless it is a short number."""
    digits = "".join(character for character in number if character.isdecimal())
    code = ""
    if number.startswith(("+", "00")):
        digits = digits.removeprefix("00")
        code = _country_code(digits)
    last = digits[-2:] if len(digits) - len(code) > _FEW_DIGITS else ""
    return " ".join(filter(None, (code and f"+{code}", DOTS, f"••{last}")))


def masked_text(text: str) -> str:
    """A text of which an address or a number may be a part, such as a title or a file's name."""
    shown = _EMAIL.sub(lambda found: masked_email(found[0]), text)
    for number in (_NUMBER, _SHORT_NUMBER):
        shown = number.sub(lambda found: masked_phone(found[0]), shown)
    return shown


def _masked_name(name: str) -> str:
    if _NOTHING_ELSE.fullmatch(name) and sum(map(str.isdecimal, name)) >= _FEW_DIGITS:
        return masked_phone(name.strip())
    return masked_text(name)


def _masked_file(name: str) -> str:
    stem, dot, ending = name.rpartition(".")
    if stem and guess_type(f"file.{ending}")[0] is not None:
        return masked_text(stem) + dot + ending
    return masked_text(name)


def _masked_identity(identity: str) -> str:
    if "@" in identity:
        return masked_email(identity)
    digits = identity.removeprefix("+")
    return masked_phone(f"+{digits}") if digits.isdecimal() else DOTS


def _country_code(digits: str) -> str:
    """No country's code begins with another one."""
    codes = (digits[:length] for length in range(1, _LONGEST_CODE + 1))
    return next((code for code in codes if code and int(code) in COUNTRY_CODE_TO_REGION_CODE), "")
