"""What was set up, in the words of clients: without secrets, and with references in place of keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import asdict
from datetime import date, datetime
from enum import Enum
from typing import Any

from models.base import Row
from models.organization.settings import VirtualMeetingAutomation
from models.words import Weekday

HIDDEN = "hidden"

_SECRET = re.compile("password|secret|token|hash|sealed|api_key", re.IGNORECASE)
_WINDOW = {"start", "end", "office", "subjects", "meeting_types"}


def node(kind: str, key: int) -> dict[str, Any]:
    """A reference to a thing, for which clients are told its global id."""
    return {"$node": [kind, key]}


def told(said: Mapping[str, Any], model: type[Row]) -> dict[str, Any]:
    """A detail: columns of the model, with what their keys refer to, and facts that are told beside them."""
    return {
        _camel(name): _columns(value, model) if isinstance(value, Mapping) else _kept(name, value)
        for name, value in said.items()
    }


def _columns(values: Mapping[str, Any], model: type[Row]) -> dict[str, Any]:
    return {_camel(name): _kept(name, _referred(model, name, value)) for name, value in values.items()}


def _kept(name: str, value: Any) -> Any:
    """That there is a secret, or none, is no secret."""
    return HIDDEN if not isinstance(value, bool | None) and _SECRET.search(name) else _plain(value)


def _referred(model: type[Row], name: str, value: Any) -> Any:
    """What a column of keys refers to."""
    relation = model._meta.fields_map.get(name.removesuffix("_id"))
    related = getattr(relation, "related_model", None)
    if value is None or related is None or not name.endswith("_id"):
        return value
    return node(related.__name__, value)


def _plain(value: Any) -> Any:
    """The value as JSON knows it."""
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | float() | str():
            return value
        case datetime() | date():
            return value.isoformat()
        case Row():
            return node(type(value).__name__, value.id)
        case Mapping() | VirtualMeetingAutomation():
            return _inner(value)
        case Collection() if not isinstance(value, bytes):
            return [_plain(one) for one in value]
    return HIDDEN


def _inner(value: Mapping[str, Any] | VirtualMeetingAutomation) -> dict[str, Any]:
    """What is of parts itself. The names of what an organization has named itself stay as they are."""
    if isinstance(value, VirtualMeetingAutomation):
        return {_camel(name): _kept(name, one) for name, one in asdict(value).items()}
    if value.keys() >= _WINDOW:
        return _window(value)
    return {str(name): _kept(str(name), one) for name, one in value.items()}


def _window(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A window as it is stored (see models/windows.py), in the words of clients."""
    office, subjects = stored["office"], stored["subjects"]
    weekday = {"weekday": tuple(Weekday)[stored["weekday"]].value} if "weekday" in stored else {}
    return {
        **weekday,
        "start": stored["start"],
        "end": stored["end"],
        "officeId": None if office is None else node("Office", office),
        "subjectIds": None if subjects is None else [node("Subject", one) for one in subjects],
        "meetingTypes": stored["meeting_types"],
    }


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
