"""What providers tell of an account by its webhook, once it is known that it is they."""

from __future__ import annotations

from datetime import datetime

from models.campaign.hearing import keep_delivery
from models.channel.account import ChannelAccount
from providers.messaging.protocol import News


async def hear(account: ChannelAccount, news: News, *, now: datetime) -> None:
    """Keep what is told of the account itself, and of what campaigns have sent by it. Hearing the same again changes
    nothing more."""
    if news.has_messages:
        await ChannelAccount.note_inbound(account.id, now=now)
    if news.troubles:
        await ChannelAccount.note_trouble(account.id, news.troubles[-1], now=now)
    for delivery in news.deliveries:
        await keep_delivery(account.id, delivery)
