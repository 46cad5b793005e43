"""The operations by which schedule links are made, and what they show of them."""

LINK = """id version slug url agent { name } service { name } subject { name } meetingType durationMinutes from to
  offeredTimes singleUse expiresAt isActive"""
ERRORS = "errors { code message field }"

CREATE = f"""mutation($input: LinkInput!) {{
  createScheduleLink(input: $input) {{ link {{ {LINK} }} alternatives {{ start }} {ERRORS} }} }}"""
UPDATE = f"""mutation($input: UpdateScheduleLinkInput!) {{
  updateScheduleLink(input: $input) {{ link {{ {LINK} }} alternatives {{ start }} {ERRORS} }} }}"""
DELETE = f"""mutation($input: DeleteScheduleLinkInput!) {{
  deleteScheduleLink(input: $input) {{ deleted {ERRORS} }} }}"""
SHOW = f"query($link: String!) {{ scheduleLink(link: $link) {{ {LINK} }} }}"
LISTED = f"query($id: ID!) {{ node(id: $id) {{ ... on Agent {{ scheduleLinks {{ {LINK} }} }} }} }}"
INVITE = f"""mutation($input: InviteGuestInput!) {{
  inviteGuest(input: $input) {{ link {{ {LINK} isInvitation }} alternatives {{ start }} {ERRORS} }} }}"""
