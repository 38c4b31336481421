"""What works beside requests lives as long as the server (ASGI, lifespan)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


async def live(engine: Any, receive: Receive, send: Send) -> None:
    """Starts the engine, if there is one, before the first request, and stops it after the last."""
    await receive()
    if engine:
        engine.start()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    if engine:
        await asyncio.to_thread(engine.stop)
    await send({"type": "lifespan.shutdown.complete"})
