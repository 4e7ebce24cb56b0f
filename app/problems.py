"""Problem documents (RFC 9457) with a stable `code`: the only place where trouble becomes an HTTP answer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.store.events import NotDurableError
from app.store.redis import UNAVAILABLE
from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown

RETRY_AFTER_SECONDS = 5
STATUS = {Rejected: 422, Misconfigured: 409, Transient: 503, Unknown: 502}
TITLES = {
    400: "Bad request",
    401: "Not authenticated",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Needs a change of settings",
    413: "Too large",
    422: "Cannot be done with this data",
    500: "Our fault",
    502: "Outcome unknown",
    503: "Temporarily unavailable",
    504: "No answer in time",
}


def problem(status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A problem document. `detail` says what, why and what to do."""
    body = {"type": f"urn:orderbro:problem:{code.lower()}", "title": TITLES.get(status, "Error"), "status": status, "code": code}
    return JSONResponse({**body, "detail": detail, **more}, status, headers=headers, media_type="application/problem+json")


class Problem(Exception):  # noqa: N818 - named after the document it becomes
    """Raised in a route to answer with a problem document."""

    def __init__(self, status: int, code: str, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = headers


def unavailable(code: str, detail: str) -> JSONResponse:
    """Our own trouble: the caller keeps what it has and comes again."""
    return problem(503, code, detail, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def install(app: FastAPI) -> None:
    """Every exception of ours, of the framework and of Redis becomes a problem document."""

    async def raised(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Problem)
        return problem(error.status, error.code, error.detail, headers=error.headers)

    async def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, OrderbroError)
        status = next((s for kind, s in STATUS.items() if isinstance(error, kind)), 500)
        return problem(status, error.code, error.message)

    async def invalid(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        mistakes = [{"where": ".".join(map(str, e["loc"])), "what": e["msg"]} for e in error.errors()]
        told = "; ".join(f"{m['where']}: {m['what']}" for m in mistakes)
        return problem(400, "REQUEST_INVALID", f"the request has mistakes: {told}", mistakes=mistakes)

    async def http(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        codes = {404: "ROUTE_UNKNOWN", 405: "METHOD_NOT_ALLOWED", 413: "BODY_TOO_LARGE"}
        return problem(error.status_code, codes.get(error.status_code, "HTTP_ERROR"), str(error.detail), headers=dict(error.headers or {}))

    async def redis(_: Request, error: Exception) -> JSONResponse:
        return unavailable("REDIS_UNAVAILABLE", f"Redis does not answer ({type(error).__name__}); nothing was done. Try again.")

    async def not_durable(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, NotDurableError)
        return unavailable(error.reason, error.detail)

    async def bug(_: Request, error: Exception) -> JSONResponse:
        return problem(500, "INTERNAL_ERROR", f"an unexpected {type(error).__name__}; the log has it.")

    app.add_exception_handler(Problem, raised)
    app.add_exception_handler(OrderbroError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(NotDurableError, not_durable)
    for kind in UNAVAILABLE:
        app.add_exception_handler(kind, redis)
    app.add_exception_handler(Exception, bug)
