"""What is said of fields that many inputs have."""

EXPECTED_VERSION = "The version that the caller saw; refused as STALE if there is a newer one."
IDEMPOTENCY_KEY = "The same key with the same input returns the first outcome."
