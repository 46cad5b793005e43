"""What an agent sees first: what waits, what is unread, and the meetings that want something of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from models.actor import AgentActor
from models.agent.agent import Agent
from models.conversation.conversation import Conversation, Member
from models.conversation.reading import with_unread
from models.meeting.meeting import Meeting
from models.meeting.standing import ACTIVE
from models.organization.service import Service, ServiceMember
from models.queueing.counting import QueueCount
from models.words import MeetingStatus
from resolvers.context import Info

MOST = 100


@dataclass(frozen=True, slots=True)
class Dashboard:
    """Each part is asked for only where a client selects it."""

    actor: AgentActor
    now: datetime

    @property
    def agent(self) -> Agent:
        return self.actor.agent

    @property
    def today(self) -> tuple[datetime, datetime]:
        """The agent's own day, of 23 to 25 hours."""
        zone = self.agent.zone
        date = self.now.astimezone(zone).date()
        return (
            datetime.combine(date, time(), zone),
            datetime.combine(date + timedelta(days=1), time(), zone),
        )

    def meetings(self) -> QuerySet[Meeting]:
        """Those that the agent sees and that are still to be held, or just are."""
        return Meeting.visible_to(self.actor).filter(status__in=ACTIVE, end__gt=self.now)


async def dashboard(info: Info) -> Dashboard:
    return Dashboard(info.context.agent(), info.context.now())


async def queues(info: Info, root: Dashboard) -> Sequence[QueueCount]:
    """Of the agent's services, or of all to who oversees them."""
    services = Service.of(root.actor.organization_id).filter(is_active=True)
    if not root.actor.sees_all:
        mine = ServiceMember.filter(agent_id=root.agent.id).values("service_id")
        services = services.filter(id__in=Subquery(mine))
    ids = [service.id for service in await services.order_by("name", "id")]
    return await info.context.loaders.count_of_service.load_many(ids)


async def unread_count(root: Dashboard) -> int:
    mine = Member.filter(agent_id=root.agent.id).values("conversation_id")
    rows = Conversation.visible_to(root.actor).filter(id__in=Subquery(mine))
    return await with_unread(rows, True, actor=root.actor).count()


async def meetings_today(root: Dashboard) -> list[Meeting]:
    begins, ends = root.today
    mine = Meeting.filter(agents__id=root.agent.id, start__lt=ends, end__gt=begins).values("id")
    rows = Meeting.visible_to(root.actor).filter(id__in=Subquery(mine), status__in=_OF_THE_DAY)
    return await _first(rows)


async def unassigned_meetings(root: Dashboard) -> list[Meeting]:
    return await _first(root.meetings().filter(agents__id__isnull=True))


async def requests(root: Dashboard) -> list[Meeting]:
    """An agent's own, and those that nobody has yet."""
    rows = root.meetings().filter(status=MeetingStatus.REQUESTED)
    if not root.actor.sees_all:
        mine = Meeting.filter(agents__id=root.agent.id).values("id")
        rows = rows.filter(Q(id__in=Subquery(mine)) | Q(agents__id__isnull=True)).distinct()
    return await _first(rows)


async def _first(rows: QuerySet[Meeting]) -> list[Meeting]:
    return await rows.order_by("start", "id").limit(MOST)


_OF_THE_DAY = (*ACTIVE, MeetingStatus.COMPLETED, MeetingStatus.NO_SHOW)
