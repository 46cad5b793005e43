"""What a client knows of conversations: a picture that it fetched once, and that it changes by what it hears."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Shown = dict[str, Any]
"""What the API has shown of something."""

_WITHOUT_DIRECTION = ("SYSTEM", "NOTE", "WHISPER")


@dataclass(slots=True)
class TalkPicture:
    """An open conversation, as `who` reads it: all that is shown of it, and its messages by id."""

    who: Shown
    talk: Shown
    messages: dict[str, Shown]

    @classmethod
    def of(cls, whole: Shown, who: Shown) -> TalkPicture:
        picture = cls(who, {}, {})
        picture._show(whole)
        return picture

    def hear(self, event: Shown) -> None:
        """Messages are kept; of whatever carries the conversation it is the conversation's newest state."""
        match event["__typename"]:
            case "MessageAdded":
                self._add(event["message"])
            case "MessageChanged":
                self.messages[event["message"]["id"]] = event["message"]
            case "ReadMarkerMoved":
                self._mark(event["member"]["party"], event["member"]["lastReadSeq"])
            case "AssignmentChanged" | "MembersChanged" | "ConversationChanged":
                self._show(event["conversation"])
            case other:
                raise AssertionError(f"heard {other}")

    def _show(self, shown: Shown) -> None:
        self.talk = {name: value for name, value in shown.items() if name != "messages"}
        if "messages" in shown:
            self.messages = {edge["node"]["id"]: edge["node"] for edge in shown["messages"]["edges"]}

    def _add(self, message: Shown) -> None:
        """Its author has read everything up to it."""
        self.messages[message["id"]] = message
        if message["author"] is not None:
            self._mark(message["author"], message["seq"])
        if message["kind"] not in _WITHOUT_DIRECTION:
            self.talk = {**self.talk, "lastMessageDirection": message["direction"]}

    def _mark(self, party: Shown, seq: int) -> None:
        members = [
            {**one, "lastReadSeq": seq} if one["party"] == party else one for one in self.talk["members"]
        ]
        self.talk = {**self.talk, "members": members}

    def seen(self, *, now: datetime) -> Shown:
        """As it is shown at this time: with what a client reckons itself from the messages and its own marker."""
        messages = sorted(self.messages.values(), key=lambda one: int(one["seq"]))
        read = next((one["lastReadSeq"] for one in self.talk["members"] if one["party"] == self.who), 0)
        newest = messages[-1] if messages else None
        return {
            **self.talk,
            "messages": messages,
            "lastSeq": newest["seq"] if newest else 0,
            "lastMessage": newest and {"id": newest["id"], "text": newest["text"]},
            "unreadCount": sum(one["author"] != self.who and one["seq"] > read for one in messages),
            "members": sorted(self.talk["members"], key=str),
            "pendingOffers": _in_time(self.talk["pendingOffers"], now=now),
        }


@dataclass(slots=True)
class InboxPicture:
    """An agent's list: what they are a member of, and what waits in their services; and what is offered to them."""

    who: Shown
    services: frozenset[str]
    talks: dict[str, Shown] = field(default_factory=dict)
    offers: dict[str, Shown] = field(default_factory=dict)

    @classmethod
    def of(cls, fetched: Shown, who: Shown, services: frozenset[str]) -> InboxPicture:
        picture = cls(who, services)
        for edge in fetched["conversations"]["edges"]:
            picture._list(edge["node"])
        picture.offers = {offer["id"]: offer for offer in fetched["offers"]}
        return picture

    def hear(self, event: Shown) -> None:
        match event["__typename"]:
            case "OfferMade":
                self.offers[event["offer"]["id"]] = event["offer"]
            case "OfferClosed":
                self.offers.pop(event["offer"]["id"], None)
            case "AssignmentChanged" | "ConversationChanged":
                self._list(event["conversation"])
            case other:
                raise AssertionError(f"heard {other}")

    def _list(self, talk: Shown) -> None:
        """What is not theirs any more is taken from the list."""
        is_member = any(one["party"] == self.who for one in talk["members"])
        waits = talk["status"] == "WAITING" and (talk["service"] or {}).get("name") in self.services
        self.talks.pop(talk["id"], None)
        if is_member or waits:
            self.talks[talk["id"]] = {**talk, "members": sorted(talk["members"], key=str)}

    def seen(self, *, now: datetime) -> Shown:
        """What is listed, and what is offered, by id."""
        return self.talks | {offer["id"]: offer for offer in _in_time(list(self.offers.values()), now=now)}


def _in_time(offers: list[Shown], *, now: datetime) -> list[Shown]:
    """Without those that are over by a client's own clock."""
    return [one for one in offers if one["expiresAt"] is None or datetime.fromisoformat(one["expiresAt"]) > now]
