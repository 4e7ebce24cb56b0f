"""Connections at rest: secrets apart and sealed, exchanged without a gap, defaults filled in, every mistake told and no secret with it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from app.store import connections, keys
from app.store.connections import Directory
from app.store.redis import Store
from app.store.seal import Seal
from mappers.errors import Misconfigured, Rejected
from tests.conftest import WEBHOOK_SECRET, connection_file


def secret(word: str) -> str:
    return "whsec_" + base64.b64encode(word.ljust(24).encode()).decode()


def document(**shop: Any) -> Any:
    made: Any = connection_file()
    made["shops"][0] |= shop
    return made


async def saved(store: Store, seal: Seal, **shop: Any) -> str:
    return await connections.save(store, seal, connections.read_document(document(**shop), {}))


async def secrets_of(store: Store, seal: Seal) -> tuple[str, str]:
    found = await connections.load(store, seal, "acme")
    assert found is not None
    return found.shop_secret("acme-se", "webhook_secret"), found.shop_secret("acme-se", "webhook_secret_previous")


async def test_connection_comes_back_as_it_was_given(store: Store, seal: Seal) -> None:
    given = connections.read_document(document(), {})

    assert await connections.save(store, seal, given) == "created"
    assert await connections.save(store, seal, given) == "updated"

    assert await connections.load(store, seal, "acme") == given
    assert [connection.key for connection in await connections.listed(store)] == ["acme"]


async def test_no_secret_is_readable_in_redis(store: Store, seal: Seal) -> None:
    await saved(store, seal)

    record = await store.redis.hgetall(keys.connection("acme"))
    everything = b" ".join((*record.keys(), *record.values()))
    for word in (WEBHOOK_SECRET, WEBHOOK_SECRET.removeprefix("whsec_"), "K" * 32, "client", "secret"):
        assert word.encode() not in everything.replace(b"secrets", b"")


async def test_exchanged_webhook_secret_stays_valid_as_the_previous_one(store: Store, seal: Seal) -> None:
    await saved(store, seal, webhook_secret=secret("one"))

    await saved(store, seal, webhook_secret=secret("two"))

    assert await secrets_of(store, seal) == (secret("two"), secret("one"))


async def test_previous_secret_outlives_a_save_that_changes_something_else(store: Store, seal: Seal) -> None:
    await saved(store, seal, webhook_secret=secret("one"))
    await saved(store, seal, webhook_secret=secret("two"))

    await saved(store, seal, webhook_secret=secret("two"), url="http://127.0.0.1:9")

    assert await secrets_of(store, seal) == (secret("two"), secret("one"))


async def test_previous_secret_that_is_given_counts(store: Store, seal: Seal) -> None:
    await saved(store, seal, webhook_secret=secret("one"))

    await saved(store, seal, webhook_secret=secret("two"), webhook_secret_previous=secret("three"))

    assert await secrets_of(store, seal) == (secret("two"), secret("three"))


async def test_second_exchange_forgets_the_first_secret(store: Store, seal: Seal) -> None:
    for word in ("one", "two", "three"):
        await saved(store, seal, webhook_secret=secret(word))

    assert await secrets_of(store, seal) == (secret("three"), secret("two"))


async def test_shop_that_is_left_out_is_no_longer_found(store: Store, seal: Seal) -> None:
    two = document()
    two["shops"].append(two["shops"][0] | {"key": "acme-no", "id_shop": 2})
    await connections.save(store, seal, connections.read_document(two, {}))
    directory = Directory(store, seal, seconds=0)
    assert await directory.of_shop("acme-no") is not None

    await saved(store, seal)

    assert await directory.of_shop("acme-no") is None
    with pytest.raises(Misconfigured) as error:
        await directory.shop("acme-no")
    assert error.value.code == "SHOP_UNKNOWN"


async def test_shop_key_of_another_connection_is_refused_and_nothing_is_saved(store: Store, seal: Seal) -> None:
    await saved(store, seal)
    other = document() | {"key": "other"}

    with pytest.raises(Rejected) as error:
        await connections.save(store, seal, connections.read_document(other, {}))

    assert error.value.code == "SHOP_KEY_TAKEN"
    assert [connection.key for connection in await connections.listed(store)] == ["acme"]


async def test_lost_secret_key_is_told_and_cured_by_applying_anew(store: Store, seal: Seal) -> None:
    await saved(store, seal)
    with pytest.raises(Misconfigured) as error:
        await connections.load(store, Seal("another"), "acme")
    assert error.value.code == "SECRET_KEY_WRONG"

    await saved(store, Seal("another"))

    assert (await secrets_of(store, Seal("another")))[0] == WEBHOOK_SECRET


def test_merchant_writes_only_what_differs() -> None:
    given = document(orders={"accounts": {"sweden": {"goods": {"12": 3999}}}})

    accounts = connections.read_document(given, {}).connection.shop("acme-se").orders.accounts

    assert accounts.sweden.goods == {"25": 3001, "12": 3999, "6": 3003, "0": 3004}
    assert accounts.sweden.freight == 3520
    assert accounts.export.goods == {"0": 3105}


def test_values_are_read_from_the_environment() -> None:
    given = document(webservice_key="env:KEY")

    found = connections.read_document(given, {"KEY": "from outside"})

    assert found.shop_secret("acme-se", "webservice_key") == "from outside"
    with pytest.raises(Rejected) as error:
        connections.read_document(given, {})
    assert error.value.code == "ENVIRONMENT_MISSING"
    assert "KEY" in error.value.message


def test_every_mistake_is_told_at_once_with_its_place_and_without_a_secret() -> None:
    given = document(webservice_key="", webhook_secret="not base64 at all!", key="Acme SE")
    given["hogia"] |= {"client_secret": ""}

    with pytest.raises(Rejected) as error:
        connections.read_document(given, {})

    assert error.value.code == "CONNECTION_FILE_INVALID"
    for told in ("'Acme SE'", "hogia.client_secret", "webservice_key is missing", "webhook_secret is not base64"):
        assert told in error.value.message
    assert "not base64 at all!" not in error.value.message


@pytest.mark.parametrize(
    ("shop", "told"),
    [
        ({"orders": {"row_txt": "x"}}, "shops.acme-se.orders.row_txt: there is no such setting"),
        ({"id_shop": "one"}, "shops.acme-se.id_shop"),
        ({"orders": {"accounts": {"sweden": {"freight": "lots"}}}}, "shops.acme-se.orders.accounts.sweden.freight"),
        ({"nonsense": 1}, "shops.acme-se.nonsense: there is no such setting"),
    ],
)
def test_mistake_is_told_with_its_place(shop: dict[str, Any], told: str) -> None:
    with pytest.raises(Rejected) as error:
        connections.read_document(document(**shop), {})

    assert told in error.value.message


def test_two_shops_whose_invoices_would_have_the_same_references_are_refused() -> None:
    given = document()
    given["shops"].append(given["shops"][0] | {"key": "acme-two"})
    with pytest.raises(Rejected) as error:
        connections.read_document(given, {})
    assert "invoice_reference_prefix" in error.value.message

    given["shops"][1] |= {"orders": {"invoice_reference_prefix": "B"}}
    assert len(connections.read_document(given, {}).connection.shops) == 2
