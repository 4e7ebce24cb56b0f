from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.errors import Misconfigured, Rejected
from mappers.prestashop.records import amount, associated, earliest_local, flag, integer, moment, text, time_zone

STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("148.000000", "148.000000"), ("71.339286", "71.339286"), ("-30", "-30"), ("0", "0"), ("25.500", "25.500"), ("1.0E-6", "0.0000010")],
)
def test_an_amount_keeps_every_decimal(raw, expected):
    assert str(amount({"total": raw}, "total")) == expected


@pytest.mark.parametrize("raw", ["12,50", "1 000.00", "NaN", "Infinity", "1e999", "kr 5", "0x10", "1_000", "٣", "9" * 5000])
def test_an_amount_that_is_not_plain_is_never_guessed(raw):
    with pytest.raises(Rejected) as raised:
        amount({"id": "7", "total": raw}, "total")

    assert raised.value.code == "SHOP_FIELD_UNREADABLE"
    assert "total" in raised.value.message
    assert raw not in raised.value.message


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=6, allow_nan=False, allow_infinity=False))
def test_any_amount_of_prestashop_reads_back_as_written(value):
    assert str(amount({"a": f"{value:.6f}"}, "a")) == f"{value:.6f}"


def test_a_missing_key_is_an_empty_one():
    """Trap 9: JSON leaves out falsy values of a single entity."""
    assert text({}, "note") == ""
    assert integer({}, "gift") == 0
    assert flag({}, "valid") is False
    assert amount({}, "ecotax") == Decimal(0)
    assert moment({}, "invoice_date", STOCKHOLM) is None


@pytest.mark.parametrize("read", [text, integer, amount])
@pytest.mark.parametrize("record", [{"id": "7"}, {"id": "7", "field": ""}])
def test_a_required_field_that_is_missing_is_loud(read, record):
    with pytest.raises(Rejected) as raised:
        read(record, "field", required=True)

    assert raised.value.code == "SHOP_FIELD_MISSING"


def test_whole_numbers_may_come_with_zero_decimals():
    assert integer({"quantity": "2.000000"}, "quantity") == 2
    assert integer({"quantity": "-3"}, "quantity") == -3
    assert integer({}, "round_mode", missing=2) == 2
    with pytest.raises(Rejected):
        integer({"quantity": "2.5"}, "quantity")


def test_flags_are_zero_and_one_in_text():
    assert [flag({"f": raw}, "f") for raw in ("1", "0", "", "true", "false")] == [True, False, False, True, False]
    with pytest.raises(Rejected):
        flag({"f": "perhaps"}, "f")


def test_a_text_is_taken_in_the_first_language_that_has_one():
    record = {"name": {1: "Mug", 2: "", 3: "Mugg"}}

    assert text(record, "name", languages=(2, 3)) == "Mugg"
    assert text(record, "name", languages=(9,)) == "Mug"
    assert text({"name": {}}, "name") == ""


def test_a_list_where_a_value_belongs_is_unreadable():
    with pytest.raises(Rejected):
        integer({"id": [{"id": "1"}]}, "id")


@pytest.mark.parametrize("raw", ["", "0000-00-00 00:00:00", "0000-00-00", "-0001-11-30 00:00:00", "0001-01-01 00:00:00"])
def test_an_unset_time_is_none(raw):
    assert moment({"at": raw}, "at", STOCKHOLM) is None


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-15 12:00:00", "2026-01-15T11:00:00"),
        ("2026-07-15 12:00:00", "2026-07-15T10:00:00"),
        ("2026-07-15T12:00:00", "2026-07-15T10:00:00"),
        ("2026-10-25 02:30:00", "2026-10-25T00:30:00"),  # the repeated hour: its first pass
        ("2026-10-25 01:59:59", "2026-10-24T23:59:59"),
        ("2026-10-25 03:00:00", "2026-10-25T02:00:00"),
        ("2026-03-29 02:30:00", "2026-03-29T01:30:00"),  # the gap: as if the clock had not been moved
        ("2026-03-29 03:00:00", "2026-03-29T01:00:00"),
        ("2026-11-23 05:00:00+00:00", "2026-11-23T05:00:00"),
    ],
)
def test_local_time_becomes_utc(local, utc):
    assert moment({"at": local}, "at", STOCKHOLM) == datetime.fromisoformat(utc).replace(tzinfo=UTC)


@pytest.mark.parametrize("raw", ["2026-02-30 00:00:00", "yesterday", "2026-00-10 00:00:00"])
def test_a_time_that_is_none_is_unreadable(raw):
    with pytest.raises(Rejected):
        moment({"at": raw}, "at", STOCKHOLM)


@pytest.mark.parametrize("name", ["", "Europe/Gothenburg", "../../etc/passwd", "Europe", "\x00"])
def test_an_unknown_time_zone_is_misconfigured(name):
    with pytest.raises(Misconfigured):
        time_zone(name)


@pytest.mark.parametrize(
    ("at", "local"),
    [
        ("2026-07-01T10:00:00", "2026-07-01 12:00:00"),
        ("2026-10-24T23:30:00", "2026-10-25 01:30:00"),
        ("2026-10-25T00:30:00", "2026-10-25 02:00:00"),  # 02:30, but 02:00 comes once more
        ("2026-10-25T00:59:59", "2026-10-25 02:00:00"),
        ("2026-10-25T01:00:00", "2026-10-25 02:00:00"),
        ("2026-10-25T01:30:00", "2026-10-25 02:30:00"),
        ("2026-03-29T00:59:59", "2026-03-29 01:59:59"),
        ("2026-03-29T01:00:00", "2026-03-29 03:00:00"),
    ],
)
def test_a_poll_starts_at_the_earliest_time_that_can_still_be_written(at, local):
    assert str(earliest_local(datetime.fromisoformat(at).replace(tzinfo=UTC), STOCKHOLM)) == local


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001
    st.integers(min_value=0, max_value=4 * 3600),
    st.sampled_from(["Europe/Stockholm", "America/New_York", "Australia/Lord_Howe", "UTC"]),
)
def test_nothing_written_after_an_instant_bears_an_earlier_time_than_the_polls(at, seconds, zone):
    later = (at + timedelta(seconds=seconds)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert earliest_local(at, ZoneInfo(zone)) <= later


def test_associations_go_by_the_names_of_any_version():
    record = {"associations": {"tax": [{"id": "1"}]}}

    assert associated(record, "taxes", "tax") == ({"id": "1"},)
    assert associated(record, "order_rows") == ()
    assert associated({}, "taxes") == ()
    assert associated({"associations": ""}, "taxes") == ()
