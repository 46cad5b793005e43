"""The operations about tags, canned replies, dispositions and contact lists, and what they show of them."""

ERRORS = "errors { code message field }"
TAG = "id version name color"
REPLY = "id version shortcut text service { name } locale"
DISPOSITION = "id version name service { name }"
LIST = """id version name isDefault agentsCanAdd canAdd count
  customFieldDefinitions { key label type options required }"""


def _mutation(verb: str, kind: str, shown: str) -> str:
    field = verb + kind
    name = field[0].upper() + field[1:]
    return f"mutation($input: {name}Input!) {{ {field}(input: $input) {{ {shown} {ERRORS} }} }}"


CREATE_TAG = _mutation("create", "Tag", f"tag {{ {TAG} }}")
UPDATE_TAG = _mutation("update", "Tag", f"tag {{ {TAG} }}")
DELETE_TAG = _mutation("delete", "Tag", "deleted")
CREATE_REPLY = _mutation("create", "CannedReply", f"reply {{ {REPLY} }}")
UPDATE_REPLY = _mutation("update", "CannedReply", f"reply {{ {REPLY} }}")
DELETE_REPLY = _mutation("delete", "CannedReply", "deleted")
CREATE_DISPOSITION = _mutation("create", "Disposition", f"disposition {{ {DISPOSITION} }}")
UPDATE_DISPOSITION = _mutation("update", "Disposition", f"disposition {{ {DISPOSITION} }}")
DELETE_DISPOSITION = _mutation("delete", "Disposition", "deleted")
CREATE_LIST = _mutation("create", "ContactList", f"list {{ {LIST} }}")
UPDATE_LIST = _mutation("update", "ContactList", f"list {{ {LIST} }}")
DELETE_LIST = _mutation("delete", "ContactList", "deleted")

TAGS = f"{{ tags {{ {TAG} }} }}"
REPLIES = f"""query($service: ID, $search: String) {{
  cannedReplies(serviceId: $service, search: $search) {{ {REPLY} }} }}"""
DISPOSITIONS = f"query($service: ID) {{ dispositions(serviceId: $service) {{ {DISPOSITION} }} }}"
LISTS = f"{{ contactLists {{ {LIST} }} }}"
REPLY_TEXT = """query($reply: ID!, $conversation: ID!) {
  cannedReplyText(replyId: $reply, conversationId: $conversation) }"""
