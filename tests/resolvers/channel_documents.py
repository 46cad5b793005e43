"""The operations about channel accounts, and what they show of them."""

ACCOUNT = """id version name provider address service { name } contactList { name } webhookUrl
  recontactTemplate { name } templates { name status availableForAgents }
  health { ok lastInboundAt lastOutboundAt lastErrorAt lastError }"""
TEMPLATE = "id version account { name } name language body variables status availableForAgents"
ERRORS = "errors { code message field }"

ACCOUNTS = f"{{ channelAccounts {{ {ACCOUNT} }} }}"
CONNECT = f"""mutation($input: ConnectChannelAccountInput!) {{
  connectChannelAccount(input: $input) {{ account {{ {ACCOUNT} }} {ERRORS} }} }}"""
UPDATE = f"""mutation($input: UpdateChannelAccountInput!) {{
  updateChannelAccount(input: $input) {{ account {{ {ACCOUNT} }} {ERRORS} }} }}"""
DISCONNECT = f"""mutation($input: DisconnectChannelAccountInput!) {{
  disconnectChannelAccount(input: $input) {{ disconnected {ERRORS} }} }}"""

SYNC = f"""mutation($input: SyncMessageTemplatesInput!) {{
  syncMessageTemplates(input: $input) {{ account {{ {ACCOUNT} }} {ERRORS} }} }}"""
PERMIT = f"""mutation($input: UpdateMessageTemplateInput!) {{
  updateMessageTemplate(input: $input) {{ template {{ {TEMPLATE} }} {ERRORS} }} }}"""

META = {
    "phoneNumberId": "106540352242922",
    "businessAccountId": "102290129340398",
    "accessToken": "EAAJB-a-token-of-a-system-user",
    "appSecret": "0123456789abcdef0123456789abcdef",
    "verifyToken": "a-word-of-our-choice",
}
TWILIO = {"accountSid": "AC" + "0a" * 16, "authToken": "fedcba9876543210fedcba9876543210"}
NEW = {
    "name": "Front door",
    "provider": "META",
    "address": "+39 06 555 0100",
    "serviceId": "@service",
    "meta": META,
}
