"""The operations about webhooks, and what they show of them."""

WEBHOOK = (
    "id version url description events isActive lastError failingSince disabledAt formerSecretUntil createdAt"
)
DELIVERY = """id event messageId state createdAt attempts attemptedAt durationMilliseconds statusCode nextAttemptAt
  error answer body"""
ERRORS = "errors { code message field }"

WEBHOOKS = f"{{ webhooks {{ {WEBHOOK} }} }}"
DELIVERIES = f"""query($id: ID!, $first: Int, $after: String) {{ node(id: $id) {{ ... on Webhook {{
  deliveries(first: $first, after: $after) {{ totalCount edges {{ cursor node {{ {DELIVERY} }} }} }} }} }} }}"""
CREATE = f"""mutation($input: CreateWebhookInput!) {{
  createWebhook(input: $input) {{ webhook {{ {WEBHOOK} }} secret {ERRORS} }} }}"""
UPDATE = f"""mutation($input: UpdateWebhookInput!) {{
  updateWebhook(input: $input) {{ webhook {{ {WEBHOOK} }} {ERRORS} }} }}"""
RENEW = f"""mutation($input: RenewWebhookSecretInput!) {{
  renewWebhookSecret(input: $input) {{ webhook {{ {WEBHOOK} }} secret {ERRORS} }} }}"""
DELETE = f"""mutation($input: DeleteWebhookInput!) {{
  deleteWebhook(input: $input) {{ deleted {ERRORS} }} }}"""
REPLAY = f"""mutation($input: ReplayWebhookDeliveryInput!) {{
  replayWebhookDelivery(input: $input) {{ delivery {{ {DELIVERY} }} {ERRORS} }} }}"""
