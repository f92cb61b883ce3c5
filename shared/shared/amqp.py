"""What the broker says of its queues."""

import aio_pika


async def queue_counts(amqp_url: str, queues: list[str]) -> dict[str, tuple[int, int]]:
    """Messages ready and consumers attached, by queue name."""
    counts = {}
    async with await aio_pika.connect(amqp_url, timeout=5) as connection:
        channel = await connection.channel()
        for name in queues:
            found = await channel.declare_queue(name, passive=True)
            state = found.declaration_result
            counts[name] = (state.message_count or 0, state.consumer_count or 0)
    return counts
