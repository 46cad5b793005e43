"""The operations about campaigns, and what they show of them."""

CAMPAIGN = """id version status scheduledAt createdAt startedAt endedAt failure account { name } template { name }
  list { name } values { variable text contactField customField otherwise }
  sentCount deliveredCount readCount failedCount pendingCount unknownCount"""
ERRORS = "errors { code message field }"

CAMPAIGNS = f"{{ campaigns {{ {CAMPAIGN} }} }}"
CREATE = f"""mutation($input: CreateCampaignInput!) {{
  createCampaign(input: $input) {{ campaign {{ {CAMPAIGN} }} {ERRORS} }} }}"""
CANCEL = f"""mutation($input: CancelCampaignInput!) {{
  cancelCampaign(input: $input) {{ campaign {{ {CAMPAIGN} }} {ERRORS} }} }}"""
RECIPIENTS = """query($id: ID!, $status: MessageStatus, $first: Int, $after: String) {
  node(id: $id) { ... on Campaign { recipients(status: $status, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id phone status error attemptedAt contact { name } } } } } } }"""

NAME = {"variable": "1", "contactField": "NAME"}
NEW = {"accountId": "@channel", "templateId": "@greeting", "listId": "@list", "values": [NAME]}
