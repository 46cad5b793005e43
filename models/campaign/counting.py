"""How many recipients a campaign has, and how far they are: counted whenever somebody asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from tortoise import connections
from tortoise.functions import Count

from models.campaign.campaign import CampaignRecipient
from models.campaign.starting import A_NUMBER
from models.words import MessageStatus

Tally = Counter[MessageStatus]

# Until a campaign starts it has no recipients yet: these would be, if it started now.
_EXPECTED = """
SELECT c.id, count(DISTINCT k.phone) AS number
FROM campaign c JOIN contact k ON k.contact_list_id = c.contact_list_id AND k.phone ~ %s
    AND k.merged_into_id IS NULL
WHERE c.id = ANY(%s) AND c.status = 'SCHEDULED' GROUP BY c.id
"""


async def tallies(campaign_ids: Sequence[int]) -> list[Tally]:
    """How many recipients of each campaign have each status."""
    found: dict[int, Tally] = defaultdict(Counter)
    rows = CampaignRecipient.filter(campaign_id__in=list(campaign_ids)).annotate(number=Count("id"))
    counted = await rows.group_by("campaign_id", "status").values("campaign_id", "status", "number")
    for row in counted:
        found[row["campaign_id"]][MessageStatus(row["status"])] = row["number"]
    expected = await connections.get("default").execute_query_dict(_EXPECTED, [A_NUMBER, list(campaign_ids)])
    for row in expected:
        found[row["id"]][MessageStatus.QUEUED] = row["number"]
    return [found[id] for id in campaign_ids]
