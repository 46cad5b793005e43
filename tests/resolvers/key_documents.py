"""The operations about API keys."""

KEY = "id name role start createdAt createdBy { name } expiresAt lastUsedAt revokedAt"
CREATE = f"""mutation($input: CreateApiKeyInput!) {{
  createApiKey(input: $input) {{ key apiKey {{ {KEY} }} errors {{ code message field }} }} }}"""
REVOKE = "mutation($id: ID!) { revokeApiKey(id: $id) { revoked errors { code field } } }"
LISTED = f"{{ apiKeys {{ {KEY} }} }}"
