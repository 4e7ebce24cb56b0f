"""What the simulated Klarna answers: an `Answer`, or a `KlarnaNo` that becomes its error envelope (payments.md 2.6)."""

import json
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`body` None is an empty body."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    is_dropped: bool = False  # the connection breaks instead

    def encoded(self) -> bytes:
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False, allow_nan=False).encode()


class KlarnaNo(Exception):  # noqa: N818 - an answer, not a fault of the simulator
    """A refusal: HTTP status, `error_code` ("" for an empty body) and one message."""

    def __init__(self, status: int, code: str = "", text: str = "", **headers: str) -> None:
        super().__init__(f"{status} {code}: {text}")
        self.status = status
        self.code = code
        self.text = text
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def answer(self) -> Answer:
        correlation = str(uuid4())
        body = {"correlation_id": correlation, "error_code": self.code, "error_messages": [self.text]} if self.code else None
        return Answer(status=self.status, body=body, headers={"Klarna-Correlation-Id": correlation, **self.headers})


def no_such_order(reference: str) -> KlarnaNo:
    return KlarnaNo(404, "NO_SUCH_ORDER", f"No such order: {reference}")


def bad_value(field_name: str) -> KlarnaNo:
    return KlarnaNo(400, "BAD_VALUE", f"Bad value: {field_name}")
