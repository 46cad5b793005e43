"""What is to be done at providers of messages later."""

from __future__ import annotations

from datetime import datetime

from models.channel.account import ChannelAccount
from models.transactions import Transaction

SYNC = "channels.sync_templates"


async def sync_later(tx: Transaction, account: ChannelAccount, *, now: datetime) -> None:
    """Have the account's templates listed; one listing after the other."""
    await tx.later(SYNC, lock=f"templates:{account.id}", account_id=account.id, asked_at=now.isoformat())
