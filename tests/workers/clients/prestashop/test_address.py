import pytest

from mappers.errors import Misconfigured
from workers.clients.prestashop.address import read_address


@pytest.mark.parametrize(
    ("configured", "called"),
    [
        ("https://shop.example", "https://shop.example/api/orders?id_shop=1"),
        ("https://shop.example/", "https://shop.example/api/orders?id_shop=1"),
        (" https://shop.example/butik ", "https://shop.example/butik/api/orders?id_shop=1"),
        ("https://shop.example/butik/api/", "https://shop.example/butik/api/orders?id_shop=1"),
        ("http://127.0.0.1:8088?x=1#y", "http://127.0.0.1:8088/api/orders?id_shop=1"),
        ("https://shop.example/webservice/dispatcher.php?url=", "https://shop.example/webservice/dispatcher.php?url=orders&id_shop=1"),
        (
            "https://shop.example/butik/webservice/dispatcher.php",
            "https://shop.example/butik/webservice/dispatcher.php?url=orders&id_shop=1",
        ),
    ],
)
def test_an_address_may_carry_a_path_or_the_dispatcher(configured, called):
    assert str(read_address(configured, shop="s").call("orders", {"id_shop": "1"})) == called


@pytest.mark.parametrize("configured", ["", "shop.example", "ftp://shop.example", "https://", "https://key@shop.example", "https://[bad"])
def test_an_address_that_cannot_be_called_is_misconfigured(configured):
    with pytest.raises(Misconfigured):
        read_address(configured, shop="s")
