"""Whether an event takes its owner's time: what it says of itself, judged by the policy."""

from providers.calendars.ics.components import Component
from providers.calendars.ics.lines import Property
from providers.calendars.protocol import BusyPolicy


def takes_time(event: Component, *, policy: BusyPolicy, owner: str | None) -> bool:
    """Whether the event counts as busy; `owner` is the mail address whose answer to an invitation matters."""
    if event.text("STATUS") == "CANCELLED":
        return False
    answer = _answer(event, owner)
    if answer == "DECLINED" or (answer == "NEEDS-ACTION" and not policy.unanswered_is_busy):
        return False
    if answer == "TENTATIVE" and not policy.tentative_is_busy:
        return False
    if not _shown_busy(event, policy):
        return False
    return policy.tentative_is_busy or event.text("STATUS") != "TENTATIVE"


def _shown_busy(event: Component, policy: BusyPolicy) -> bool:
    """By Microsoft's finer property where there is one, which its programs hold above TRANSP (MS-OXCICAL)."""
    shown = {
        "FREE": False,
        "TENTATIVE": policy.tentative_is_busy,
        "BUSY": True,
        "OOF": policy.out_of_office_is_busy,
        "WORKINGELSEWHERE": policy.working_elsewhere_is_busy,
    }
    finer = shown.get(event.text("X-MICROSOFT-CDO-BUSYSTATUS"))
    return finer if finer is not None else event.text("TRANSP") != "TRANSPARENT"


def period_takes_time(line: Property, policy: BusyPolicy) -> bool:
    """The same for a FREEBUSY line, by its FBTYPE (RFC 5545, 3.2.9); unknown types are busy."""
    shown = {
        "FREE": False,
        "BUSY-TENTATIVE": policy.tentative_is_busy,
        "BUSY-UNAVAILABLE": policy.out_of_office_is_busy,
    }
    return shown.get(line.parameters.get("FBTYPE", "BUSY").upper(), True)


def _answer(event: Component, owner: str | None) -> str:
    """The owner's PARTSTAT, in capitals; nothing if not invited. An invitation without one awaits an answer."""
    if owner is None:
        return ""
    for line in event.every("ATTENDEE"):
        addresses = (line.value, line.parameters.get("EMAIL", ""))
        if owner.strip().casefold() in (_address(text) for text in addresses):
            return line.parameters.get("PARTSTAT", "NEEDS-ACTION").upper()
    return ""


def _address(text: str) -> str:
    return text.strip().casefold().removeprefix("mailto:").strip()
