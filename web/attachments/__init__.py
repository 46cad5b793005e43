"""Attachments, as they are downloaded: by signed addresses that pass, and so that none can do harm in a browser."""

from web.attachments.route import attachment_routes as attachment_routes
