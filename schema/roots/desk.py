"""What agents have at hand: tags, canned replies, dispositions, contact lists, texts."""

from __future__ import annotations

import strawberry

from resolvers import (
    canned_replies,
    contact_lists,
    content_templates,
    dispositions,
    tags,
)
from schema.content import ContentTemplatePayload
from schema.desk import (
    CannedReplyPayload,
    ContactListPayload,
    DispositionPayload,
    TagPayload,
)
from schema.field import resolved_by
from schema.planning import DeletePayload


@strawberry.type
class Desk:
    create_tag: TagPayload = resolved_by(
        tags.create_tag,
        description="By administrators, and managers who have no offices. INVALID for a name that another tag has.",
    )
    update_tag: TagPayload = resolved_by(
        tags.update_tag,
        description="Changes what is given, wherever the tag is. By administrators, and managers who have no"
        " offices.",
    )
    delete_tag: DeletePayload = resolved_by(tags.delete_tag, description="Whatever has it, has it no longer.")
    create_canned_reply: CannedReplyPayload = resolved_by(
        canned_replies.create_canned_reply,
        description="Of one service, or of all. By administrators, and managers who have no offices. INVALID for a"
        " shortcut that there is already for the service and the language.",
    )
    update_canned_reply: CannedReplyPayload = resolved_by(
        canned_replies.update_canned_reply,
        description="Changes what is given; what was said by it stays. By administrators, and managers who have no"
        " offices.",
    )
    delete_canned_reply: DeletePayload = resolved_by(
        canned_replies.delete_canned_reply,
        description="What was said by it stays. By administrators, and managers who have no offices.",
    )
    create_disposition: DispositionPayload = resolved_by(
        dispositions.create_disposition,
        description="Of one service, or of all. By administrators, and managers who have no offices. INVALID for a"
        " name that the service has already.",
    )
    update_disposition: DispositionPayload = resolved_by(
        dispositions.update_disposition,
        description="Changes what is given. By administrators, and managers who have no offices.",
    )
    delete_disposition: DeletePayload = resolved_by(
        dispositions.delete_disposition,
        description="Takes it away. By administrators, and managers who have no offices.",
    )
    create_contact_list: ContactListPayload = resolved_by(
        contact_lists.create_contact_list,
        description="Without contacts yet. By administrators, and managers who have no offices. INVALID for a name"
        " that another list has.",
    )
    update_contact_list: ContactListPayload = resolved_by(
        contact_lists.update_contact_list,
        description="Changes what is given. A field keeps its type; what contacts have under one that is gone is"
        " shown again with it. By administrators, and managers who have no offices.",
    )
    delete_contact_list: DeletePayload = resolved_by(
        contact_lists.delete_contact_list, description="An empty one, and not the default one."
    )
    create_content_template: ContentTemplatePayload = resolved_by(
        content_templates.create_content_template,
        description="What no letter could be made of is refused as INVALID, by its field: an unknown variable, a"
        " mistake, or more than such texts need. By administrators.",
    )
    update_content_template: ContentTemplatePayload = resolved_by(
        content_templates.update_content_template,
        description="Changes the texts that are given, from the next letter on; refused as `createContentTemplate`"
        " is, and for a usual text. By administrators.",
    )
    delete_content_template: DeletePayload = resolved_by(
        content_templates.delete_content_template,
        description="From then on letters say the usual text, which stays itself. By administrators.",
    )
