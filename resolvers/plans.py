"""Loaders of what decides when meetings can be: they remember nothing, as the next mutation may change it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property

from tortoise.query_utils import Prefetch

from models.agent.agent import Agent
from models.agent.hours import DateOverride
from models.agent.template import DayTemplate
from models.organization.planning import PlanningRule
from resolvers.batching import Loader, owned
from scheduling.hours import Dates


class PlanLoaders:
    @cached_property
    def overrides_of_agent(self) -> Loader[tuple[int, Dates], list[DateOverride]]:
        """An agent's within a range of dates, one query for each range."""

        async def load(keys: Sequence[tuple[int, Dates]]) -> list[list[DateOverride]]:
            found: dict[tuple[int, Dates], list[DateOverride]] = defaultdict(list)
            for dates in {dates for _, dates in keys}:
                agents = [agent for agent, asked in keys if asked == dates]
                rows = DateOverride.filter(agent_id__in=agents, date__gte=dates.first, date__lte=dates.last)
                for row in await rows.select_related("template").order_by("date"):
                    found[row.agent_id, dates].append(row)
            return [found[key] for key in keys]

        return Loader(load, cache=False)

    @cached_property
    def templates_of_agent(self) -> Loader[int, list[DayTemplate]]:
        """By name."""

        async def load(ids: Sequence[int]) -> list[list[DayTemplate]]:
            rows = DayTemplate.filter(agent_id__in=list(ids)).order_by("name", "id")
            return owned(await rows, "agent_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def rules_of_subject(self) -> Loader[int, list[PlanningRule]]:
        """The oldest first."""

        async def load(ids: Sequence[int]) -> list[list[PlanningRule]]:
            rows = PlanningRule.filter(subject_id__in=list(ids)).order_by("id")
            return owned(await rows, "subject_id", ids)

        return Loader(load, cache=False)

    @cached_property
    def agents_of_rule(self) -> Loader[int, list[Agent]]:
        """By name."""

        async def load(ids: Sequence[int]) -> list[list[Agent]]:
            by_name = Prefetch("agents", Agent.all().order_by("name", "id"))
            rows = await PlanningRule.filter(id__in=list(ids)).only("id").prefetch_related(by_name)
            found = {rule.id: list(rule.agents) for rule in rows}
            return [found.get(id, []) for id in ids]

        return Loader(load, cache=False)
