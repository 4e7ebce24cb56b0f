"""`python -m app.sandbox`."""

import httpx
import pytest

from app.sandbox.__main__ import arguments, prestashop
from app.sandbox.prestashop.state import DEFAULT_KEY


def app_of(*words):
    return prestashop(arguments().parse_args(["prestashop", *words]))


async def first_answer(app, path):
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://shop.example", auth=(DEFAULT_KEY, ""))
    async with client as shop:
        return await shop.get(path)


async def test_the_shop_says_its_key_and_an_example(capsys):
    app = app_of("--version", "8.2.1", "--place")

    said = capsys.readouterr().out
    assert DEFAULT_KEY in said
    assert "curl -g" in said
    answer = await first_answer(app, "/api/orders?filter[id]=1&display=full&output_format=JSON")
    assert answer.headers["psws-version"] == "8.2.1"
    assert answer.json()["orders"][0]["current_state"] == "2"


async def test_a_recordings_folder_brings_its_version_and_orders(recorded):
    answer = await first_answer(app_of("--recordings", str(recorded)), "/api/orders?output_format=JSON")

    assert answer.headers["psws-version"] == recorded.name
    assert len(answer.json()["orders"]) >= 10


def test_a_webhook_address_needs_a_secret():
    with pytest.raises(SystemExit, match="belong together"):
        app_of("--webhook-url", "http://127.0.0.1:1/")
