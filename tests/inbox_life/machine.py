"""A machine that draws what happens on the floor, one thing after the other, and asks after each whether everybody who
has a window open knows just what they would be shown if they opened another one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from tortoise import connections

from models.agent.heartbeat import keep_alive
from models.conversation.message import Message
from models.conversation.offer import Offer, OfferRecipient
from models.queueing.lapsing import bring_back, lapse_silent
from models.words import OfferStatus
from resolvers import ids
from tests.builders import MONDAY
from tests.inbox_life.floor import AGENTS, GUESTS, SERVICES, SUPERVISOR, Floor, details
from tests.life.stage import awaited
from tests.models.conversation.invariants import check_conversations
from tests.resolvers import documents as say
from tests.resolvers import handover_documents as hand
from tests.resolvers import queue_documents as queue
from tests.resolvers import talk_documents as talk

MOST = 4
WHICH = st.integers(0, 11)
AGENT = st.sampled_from(list(AGENTS))
# Mostly whoever has the conversation: others can do little.
WHO = st.sampled_from(["owner", "owner", *AGENTS])
PRESENCES = st.sampled_from(["ONLINE", "ONLINE", "AWAY", "OFFLINE"])


class InboxLife(RuleBasedStateMachine):
    """What guests, agents, one who supervises, a worker and time do to conversations."""

    def __init__(self, floor: Floor, empty: str, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.floor, self.empty, self.loop = floor, empty, loop
        self.hidden: tuple[str, str] | None = None

    @initialize(
        online=st.sets(AGENT, min_size=2),
        wheres=st.lists(st.sampled_from(list(SERVICES)), min_size=1, max_size=3),
    )
    @awaited
    async def begin(self, online: set[str], wheres: list[str]) -> None:
        await connections.get("default").execute_script(self.empty)
        self.floor.clock.now = MONDAY
        await self.floor.found()
        for name in sorted(online):
            await self.does(name, queue.PRESENCE, presence="ONLINE")
        for guest, where in zip(GUESTS, wheres, strict=False):
            await self.floor.start(guest, where=where, by=None)

    @precondition(lambda self: len(self.floor.talks) < MOST)
    @rule(
        guest=st.sampled_from(GUESTS),
        where=st.sampled_from([*SERVICES, *AGENTS]),
        by=st.sampled_from([None, None, *AGENTS]),
    )
    @awaited
    async def start(self, guest: str, where: str, by: str | None) -> None:
        await self.floor.start(guest, where=where, by=by)

    @rule(which=WHICH, guest=st.integers(0, 1))
    @awaited
    async def guest_writes(self, which: int, guest: int) -> None:
        id = self.talk(which)
        if (client := await self.floor.guest(id, guest)) is not None:
            await self.floor.do(client, say.SEND, input={"conversationId": id, "text": "And now?"})

    @rule(which=WHICH, who=WHO, kind=st.sampled_from(["TEXT", "TEXT", "NOTE"]))
    @awaited
    async def agent_writes(self, which: int, who: str, kind: str) -> None:
        id = self.talk(which)
        wanted = {"conversationId": id, "text": "Well.", "kind": kind}
        if not await self.does(await self.agent(id, who), say.SEND, input=wanted) and kind == "NOTE":
            self.hidden = (id, kind)

    @rule(which=WHICH)
    @awaited
    async def whisper(self, which: int) -> None:
        id = self.talk(which)
        wanted = {"conversationId": id, "text": "Psst.", "kind": "WHISPER"}
        if not await self.does(SUPERVISOR, say.SEND, input=wanted):
            self.hidden = (id, "WHISPER")

    @rule(who=AGENT, presence=PRESENCES)
    @awaited
    async def come_and_go(self, who: str, presence: str) -> None:
        await self.does(who, queue.PRESENCE, presence=presence)

    @rule(heard=st.sets(AGENT))
    @awaited
    async def fall_silent(self, heard: set[str]) -> None:
        """Some have windows open, and whoever else has not said lately that they are there is taken for gone."""
        now, ids = self.floor.clock(), [self.floor.agents[name].id for name in heard]
        await keep_alive(ids, now=now)
        await bring_back(ids, now=now)
        await lapse_silent(now=now)

    @rule(how=st.sampled_from(["what is due", "what is due", "everything", "all by itself"]))
    @awaited
    async def work(self, how: str) -> None:
        if how == "what is due":
            await self.floor.jobs.run()
        elif how == "everything":
            await self.floor.jobs.hurry()
        else:
            await self.floor.jobs.run_periodic("conversations.sweep")

    @rule(passed=st.sampled_from([20, 61, 300, 3600]))
    @awaited
    async def wait(self, passed: int) -> None:
        """Time goes by, and no worker sees to anything."""
        self.floor.clock.advance(seconds=passed)

    @rule(which=WHICH, accepts=st.sampled_from([True, True, False]))
    @awaited
    async def answer(self, which: int, accepts: bool) -> None:
        """An offer is accepted, or not, by one of those to whom it was made, perhaps too late."""
        asked = await OfferRecipient.all().order_by("-is_open", "-id").select_related("agent")
        if asked:
            one = asked[which % min(len(asked), 3)]
            wanted = {"offerId": ids.encode("Offer", one.offer_id)}
            document = queue.ACCEPT if accepts else queue.REJECT
            await self.does(one.agent.name, document, input=wanted)

    @rule(
        which=WHICH,
        who=WHO,
        to=st.sampled_from([None, None, *AGENTS]),
        service=st.sampled_from([None, *SERVICES]),
    )
    @awaited
    async def assign(self, which: int, who: str, to: str | None, service: str | None) -> None:
        id = self.talk(which)
        wanted = {
            "conversationId": id,
            **self.floor.target(to, "agentId", ""),
            **self.floor.target(service, "", "serviceId"),
        }
        await self.does(await self.agent(id, who), say.ASSIGN, input=wanted)

    @rule(which=WHICH, who=WHO, to=st.sampled_from([*AGENTS, *SERVICES]))
    @awaited
    async def pass_on(self, which: int, who: str, to: str) -> None:
        id = self.talk(which)
        wanted = {"conversationId": id, **self.floor.target(to, "toAgentId", "toServiceId")}
        await self.does(await self.agent(id, who), hand.TRANSFER, input=wanted)

    @rule(which=WHICH, who=WHO)
    @awaited
    async def withdraw(self, which: int, who: str) -> None:
        found = await Offer.filter(status=OfferStatus.PENDING).order_by("-kind", "id")
        if found:
            offer = found[which % len(found)]
            name = await self.agent(ids.encode("Conversation", offer.conversation_id), who)
            await self.does(name, hand.WITHDRAW, input={"offerId": ids.encode("Offer", offer.id)})

    @rule(which=WHICH, who=WHO, verb=st.sampled_from([hand.UNASSIGN, hand.CLOSE, hand.REOPEN]))
    @awaited
    async def end(self, which: int, who: str, verb: str) -> None:
        id = self.talk(which)
        await self.does(await self.agent(id, who), verb, input={"conversationId": id})

    @rule(which=WHICH, who=WHO, minutes=st.sampled_from([1, 30]))
    @awaited
    async def snooze(self, which: int, who: str, minutes: int) -> None:
        id = self.talk(which)
        until = self.floor.clock() + timedelta(minutes=minutes)
        wanted = {"conversationId": id, "until": until.isoformat()}
        await self.does(await self.agent(id, who), hand.SNOOZE, input=wanted)

    @rule(
        which=WHICH,
        who=st.sampled_from(["guest", "owner", *AGENTS]),
        seq=st.integers(1, 8),
        unread=st.booleans(),
    )
    @awaited
    async def read(self, which: int, who: str, seq: int, unread: bool) -> None:
        id = self.talk(which)
        wanted = {"conversationId": id, "seq": seq}
        client = (
            await self.floor.guest(id, 0) if who == "guest" else self.floor.agent(await self.agent(id, who))
        )
        if client is not None:
            await self.floor.do(client, talk.UNREAD if unread else say.READ, input=wanted)

    @rule(which=WHICH, who=WHO, add=st.booleans())
    @awaited
    async def tag(self, which: int, who: str, add: bool) -> None:
        id = self.talk(which)
        wanted = {"conversationId": id, "add" if add else "remove": [self.floor.tag]}
        await self.does(await self.agent(id, who), say.TAG, input=wanted)
        self.hidden = (id, "TAG")

    @rule(which=WHICH, who=WHO, whom=st.sampled_from([*AGENTS, *GUESTS]))
    @awaited
    async def ask_in(self, which: int, who: str, whom: str) -> None:
        id = self.talk(which)
        wanted: dict[str, Any] = {}
        if whom in AGENTS:
            wanted |= self.floor.target(whom, "agentId", "")
        else:
            wanted["guest"] = details(whom)
        await self.does(await self.agent(id, who), talk.ADD_MEMBER, input={"conversationId": id, **wanted})

    @rule(which=WHICH, who=st.sampled_from(["guest", *AGENTS]))
    @awaited
    async def leave(self, which: int, who: str) -> None:
        id = self.talk(which)
        client = await self.floor.guest(id, 1) if who == "guest" else self.floor.agent(who)
        if client is not None:
            await self.floor.do(client, talk.LEAVE, input={"conversationId": id})

    @rule(which=WHICH, who=WHO, seq=st.integers(1, 8))
    @awaited
    async def redact(self, which: int, who: str, seq: int) -> None:
        id = self.talk(which)
        message = await Message.filter(conversation_id=ids.decode(id, "Conversation"), seq=seq).first()
        if message is not None:
            await self.does(await self.agent(id, who), talk.REDACT, id=ids.encode("Message", message.id))

    @invariant()
    @awaited
    async def everybody_knows_what_is(self) -> None:
        floor, hidden, self.hidden = self.floor, self.hidden, None
        await check_conversations()
        heads, now = await floor.heads(), floor.clock()
        for name, reader in list(floor.readers.items()):
            heard = await reader.listen(heads)
            await self.check_hidden(name, heard, hidden)
        for name, desk in floor.desks.items():
            kinds = await desk.listen(heads)
            if hidden is not None and hidden[1] == "WHISPER" and not await self.hears(name, hidden[0]):
                assert kinds == [], f"{name}'s inbox tells that there is a whisper"
        await floor.welcome()
        for reader in floor.readers.values():
            await reader.check(heads, now=now)
        for desk in floor.desks.values():
            await desk.check(heads, now=now)

    async def check_hidden(
        self, name: str, heard: dict[str, list[str]], hidden: tuple[str, str] | None
    ) -> None:
        """Who is not to see what has just been done does not hear that it was."""
        if hidden is None:
            return
        id, what = hidden
        is_guest = name.startswith("guest ")
        if is_guest or (what == "WHISPER" and not await self.hears(name, id)):
            told = set(heard.get(id, ())) - {"ReadMarkerMoved"}
            assert not told, f"{name} heard {told} of a {what}"

    async def hears(self, name: str, id: str) -> bool:
        """Whether whispers in the conversation are for them."""
        assignee = (await self.floor.row(id)).assignee
        return name == SUPERVISOR or (assignee is not None and assignee.name == name)

    def talk(self, which: int) -> str:
        return self.floor.talks[which % len(self.floor.talks)]

    async def agent(self, id: str, who: str) -> str:
        """By name; the one who supervises stands in for an owner whom it does not have."""
        if who != "owner":
            return who
        assignee = (await self.floor.row(id)).assignee
        return SUPERVISOR if assignee is None else assignee.name

    async def does(self, who: str, document: str, **variables: Any) -> list[str]:
        """The codes with which it is refused."""
        return (await self.floor.do(self.floor.agent(who), document, **variables))[1]
