"""Where a shop's webservice is, from the address a merchant gave.

    https://shop.example                                     → https://shop.example/api/orders?…
    https://shop.example/butik, …/butik/, …/butik/api        → https://shop.example/butik/api/orders?…
    https://shop.example/webservice/dispatcher.php?url=      → https://shop.example/webservice/dispatcher.php?url=orders&…

The last is for web servers without the rewrite rule for /api (prestashop.md 2).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from mappers.errors import Misconfigured

DISPATCHER = "/webservice/dispatcher.php"
HOST = re.compile(rb"[A-Za-z0-9._:-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebserviceAddress:
    """The webservice's root: `root` without query; `by_dispatcher` when the path travels in `url=`."""

    root: httpx.URL
    by_dispatcher: bool

    def call(self, path: str, params: Mapping[str, str]) -> httpx.URL:
        """The address of a resource (`orders`, `orders/30`; `` for the root) with its parameters encoded."""
        if self.by_dispatcher:
            return self.root.copy_with(params={"url": path, **params})
        return self.root.copy_with(path=f"{self.root.path}{path}", params=dict(params))


def read_address(url: str, *, shop: str) -> WebserviceAddress:
    """The webservice behind a configured address; raises Misconfigured for one that is not an http(s) address of a host."""
    try:
        parsed = httpx.URL(url.strip())
    except httpx.InvalidURL:
        parsed = httpx.URL("")
    if parsed.scheme not in ("http", "https") or not HOST.fullmatch(parsed.raw_host) or parsed.userinfo:
        raise Misconfigured(
            "ADDRESS_UNUSABLE",
            f"The configured address of the shop {shop} is not usable. It is the shop's own address, such as https://shop.example, "
            "without a user name or key in it.",
        )
    path = parsed.path.rstrip("/")
    if path.endswith(DISPATCHER):
        return WebserviceAddress(root=parsed.copy_with(query=None, fragment=None), by_dispatcher=True)
    root = path if path.endswith("/api") else f"{path}/api"
    return WebserviceAddress(root=parsed.copy_with(path=f"{root}/", query=None, fragment=None), by_dispatcher=False)
