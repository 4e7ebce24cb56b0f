"""`python -m app.sandbox prestashop|hogia|klarna|svea|nets`: run one simulated side by itself."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.sandbox.prestashop.recordings import load
from app.sandbox.prestashop.scenarios import ALL
from app.sandbox.prestashop.sender import Sender
from app.sandbox.prestashop.server import create_shop
from app.sandbox.prestashop.state import DEFAULT_KEY, ShopState


def arguments() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m app.sandbox", description=__doc__)
    sides = parser.add_subparsers(dest="side", required=True)
    shop = sides.add_parser("prestashop", help="a shop with a webservice and a webhook sender")
    shop.add_argument("--port", type=int, default=8088)
    shop.add_argument("--host", default="127.0.0.1")
    shop.add_argument("--version", default="9.1.4", help="the dialect: 9.1.4 or 8.2.1 (a recordings folder says it itself)")
    shop.add_argument("--domain", default="", help="answer 302 to any other Host, as a real shop does")
    shop.add_argument("--recordings", type=Path, help="a folder of recorded answers to give back")
    shop.add_argument("--place", action="store_true", help="place every scenario's order at the start")
    shop.add_argument("--webhook-url", help="where notices go")
    shop.add_argument("--webhook-secret", help="base64, with or without whsec_")
    books = sides.add_parser("hogia", help="Hogia Smart")
    books.add_argument("--port", type=int, default=8089)
    books.add_argument("--host", default="127.0.0.1")
    klarna = sides.add_parser("klarna", help="Klarna Order Management (and Kustom)")
    klarna.add_argument("--port", type=int, default=8090)
    klarna.add_argument("--host", default="127.0.0.1")
    svea = sides.add_parser("svea", help="Svea's Payment Admin API")
    svea.add_argument("--port", type=int, default=8091)
    svea.add_argument("--host", default="127.0.0.1")
    nets = sides.add_parser("nets", help="Nets Easy (Nexi Checkout)")
    nets.add_argument("--port", type=int, default=8092)
    nets.add_argument("--host", default="127.0.0.1")
    for side in (shop, books, klarna, svea, nets):
        side.add_argument("--fd", type=int, help="an inherited socket that listens on host and port already")
    return parser


def prestashop(given: argparse.Namespace) -> Any:
    """The shop's application, with what to know about it printed."""
    if bool(given.webhook_url) != bool(given.webhook_secret):
        sys.exit("--webhook-url and --webhook-secret belong together")
    if given.recordings and given.place:
        sys.exit("--place needs a shop of its own: a recorded one takes no new orders")
    if given.recordings:
        recordings = load(given.recordings.resolve())
        state = recordings.shop(domain=given.domain)
        orders = f"{len(recordings.orders)} recorded orders, e.g. {recordings.orders[0]} and {recordings.orders[-1]}"
    else:
        state = ShopState(version=given.version, domain=given.domain)
        orders = f"{len(ALL)} scenarios to place"
    sender = Sender(httpx.AsyncClient(timeout=10, trust_env=False), given.webhook_url, given.webhook_secret) if given.webhook_url else None
    app = create_shop(state, sender=sender)
    if given.place:
        for scenario in ALL:
            state.place_order(scenario)
    address = f"http://{given.host}:{given.port}"
    say(f"PrestaShop {state.version} on {address}/api, {orders}", f"webservice key: {DEFAULT_KEY}")
    say(f"  curl -g -u {DEFAULT_KEY}: '{address}/api/orders?display=full&limit=1&output_format=JSON'")
    if not given.recordings:
        say(f"  curl {address}/_control/scenarios", f"""  curl -d '{{"scenario": "mixed-vat"}}' {address}/_control/orders""")
    say(f"""  curl -d '{{"kind": "500", "count": 2}}' {address}/_faults""", f"  curl {address}/_log")
    return app


def hogia(given: argparse.Namespace) -> Any:
    """Hogia's application; imported late, so that one side runs without the other."""
    side = importlib.import_module("app.sandbox.hogia.state")
    server = importlib.import_module("app.sandbox.hogia.server")
    address = f"http://{given.host}:{given.port}"
    say(f"Hogia Smart on {address}/{side.ORGANIZATION_ID}/…", f"client: {side.CLIENT_ID}, secret: {side.CLIENT_SECRET}")
    say(
        f"  curl -u {side.CLIENT_ID}:{side.CLIENT_SECRET} -d grant_type=client_credentials {address}/connect/token",
        f"  curl {address}/_log",
    )
    return server.create_hogia()


def klarna(given: argparse.Namespace) -> Any:
    """Klarna's application; imported late, so that one side runs without the other."""
    side = importlib.import_module("app.sandbox.payments.klarna")
    address = f"http://{given.host}:{given.port}"
    say(f"Klarna on {address}/ordermanagement/v1/orders/…", f"username: {side.USERNAME}, password (API key): {side.API_KEY}")
    say(f"""  curl -d '{{"order_reference": "XKBKNABJK", "amount": 42390}}' {address}/_control/authorise""", f"  curl {address}/_orders")
    return side.create_klarna()


def svea(given: argparse.Namespace) -> Any:
    """Svea's application; imported late, so that one side runs without the other."""
    side = importlib.import_module("app.sandbox.payments.svea")
    address = f"http://{given.host}:{given.port}"
    say(f"Svea Payment Admin on {address}/api/v1/orders/…", f"merchant: {side.MERCHANT_ID}, secret: {side.SECRET}")
    say(f"""  curl -d '{{"order_reference": "XKBKNABJK", "amount": 42390}}' {address}/_control/authorise""", f"  curl {address}/_orders")
    return side.create_svea()


def nets(given: argparse.Namespace) -> Any:
    """Nets' application; imported late, so that one side runs without the other."""
    side = importlib.import_module("app.sandbox.payments.nets")
    address = f"http://{given.host}:{given.port}"
    say(f"Nets Easy on {address}/v1/payments/…", f"secret key: {side.SECRET_KEY}")
    say(f"""  curl -d '{{"order_reference": "XKBKNABJK", "amount": 5500}}' {address}/_control/authorise""", f"  curl {address}/_payments")
    return side.create_nets()


def say(*lines: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main() -> None:
    """Run what was asked for until it is stopped."""
    given = arguments().parse_args()
    sides = {"prestashop": prestashop, "hogia": hogia, "klarna": klarna, "svea": svea, "nets": nets}
    app = sides[given.side](given)
    uvicorn.run(app, host=given.host, port=given.port, fd=given.fd, log_level="warning")


if __name__ == "__main__":
    main()
