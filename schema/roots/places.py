"""Where and what is met: offices, services, subjects, planning rules; and the organization's settings."""

from __future__ import annotations

import strawberry

from resolvers import (
    offices,
    planning,
    services,
    settings,
)
from schema.field import resolved_by
from schema.organization import OfficePayload, ServicePayload, SubjectPayload
from schema.planning import DeletePayload, PlanningRulePayload
from schema.settings import UpdateBrandingPayload, UpdateSettingsPayload


@strawberry.type
class Places:
    create_office: OfficePayload = resolved_by(
        offices.create_office,
        description="By administrators, and managers who have no offices. INVALID for a name that another office"
        " has.",
    )
    update_office: OfficePayload = resolved_by(
        offices.update_office,
        description="Changes what is given; booked meetings stay. By administrators and managers; a manager who has"
        " offices changes those only.",
    )
    delete_office: DeletePayload = resolved_by(
        offices.delete_office, description="Once no meeting to come is held there. What is past names it."
    )
    create_service: ServicePayload = resolved_by(
        services.create_service,
        description="Without members yet. By administrators, and managers who have no offices. INVALID for a name"
        " that another service has.",
    )
    update_service: ServicePayload = resolved_by(
        services.update_service,
        description="Changes what is given; booked meetings stay. By administrators, and managers who have no"
        " offices.",
    )
    delete_service: DeletePayload = resolved_by(
        services.delete_service,
        description="Once no meeting to come and no open conversation is its. What is past names it.",
    )
    set_service_member: ServicePayload = resolved_by(
        services.set_service_member,
        description="Lets an agent share the service's bookings, or changes their `weight`. Who joins takes their"
        " turn, and does not catch up. By administrators, and managers who have no offices.",
    )
    remove_service_member: ServicePayload = resolved_by(
        services.remove_service_member,
        description="Their meetings stay theirs. By administrators, and managers who have no offices.",
    )
    create_subject: SubjectPayload = resolved_by(
        planning.create_subject,
        description="By administrators, and managers who have no offices. INVALID for a name that another subject"
        " has.",
    )
    update_subject: SubjectPayload = resolved_by(
        planning.update_subject,
        description="Changes what is given; booked meetings stay. By administrators, and managers who have no"
        " offices.",
    )
    delete_subject: DeletePayload = resolved_by(
        planning.delete_subject, description="Once no meeting to come is about it. What is past names it."
    )
    create_planning_rule: PlanningRulePayload = resolved_by(
        planning.create_planning_rule,
        description="By administrators and managers; a manager who has offices, for those only.",
    )
    update_planning_rule: PlanningRulePayload = resolved_by(
        planning.update_planning_rule,
        description="Changes what is given, for what is booked from then on. By administrators and managers; a"
        " manager who has offices changes the rules of those only.",
    )
    delete_planning_rule: DeletePayload = resolved_by(
        planning.delete_planning_rule,
        description="What it refined holds again; booked meetings stay. By who may change it.",
    )
    update_settings: UpdateSettingsPayload = resolved_by(
        settings.update_settings,
        description="By administrators, and managers who have no offices; it holds from the next answer on.",
    )
    update_branding: UpdateBrandingPayload = resolved_by(
        settings.update_branding,
        description="Changes what is given. By administrators, and managers who have no offices; what is"
        " INVALID is named by its field.",
    )
