import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappers.canonical import Kind
from mappers.prestashop.webhook import KINDS, MAXIMUM_BYTES, NoticeError, read_notice


def body(**changes: object) -> bytes:
    notice = {"type": "order.state_changed", "timestamp": "2026-11-24T09:15:00+01:00", "data": {"id": 42, "id_shop": 1, "state": 2}}
    return json.dumps(notice | changes).encode()


def test_a_notice_says_what_it_is_about():
    notice = read_notice(body())

    assert (notice.kind, notice.entity_id, notice.id_shop, notice.state) == (Kind.ORDER, 42, 1, 2)
    assert notice.sent_at == datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
    assert notice.reason == ""


@pytest.mark.parametrize(
    ("kind_of", "kind"),
    [
        ("order.created", Kind.ORDER),
        ("order.state_changed", Kind.ORDER),
        ("order.updated", Kind.ORDER),
        ("order.refunded", Kind.ORDER),
        ("product.saved", Kind.PRODUCT),
        ("product.deleted", Kind.PRODUCT),
        ("stock.changed", Kind.STOCK),
        ("customer.saved", Kind.CUSTOMER),
    ],
)
def test_every_type_of_the_design_has_its_kind(kind_of, kind):
    assert read_notice(body(type=kind_of)).kind is kind
    assert len(KINDS) == 8


@pytest.mark.parametrize("data", [{"id": 1}, {}, None, "x"])
def test_an_unknown_type_is_recorded_with_a_reason(data):
    notice = read_notice(body(type="cart.saved", data=data))

    assert (notice.kind, notice.entity_id) == (None, None)
    assert notice.reason.startswith("UNKNOWN_TYPE")
    assert "cart.saved" in notice.reason


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "NOTICE_NOT_JSON"),
        (b"{", "NOTICE_NOT_JSON"),
        (b"\xff\xfe{\x00}\x00", "NOTICE_NOT_JSON"),
        (b"[" * 60_000, "NOTICE_NOT_JSON"),
        (b'{"a":' * 10_000, "NOTICE_NOT_JSON"),
        (b'{"type":"order.updated","data":{"id":' + b"9" * 5000 + b"}}", "NOTICE_NOT_JSON"),
        (b'{"type":"order.updated","data":{"id":NaN}}', "NOTICE_NOT_JSON"),
        (b" " * (MAXIMUM_BYTES + 1), "NOTICE_TOO_LARGE"),
        (b"[]", "NOTICE_NOT_AN_OBJECT"),
        (b"42", "NOTICE_NOT_AN_OBJECT"),
        (b"{}", "NOTICE_WITHOUT_TYPE"),
        (body(type=None), "NOTICE_WITHOUT_TYPE"),
        (body(type=7), "NOTICE_WITHOUT_TYPE"),
        (body(type=""), "NOTICE_WITHOUT_TYPE"),
        (body(type="x" * 65), "NOTICE_WITHOUT_TYPE"),
        (body(type="order\nupdated"), "NOTICE_WITHOUT_TYPE"),
        (body(data=None), "NOTICE_WITHOUT_DATA"),
        (body(data=[]), "NOTICE_WITHOUT_DATA"),
        (b'{"type":"order.updated","data":{"id":1,"id":2}}', "NOTICE_AMBIGUOUS"),
        (b'{"type":"order.updated","type":"order.created","data":{"id":1}}', "NOTICE_AMBIGUOUS"),
    ],
)
def test_what_is_no_notice_is_refused_with_a_code(raw, code):
    with pytest.raises(NoticeError) as raised:
        read_notice(raw)

    assert raised.value.code == code
    assert len(raised.value.message) > 30


@pytest.mark.parametrize("ident", [None, 0, -1, 4_294_967_296, 1.0, 1.5, "42", True, [], {}, [42]])
def test_an_id_that_is_not_a_whole_number_of_the_shop_is_refused(ident):
    with pytest.raises(NoticeError) as raised:
        read_notice(body(data={"id": ident}))

    assert raised.value.code == "NOTICE_ID_INVALID"


@pytest.mark.parametrize("id_shop", [0, -1, "1", True, 1.0, [], {}])
def test_an_id_shop_of_the_wrong_kind_is_refused(id_shop):
    with pytest.raises(NoticeError) as raised:
        read_notice(body(data={"id": 42, "id_shop": id_shop}))

    assert "id_shop" in raised.value.message


def test_a_notice_may_leave_the_shop_to_its_address():
    assert read_notice(body(data={"id": 42})).id_shop is None


@pytest.mark.parametrize("state", [None, "2", True, -1, 1.5, []])
def test_a_claimed_state_that_is_odd_is_left_out(state):
    assert read_notice(body(data={"id": 42, "state": state})).state is None


@pytest.mark.parametrize("timestamp", [None, 5, "", "yesterday", "2026-11-24T09:15:00", "0001-01-01T00:00:00+14:00"])
def test_a_time_that_cannot_be_read_is_left_out(timestamp):
    assert read_notice(body(timestamp=timestamp)).sent_at is None


@given(
    st.binary(max_size=200)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    ).map(lambda value: json.dumps(value).encode())
)
def test_nothing_but_a_notice_error_ever_comes_out(raw):
    try:
        notice = read_notice(raw)
    except NoticeError:
        return

    assert notice.type
