"""Whether files may be sent at all: what an organization's settings say of attachments."""

from __future__ import annotations

from errors import AttachmentTooLarge, NotAllowed
from models.organization.organization import Organization

MEGABYTE = 1_048_576


async def check_enabled(organization_id: int) -> Organization:
    """The organization; refuses NotAllowed where it takes no files."""
    organization = await Organization.get(id=organization_id)
    if not organization.settings.attachments_enabled:
        raise NotAllowed("No files are sent here.")
    return organization


def check_size(organization: Organization, size_bytes: int) -> None:
    """Refuses AttachmentTooLarge."""
    most = organization.settings.max_attachment_megabytes
    if size_bytes > most * MEGABYTE:
        raise AttachmentTooLarge(f"A file may have {most} MB at most.", field=("file",))
