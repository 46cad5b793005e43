"""The operations by which agents come, change and go, and choose their passwords."""

AGENT = """id version name email slug role isActive onlinePlanning languages timeZone avatarUrl conversationCapacity
  offices { name } expertise { name }"""
ERRORS = "errors { code message field }"
CREATE = f"""mutation($input: CreateAgentInput!) {{
  createAgent(input: $input) {{ agent {{ {AGENT} }} {ERRORS} }} }}"""
UPDATE = f"""mutation($input: UpdateAgentInput!) {{
  updateAgent(input: $input) {{ agent {{ {AGENT} }} {ERRORS} }} }}"""
DELETE = f"mutation($input: DeleteAgentInput!) {{ deleteAgent(input: $input) {{ deleted {ERRORS} }} }}"
SET_PASSWORD = f"mutation($input: SetPasswordInput!) {{ setPassword(input: $input) {{ ok {ERRORS} }} }}"
RESET_PASSWORD = f"""mutation($input: RequestPasswordResetInput!) {{
  requestPasswordReset(input: $input) {{ sent {ERRORS} }} }}"""
SIGN_IN = f"""mutation($input: SignInInput!) {{
  signIn(input: $input) {{ accessToken refreshToken agent {{ name }} {ERRORS} }} }}"""
