"""Look-up by indexed fields gives what looking through everything gives."""

import pytest

from app.sandbox.prestashop.tables import Table, candidates


@pytest.fixture
def table():
    rows = Table()
    for ident in range(1, 7):
        rows[ident] = {"id": ident, "id_order": 10 + ident % 3, "email": f"Kund{ident % 2}@Example.com"}
    return rows


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([], [1, 2, 3, 4, 5, 6]),
        ([("id_order", "11")], [1, 4]),
        ([("id_order", "[11|12]")], [1, 2, 4, 5]),
        ([("email", "kund0@example.com")], [2, 4, 6]),
        ([("id", "[2|9]")], [2]),
        ([("id", "[2,4]")], [1, 2, 3, 4, 5, 6]),
        ([("id_order", ">[11]"), ("email", "kund1@example.com")], [1, 3, 5]),
    ],
)
def test_candidates(table, filters, expected):
    assert candidates(table, filters) == expected


def test_a_replaced_record_is_found_by_its_new_value_only(table):
    table[1] = {"id": 1, "id_order": 99}

    assert candidates(table, [("id_order", "99")]) == [1]
    assert candidates(table, [("id_order", "11")]) == [4]


def test_a_deleted_record_is_found_no_more(table):
    del table[4]

    assert candidates(table, [("id_order", "11")]) == [1]
