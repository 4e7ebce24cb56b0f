"""Connections: shown without a secret, applied, exported so that they can be applied again, checked by a worker."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest

from app.operations import connections as operations
from app.store import connections
from app.store.connections import Configured
from app.store.redis import Store
from app.store.seal import Seal
from mappers.errors import Rejected
from tests.app.api.conftest import Client
from tests.conftest import WEBHOOK_SECRET, WEBSERVICE_KEY, connection_file

SECRETS = (WEBSERVICE_KEY, WEBHOOK_SECRET, "secret")


def full_file() -> dict[str, Any]:
    document: dict[str, Any] = connection_file(
        transfer_states=[2, 11],
        text_rows=['Tack för "köpet"\n\x7f', "åäö"],
        start_date="2026-01-01",
        accounts={"sweden": {"goods": {"25": 3051}}, "oss": {"DE": {"19": 3107}}},
        payments={"klarnapayment": {"account": 1581, "fee": {"rate": "25", "amount_incl": "29.00"}}},
    )
    document["plan"] = "800"
    document["flow"] = "combo"
    document["shops"][0] |= {
        "order_status": [{"hogia": "delivered", "state": 4, "mail": True}, {"hogia": "paid", "state": 2}],
        "capture": {"klarnapayment": {"strategy": "psp_api", "provider": "klarna", "username": "user", "password": "pass word"}},
    }
    return document


async def test_a_shown_connection_has_no_secret(operator: Client) -> None:
    answers = [await operator.get(path) for path in ("/api/connections", "/api/connections/acme", "/api/connections/acme/export")]

    assert [a.status_code for a in answers] == [200, 200, 200]
    assert not [secret for a in answers for secret in SECRETS if f'"{secret}"' in a.text]
    assert answers[1].json()["hogia_secrets"] == ["client_id", "client_secret"]
    assert answers[1].json()["shops"]["acme-se"]["webhook_address"] == "http://127.0.0.1:8080/webhooks/prestashop/acme-se"


async def test_an_export_applied_again_is_the_same_connection(store: Store, seal: Seal) -> None:
    found = operations.read(full_file(), {})
    text = operations.toml.dumps(operations.exported(found))
    environment = {
        "ACME_HOGIA_CLIENT_ID": "client",
        "ACME_HOGIA_CLIENT_SECRET": "secret",
        "ACME_SE_PS_KEY": WEBSERVICE_KEY,
        "ACME_SE_PS_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "ACME_SE_KLARNAPAYMENT_USERNAME": "user",
        "ACME_SE_KLARNAPAYMENT_PASSWORD": "pass word",
    }

    again = operations.read(tomllib.loads(text), environment)

    assert again.connection == found.connection
    assert again.secrets == found.secrets
    assert not [secret for secret in (*SECRETS, "pass word") if f'"{secret}"' in text]
    assert "pass word" not in text


async def test_an_export_says_only_what_differs_from_the_defaults() -> None:
    document = operations.exported(operations.read(connection_file(), {}))

    assert set(document["shops"][0]) == {"key", "url", "id_shop", "webservice_key", "webhook_secret"}
    assert "requests_per_second" not in document["hogia"]


async def test_an_edited_export_is_put_without_its_secrets(admin: Client, store: Store, seal: Seal) -> None:
    document = tomllib.loads((await admin.get("/api/connections/acme/export")).text)
    document["name"] = "Acme International AB"
    del document["shops"][0]["webservice_key"]

    answer = await admin.put("/api/connections/acme", json=document)

    assert answer.json() == {"key": "acme", "released": 0, "result": "updated", "shops": ["acme-se"]}
    stored = await connections.load(store, seal, "acme")
    assert stored is not None
    assert stored.connection.name == "Acme International AB"
    assert (stored.shop_secret("acme-se", "webservice_key"), stored.hogia_secret("client_secret")) == (WEBSERVICE_KEY, "secret")


async def test_capture_credentials_stay_when_a_put_leaves_them_out(admin: Client, store: Store, seal: Seal) -> None:
    await connections.save(store, seal, operations.read(full_file(), {}))
    document = tomllib.loads((await admin.get("/api/connections/acme/export")).text)

    await admin.put("/api/connections/acme", json=document)

    stored = await connections.load(store, seal, "acme")
    assert stored is not None
    assert stored.secrets["shops"]["acme-se"]["capture"]["klarnapayment"] == {"username": "user", "password": "pass word"}


async def test_the_api_reads_nothing_from_its_environment(admin: Client, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORDERBRO_TEST_SECRET", "hidden")
    document = {**connection_file(), "name": "env:ORDERBRO_TEST_SECRET"}

    answer = await admin.put("/api/connections/acme", json=document)

    assert (answer.status_code, answer.json()["code"]) == (422, "ENVIRONMENT_MISSING")


async def test_a_put_whose_key_differs_is_refused(admin: Client) -> None:
    answer = await admin.put("/api/connections/other", json=connection_file())

    assert (answer.status_code, answer.json()["code"]) == (409, "KEY_DIFFERS")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("shops", 0, "orders"), {"customers": {"number_format": "{customer:>999999999}"}}),
        (("shops", 0, "orders"), {"customers": {"number_format": "{key.__class__}"}}),
        (("shops", 0, "orders"), {"customers": {"number_format": "{customer:{shop}}"}}),
        (("shops", 0, "orders"), {"customers": {"number_format": "{"}}),
        (("shops", 0, "orders"), {"customers": 3}),
        (("shops", 0, "orders"), {"sweep_minutes": 0}),
        (("shops", 0, "url"), "file:///etc/passwd"),
        (("shops", 0, "url"), "https://user:password@shop.example"),
        (("shops", 0, "webhook_secret"), 7),
        (("shops", 0, "key"), ["a"]),
        (("shops", 0, "capture"), {"klarna": 1}),
        (("shops",), {"key": 1}),
        (("hogia", "requests_per_second"), 0),
        (("hogia", "requests_per_second"), float("inf")),
        (("hogia", "base_url"), "api.hogia.se"),
        (("hogia",), "x"),
        (("colour",), "red"),
    ],
)
def test_a_mistake_in_a_connection_file_is_told_and_nothing_else_happens(path: tuple[Any, ...], value: Any) -> None:
    document = json.loads(json.dumps(connection_file()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value

    with pytest.raises(Rejected) as caught:
        operations.read(document, {})

    assert caught.value.code == "CONNECTION_FILE_INVALID"


async def test_an_unknown_connection_is_404(admin: Client) -> None:
    answers = [await admin.get("/api/connections/nobody"), await admin.post("/api/connections/nobody/check")]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(404, "CONNECTION_UNKNOWN")] * 2


async def test_a_check_is_what_the_worker_says(operator: Client, answering: Any) -> None:
    said = {"connection": "acme", "status": "error", "findings": [{"level": "error", "code": "SHOP_KEY_LACKS_RESOURCE"}]}

    async with answering(said) as asked:
        answer = await operator.post("/api/connections/acme/check")

    assert answer.json() == said
    assert (asked[0]["f"], asked[0]["a"][0]) == ("check", "acme")


async def test_toml_that_is_written_is_read_the_same(configured: Configured) -> None:
    document = {
        "a b": 'q"\\\n\t\x00\x7f é \U0001f600',
        "list": [1, 2.5, True, "x"],
        "empty": [],
        "table": {"inner": {"k": "v"}, "1.5": {"x": 1}},
        "tables": [{"a": 1, "deep": {"b": [{"c": 2}]}}, {"a": 2}],
    }

    assert tomllib.loads(operations.toml.dumps(document)) == document
