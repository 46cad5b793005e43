"""Subjects, and the rules by which they are met."""

from __future__ import annotations

from models.agent.agent import Agent
from models.organization import closing, naming, ruling
from models.organization.office import Office
from models.organization.planning import PlanningRule
from models.organization.ruling import Kind
from models.organization.subject import Subject
from resolvers import ids
from resolvers.agents import for_colleagues
from resolvers.context import Info
from resolvers.given import given, said
from resolvers.once import once_of
from resolvers.payloads import Payload, refusals_as_values
from schema.inputs.planning import (
    CreatePlanningRuleInput,
    CreateSubjectInput,
    DeletePlanningRuleInput,
    DeleteSubjectInput,
    UpdatePlanningRuleInput,
    UpdateSubjectInput,
)

_AS_ELSEWHERE = (
    "minimum_notice_minutes",
    "bookable_days_ahead",
    "max_per_agent_per_day",
    "max_per_agent_per_week",
)


async def rules_of_subject(info: Info, root: Subject) -> list[PlanningRule]:
    return await info.context.loaders.rules_of_subject.load(for_colleagues(info, root).id)


async def subject(info: Info, root: PlanningRule) -> Subject | None:
    return await info.context.loaders.subjects.load(root.subject_id)


async def office(info: Info, root: PlanningRule) -> Office | None:
    return None if root.office_id is None else await info.context.loaders.offices.load(root.office_id)


async def agents(info: Info, root: PlanningRule) -> list[Agent]:
    return await info.context.loaders.agents_of_rule.load(root.id)


@refusals_as_values
async def create_subject(info: Info, input: CreateSubjectInput) -> Payload:
    actor = info.context.agent()
    once = once_of(info.context, "createSubject", input, organization_id=actor.organization_id)
    return Payload(subject=await naming.create_subject(actor=actor, once=once, **said(input)))


@refusals_as_values
async def update_subject(info: Info, input: UpdateSubjectInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.subject_id, "Subject", field=("subjectId",))
    named = given(input, nullable={"description"}, without={"subject_id"})
    return Payload(
        subject=await naming.update_subject(key, actor=actor, expected_version=input.expected_version, **named)
    )


@refusals_as_values
async def delete_subject(info: Info, input: DeleteSubjectInput) -> Payload:
    actor, key, now = (
        info.context.agent(),
        ids.decode(input.subject_id, "Subject", field=("subjectId",)),
        info.context.now(),
    )
    await closing.delete_subject(key, actor=actor, expected_version=input.expected_version, now=now)
    return Payload(deleted=True)


@refusals_as_values
async def create_planning_rule(info: Info, input: CreatePlanningRuleInput) -> Payload:
    actor = info.context.agent()
    kind = Kind(
        subject_id=ids.decode(input.subject_id, "Subject", field=("subjectId",)),
        meeting_type=input.meeting_type,
        office_id=ids.decode_some(input.office_id, "Office", field=("officeId",)),
    )
    named = said(input, without={"subject_id", "meeting_type", "office_id", "agent_ids"})
    assigned = ids.decode_all(input.agent_ids or [], "Agent", field=("agentIds",)) or ()
    once = once_of(info.context, "createPlanningRule", input, organization_id=actor.organization_id)
    return Payload(
        rule=await ruling.create_planning_rule(kind, actor=actor, agents=assigned, once=once, **named)
    )


@refusals_as_values
async def update_planning_rule(info: Info, input: UpdatePlanningRuleInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.rule_id, "PlanningRule", field=("ruleId",))
    return Payload(
        rule=await ruling.update_planning_rule(
            key,
            actor=actor,
            expected_version=input.expected_version,
            agents=ids.decode_all(input.agent_ids, "Agent", field=("agentIds",)),
            **given(input, nullable=_AS_ELSEWHERE, without={"rule_id", "agent_ids"}),
        )
    )


@refusals_as_values
async def delete_planning_rule(info: Info, input: DeletePlanningRuleInput) -> Payload:
    actor, key = info.context.agent(), ids.decode(input.rule_id, "PlanningRule", field=("ruleId",))
    await ruling.delete_planning_rule(key, actor=actor, expected_version=input.expected_version)
    return Payload(deleted=True)


def was_deleted(root: Payload) -> bool:
    return root.deleted is True
