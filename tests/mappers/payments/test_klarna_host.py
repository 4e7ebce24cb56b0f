import pytest

from mappers.payments.klarna_host import KLARNA, KLARNA_TEST, KUSTOM, KUSTOM_TEST, default_host

UUID = "7f1d2f5c-0f1e-4a55-9a43-2f0c5a1e8b10"


@pytest.mark.parametrize(
    ("username", "password", "host"),
    [
        ("", "klarna_live_api_x", KLARNA),
        ("", "klarna_test_api_x", KLARNA_TEST),
        (UUID, "klarna_test_api_x", KLARNA_TEST),
        ("K123456_abcd", "secret", KLARNA),
        ("PK123456_abcd", "secret", KLARNA_TEST),
        (UUID, "secret", KLARNA),
        ("", "kco_live_api_x", KUSTOM),
        ("", "kco_test_api_x", KUSTOM_TEST),
        (UUID, "kco_live_api_x", KUSTOM),
        ("M123456-abcd", "secret", KUSTOM),
        ("PM123456-abcd", "secret", KUSTOM_TEST),
    ],
)
def test_host_of_a_checkout_order(username, password, host):
    assert default_host(username, password, True) == host


@pytest.mark.parametrize(
    ("username", "password", "host"),
    [
        ("", "klarna_live_api_x", KLARNA),
        ("", "klarna_test_api_x", KLARNA_TEST),
        ("M123456-abcd", "secret", KLARNA),
        ("PM123456-abcd", "secret", KLARNA_TEST),
        ("", "kco_live_api_x", KLARNA),
    ],
)
def test_klarna_payments_is_always_at_klarna(username, password, host):
    assert default_host(username, password, False) == host
