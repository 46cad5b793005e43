"""Where a mail relay brings the mails that answer ours."""

from web.mail.replies import reply_routes as reply_routes
