"""Which host a merchant's credentials belong to (payments.md 2.1, 2.2). Europe only: the shops sell from the Nordic countries.

An order made in Klarna Checkout is managed at Kustom since 31 March 2026; one of Klarna Payments stays at Klarna.
"""

from __future__ import annotations

KLARNA = "https://api.klarna.com"
KLARNA_TEST = "https://api.playground.klarna.com"
KUSTOM = "https://api.kustom.co"
KUSTOM_TEST = "https://api.playground.kustom.co"

KUSTOM_KEY = "kco_"
KUSTOM_MERCHANT = ("M", "PM")
TEST_KEYS = ("klarna_test_", "kco_test_")
TEST_MERCHANTS = ("PK", "PM")


def default_host(username: str, password: str, is_checkout: bool) -> str:  # noqa: FBT001 - the three facts the rule is about
    """Give the base URL. `is_checkout`: the order was made in Klarna Checkout, which the shop's module says.

    A UUID as username with a secret of the old form tells no environment: it is taken for live, and a test account then answers 401.
    """
    is_test = password.startswith(TEST_KEYS) or username.startswith(TEST_MERCHANTS)
    if is_checkout and (password.startswith(KUSTOM_KEY) or username.startswith(KUSTOM_MERCHANT)):
        return KUSTOM_TEST if is_test else KUSTOM
    return KLARNA_TEST if is_test else KLARNA
