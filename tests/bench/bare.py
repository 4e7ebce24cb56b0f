"""What the door is compared with: a bare Starlette route that checks the same HMAC and makes one Redis write, on the same server."""

from __future__ import annotations

import base64
import hmac
import os

from redis.asyncio import Redis
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


def create_app() -> Starlette:
    redis: Redis = Redis.from_url(os.environ["ORDERBRO_REDIS_URL"])
    secret = base64.b64decode(os.environ["BENCH_WEBHOOK_SECRET"].removeprefix("whsec_"))

    async def receive(request: Request) -> Response:
        body = await request.body()
        ident, stamp = request.headers["webhook-id"], request.headers["webhook-timestamp"]
        digest = hmac.digest(secret, f"{ident}.{stamp}.".encode() + body, "sha256")
        if not hmac.compare_digest(base64.b64encode(digest), request.headers["webhook-signature"].removeprefix("v1,").encode()):
            return Response(status_code=401)
        await redis.set(f"bare:{ident}", body)
        return JSONResponse({"event_id": ident}, 202)

    async def ready(_: Request) -> Response:
        return Response()

    return Starlette(routes=[Route("/webhooks/prestashop/{shop}", receive, methods=["POST"]), Route("/ready", ready)])
