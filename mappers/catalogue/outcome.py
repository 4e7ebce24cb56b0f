"""What became of one product, combination or article: every one gets a status and a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Status(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # linked by number, nothing differs
    DEACTIVATED = "deactivated"
    LEFT_OUT = "left_out"  # by a rule; nothing is wrong
    WAITING = "waiting"  # it is looked at again by itself
    REFUSED = "refused"  # its data needs a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that a person may want to know of an item that goes on all the same."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """`item` is `product/17`, `product/17/3` (a combination) or `article/ABC`; `number` the article number, where it has one."""

    item: str
    number: str
    status: Status
    code: str = ""
    reason: str = ""
    notices: tuple[Notice, ...] = field(default=())


def product_item(product_id: int, combination_id: int = 0) -> str:
    return f"product/{product_id}/{combination_id}" if combination_id else f"product/{product_id}"


def article_item(number: str) -> str:
    return f"article/{number}"
