"""Every setting of `[shops.orders]`, and every word that one can take, is named by a test of this folder (`proofs.proves`)."""

from __future__ import annotations

import importlib
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

from mappers import connection
from tests.journeys.settings.proofs import PROVEN

TABLES = (
    connection.OrderPolicy,
    connection.CustomerPolicy,
    connection.PaymentRule,
    connection.PaymentFee,
    connection.Accounts,
    connection.RegionAccounts,
)
WORDS: tuple[type[StrEnum], ...] = (
    connection.InvoiceDate,
    connection.MissingArticle,
    connection.ZeroOrders,
    connection.GuestRule,
    connection.RegisterPayment,
    connection.Difference,
    connection.YourReference,
    connection.RowText,
    connection.FreeFreight,
    connection.CustomerMatch,
    connection.CustomerPart,
    connection.NumberField,
)


def settings() -> set[str]:
    named = {f"{table.__name__}.{each.name}" for table in TABLES for each in fields(table)}
    return named | {f"{word.__name__}.{each.name}" for word in WORDS for each in word}


def proven() -> set[str]:
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        if file.name != Path(__file__).name:
            importlib.import_module(f"tests.journeys.settings.{file.stem}")
    return set(PROVEN)


def test_every_setting_and_every_word_is_named_by_a_test() -> None:
    assert sorted(settings() - proven()) == []


def test_no_test_names_a_setting_that_there_is_not() -> None:
    assert sorted(proven() - settings()) == []
