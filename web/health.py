"""Whether the process lives (/healthz), and whether it can do its work (/readyz): for load balancers and people."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

logger = structlog.get_logger(__name__)

PATIENCE_SECONDS = 2.0
_HEADERS = {"cache-control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What readiness is judged by. A question that raises, or is not answered in time, counts as answered by no."""

    database: Callable[[], Awaitable[bool]]
    bus: Callable[[], bool]
    worker: Callable[[], Awaitable[bool]]

    async def judge(self) -> tuple[str, dict[str, bool]]:
        """`ready`; `degraded` while the bus is away, since then events come late but come; `unavailable` else."""
        database, worker = await asyncio.gather(
            _holds("database", self.database), _holds("worker", self.worker)
        )
        bus = self.bus()
        able = "ready" if bus else "degraded"
        verdict = able if database and worker else "unavailable"
        return verdict, {"database": database, "bus": bus, "worker": worker}


def health_routes(health: Health) -> list[BaseRoute]:
    async def alive(request: Request) -> Response:
        return PlainTextResponse("alive\n", headers=_HEADERS)

    async def ready(request: Request) -> Response:
        verdict, parts = await health.judge()
        status = 503 if verdict == "unavailable" else 200
        return JSONResponse({"status": verdict, **parts}, status_code=status, headers=_HEADERS)

    return [Route("/healthz", alive), Route("/readyz", ready)]


async def _holds(part: str, question: Callable[[], Awaitable[bool]]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await question()
    except Exception as error:
        logger.warning("part.away", part=part, error=type(error).__name__)
        return False
