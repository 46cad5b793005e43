"""The operations by which guests sign in, and what they see then."""

REQUEST = """mutation($input: RequestGuestCodeInput!) {
  requestGuestCode(input: $input) { sent errors { code message field } } }"""
VERIFY = """mutation($input: VerifyGuestCodeInput!) {
  verifyGuestCode(input: $input) { guestToken expiresAt guest { id name email } errors { code message field } } }"""
MINE = """{ viewer { guest { name email } organization { slug } }
  meetings { totalCount edges { node { id title guest { name email } manageUrl agents { name email } } } }
  conversations { totalCount edges { node { id unreadCount meetings { id } } } } }"""
