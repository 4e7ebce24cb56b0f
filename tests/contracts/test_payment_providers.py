"""What holds for every payment provider: each fact runs over all of them, through their client and against their simulator."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator, Awaitable
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown
from mappers.payments.model import Action, Parcel, Payment, PaymentStatus, Provider, Refusal
from tests.contracts.harness import BASKET, BOOK, FREIGHT, ORDER, TOTAL, VASE, Fault, Goods, Harness, Trait
from workers.clients.payments.contract import Refused

HERE = Path(__file__).parent
BROUGHT = [each.value for each in Provider if (HERE / f"{each}.py").exists()]
WRITES = ("capture", "refund", "cancel")
Pieces = dict[Goods, int]


def opened(name: str) -> Harness:
    made: Harness = importlib.import_module(f"tests.contracts.{name}").harness()
    return made


@pytest.fixture(params=BROUGHT)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    made = opened(request.param)
    yield made
    await made.close()


def having(stage: Harness, trait: Trait) -> None:
    if trait not in stage.traits:
        pytest.skip(f"{stage.provider} has no {trait}")


def lacking(stage: Harness, trait: Trait) -> None:
    if trait in stage.traits:
        pytest.skip(f"{stage.provider} has {trait}")


async def refusal(act: Awaitable[object]) -> Refusal:
    """Why the provider says no."""
    with pytest.raises(Refused) as caught:
        await act
    assert caught.value.code == f"{caught.value.code.split('_')[0]}_{caught.value.refusal.name}"
    assert caught.value.message.endswith(".")
    return caught.value.refusal


async def outcome(act: Awaitable[object]) -> Refusal | None:
    """Why the provider says no; None for a yes."""
    try:
        await act
    except Refused as refused:
        return refused.refusal
    return None


async def refused_as(stage: Harness, expected: Refusal, act: Awaitable[object]) -> bool:
    """The refusal is the expected one, or one of those that this provider's answers do not tell apart."""
    return await refusal(act) is expected or expected in stage.vague


def test_every_provider_runs_the_contract():
    assert list(Provider) == BROUGHT


# Reading --------------------------------------------------------------------------------------------------------------------------


async def test_authorised_payment_reads_as_such(stage):
    reference = stage.authorise()

    payment = await stage.payment(reference)

    assert (payment.provider, payment.reference, payment.order_reference) == (stage.provider, reference, ORDER)
    assert (payment.status, payment.currency) == (PaymentStatus.AUTHORISED, "SEK")
    assert (payment.authorised, payment.captured, payment.refunded, payment.remaining) == (TOTAL, 0, 0, TOTAL)
    assert payment.actions >= {Action.CAPTURE, Action.CANCEL}
    assert payment.captures == payment.refunds == ()


async def test_rows_of_a_payment_are_what_was_ordered(stage):
    payment = await stage.payment(stage.authorise())

    if not payment.rows:
        pytest.skip(f"{stage.provider} lists no rows before a capture")
    assert {row.reference: (row.name, row.quantity, row.amount, row.vat_rate) for row in payment.rows} == {
        each.reference: (each.name, each.quantity, each.total, each.vat_rate) for each in BASKET
    }


async def test_currency_is_the_orders(stage):
    payment = await stage.payment(stage.authorise(currency="EUR"))

    assert payment.currency == "EUR"


async def test_unknown_reference_is_not_found(stage):
    request = await stage.capture_request(stage.authorise())

    for act in (
        stage.client.payment(stage.unknown_reference),
        stage.client.capture(stage.unknown_reference, request),
        stage.cancel(stage.unknown_reference),
    ):
        assert await refusal(act) is Refusal.NOT_FOUND


# Capturing ------------------------------------------------------------------------------------------------------------------------


async def test_whole_payment_is_captured_once(stage):
    reference = stage.authorise()

    await stage.capture(reference)

    payment = await stage.payment(reference)
    assert stage.captured(reference) == TOTAL
    assert (payment.status, payment.captured, payment.remaining) == (PaymentStatus.CAPTURED, TOTAL, 0)
    assert [capture.amount for capture in payment.captures] == [TOTAL]
    assert Action.CAPTURE not in payment.actions


async def test_part_is_captured_and_then_the_rest(stage):
    reference = stage.authorise()

    await stage.capture(reference, {VASE: 2, FREIGHT: 1}, key="first")
    between = await stage.payment(reference)
    await stage.capture(reference, {BOOK: 3}, key="second")

    payment = await stage.payment(reference)
    assert (between.status, between.captured, between.remaining) == (PaymentStatus.PART_CAPTURED, 24_900, 31_800)
    assert (payment.status, payment.captured, payment.remaining) == (PaymentStatus.CAPTURED, TOTAL, 0)
    assert sorted(capture.amount for capture in payment.captures) == [24_900, 31_800]
    assert stage.captured(reference) == TOTAL


async def test_row_is_captured_piece_by_piece(stage):
    reference = stage.authorise()

    await stage.capture(reference, {BOOK: 1}, key="first")
    await stage.capture(reference, {BOOK: 2}, key="second")

    payment = await stage.payment(reference)
    assert (payment.captured, payment.remaining) == (BOOK.total, TOTAL - BOOK.total)
    assert stage.captured(reference) == BOOK.total


async def test_same_request_again_captures_nothing_more(stage):
    """With keys the first answer comes again; without, the provider's client sees that the sum is not the one that was decided upon."""
    reference = stage.authorise()
    request = replace(await stage.capture_request(reference, {BOOK: 1}), captured_before=0)
    first = await stage.settled(await stage.client.capture(reference, request))

    if Trait.KEYS in stage.traits:
        assert (await stage.client.capture(reference, request)).id == first.id
    else:
        await refusal(stage.client.capture(reference, request))

    payment = await stage.payment(reference)
    assert stage.captured(reference) == payment.captured == BOOK.unit_price


async def test_same_key_with_another_amount_captures_nothing_more(stage):
    having(stage, Trait.KEYS)
    reference = stage.authorise()
    await stage.capture(reference, {VASE: 2}, key="1")

    said = await outcome(stage.capture(reference, {BOOK: 3}, key="1"))

    assert said in (None, Refusal.KEY_REUSED)
    assert stage.captured(reference) == (await stage.payment(reference)).captured == VASE.total


async def test_parcels_go_with_a_capture_whatever_their_length(stage):
    reference = stage.authorise()
    request = await stage.capture_request(reference)
    parcel = Parcel(carrier="PostNord " * 40, number="00073215400599288888" * 20, url="https://example.test/" + "a" * 3000)

    await stage.settled(await stage.client.capture(reference, replace(request, parcels=(parcel,), description="Ö" * 400)))

    assert stage.captured(reference) == TOTAL


async def test_capture_above_what_is_authorised_is_refused(stage):
    reference = stage.authorise()
    request = await stage.capture_request(reference, {VASE: 2, BOOK: 3, FREIGHT: 2})

    assert await refused_as(stage, Refusal.AMOUNT_TOO_HIGH, stage.client.capture(reference, request))

    assert stage.captured(reference) == 0


async def test_captured_payment_is_not_captured_again(stage):
    reference = stage.authorise()
    late = await stage.capture_request(reference, key="late")
    await stage.capture(reference)

    assert await refused_as(stage, Refusal.ALREADY_CAPTURED, stage.client.capture(reference, late))

    assert stage.captured(reference) == TOTAL


async def test_expired_payment_is_not_captured(stage):
    reference = stage.authorise()
    request = await stage.capture_request(reference)
    stage.expire(reference)

    assert await refused_as(stage, Refusal.EXPIRED, stage.client.capture(reference, request))

    payment = await stage.payment(reference)
    assert stage.captured(reference) == payment.captured == 0
    assert Action.CAPTURE not in payment.actions


async def test_cancelled_payment_is_not_captured(stage):
    reference = stage.authorise()
    request = await stage.capture_request(reference)
    await stage.cancel(reference)

    assert await refused_as(stage, Refusal.CANCELLED, stage.client.capture(reference, request))

    payment = await stage.payment(reference)
    assert (payment.status, payment.remaining, stage.captured(reference)) == (PaymentStatus.CANCELLED, 0, 0)
    assert not payment.actions & {Action.CAPTURE, Action.CAPTURE_PARTIALLY, Action.CANCEL}


async def test_payment_under_review_is_pending_and_not_captured(stage):
    having(stage, Trait.REVIEW)
    request = await stage.capture_request(stage.authorise())
    reference = stage.authorise(is_pending=True)

    await refusal(stage.client.capture(reference, request))

    payment = await stage.payment(reference)
    assert (payment.status, stage.captured(reference)) == (PaymentStatus.PENDING, 0)
    assert not payment.actions & {Action.CAPTURE, Action.CAPTURE_PARTIALLY}


async def test_direct_payment_has_nothing_to_capture(stage):
    having(stage, Trait.DIRECT)
    request = await stage.capture_request(stage.authorise())
    reference = stage.authorise(is_direct=True)

    payment = await stage.payment(reference)

    assert payment.is_direct
    assert (payment.status, payment.remaining) == (PaymentStatus.CAPTURED, 0)
    assert not payment.actions & {Action.CAPTURE, Action.CAPTURE_PARTIALLY}
    await refusal(stage.client.capture(reference, request))
    assert stage.captured(reference) == TOTAL


# Giving back, giving up -----------------------------------------------------------------------------------------------------------


async def test_whole_capture_is_refunded(stage):
    reference = stage.authorise()
    await stage.capture(reference)

    await stage.refund(reference, {each: each.quantity for each in BASKET})

    payment = await stage.payment(reference)
    assert stage.refunded(reference) == payment.refunded == TOTAL
    assert (payment.captured, payment.remaining) == (TOTAL, 0)
    assert Action.REFUND not in payment.actions


async def test_part_of_a_capture_is_refunded(stage):
    reference = stage.authorise()
    await stage.capture(reference)

    await stage.refund(reference, {BOOK: 3})

    payment = await stage.payment(reference)
    assert stage.refunded(reference) == payment.refunded == BOOK.total
    assert sum(refund.amount for refund in payment.refunds) == BOOK.total
    assert Action.REFUND in payment.actions


async def test_no_more_is_refunded_than_was_captured(stage):
    reference = stage.authorise()
    await stage.capture(reference, {VASE: 2})
    await stage.refund(reference, {VASE: 2}, key="first")

    await refusal(stage.refund(reference, {VASE: 2}, key="second"))

    assert stage.refunded(reference) == (await stage.payment(reference)).refunded == VASE.total


async def test_same_refund_again_gives_back_nothing_more(stage):
    reference = stage.authorise()
    await stage.capture(reference)
    request = replace(await stage.refund_request(reference, {BOOK: 1}), refunded_before=0)
    first = await stage.settled(await stage.client.refund(reference, request))

    if Trait.KEYS in stage.traits:
        assert (await stage.client.refund(reference, request)).id == first.id
    else:
        await refusal(stage.client.refund(reference, request))

    assert stage.refunded(reference) == BOOK.unit_price


async def test_cancelling_before_a_capture_leaves_nothing_to_capture(stage):
    reference = stage.authorise()

    await stage.cancel(reference)

    payment = await stage.payment(reference)
    assert (payment.status, payment.remaining) == (PaymentStatus.CANCELLED, 0)


@pytest.mark.parametrize("pieces", [{VASE: 2}, None], ids=["part", "all"])
async def test_cancelling_after_a_capture_is_refused(stage, pieces):
    reference = stage.authorise()
    await stage.capture(reference, pieces)
    before = await stage.payment(reference)

    await refusal(stage.cancel(reference))

    assert await stage.payment(reference) == before


async def test_rest_is_released_after_a_part_was_captured(stage):
    having(stage, Trait.RELEASE)
    reference = stage.authorise()
    late = await stage.capture_request(reference, {BOOK: 3}, key="late")
    await stage.capture(reference, {VASE: 2})

    await stage.client.release(reference, key="release")

    payment = await stage.payment(reference)
    assert (payment.status, payment.captured, payment.remaining) == (PaymentStatus.CAPTURED, VASE.total, 0)
    await refusal(stage.client.capture(reference, late))
    assert stage.captured(reference) == VASE.total


async def test_release_that_a_provider_does_not_have_is_not_allowed(stage):
    lacking(stage, Trait.RELEASE)
    reference = stage.authorise()
    await stage.capture(reference, {VASE: 2})

    assert await refusal(stage.client.release(reference, key="release")) is Refusal.NOT_ALLOWED


async def test_authorisation_is_extended(stage):
    having(stage, Trait.EXTEND)
    reference = stage.authorise()
    before = (await stage.payment(reference)).expires_at

    await stage.client.extend(reference, key="extend")

    after = (await stage.payment(reference)).expires_at
    assert before is not None
    assert after is not None
    assert after >= before


async def test_extension_that_a_provider_does_not_have_is_not_allowed(stage):
    lacking(stage, Trait.EXTEND)

    assert await refusal(stage.client.extend(stage.authorise(), key="extend")) is Refusal.NOT_ALLOWED


async def test_tracking_after_the_capture_is_taken_or_said_to_be_impossible(stage):
    reference = stage.authorise()
    await stage.capture(reference)
    capture = (await stage.payment(reference)).captures[0]

    taken = await stage.client.add_tracking(reference, capture.id, (Parcel(carrier="PostNord", number="123"),))

    assert taken is (Trait.TRACKING in stage.traits)


# Trouble --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.FAIL_AFTER_COMMIT])
async def test_lost_answer_is_unknown_and_a_read_shows_the_capture(stage, fault):
    reference = stage.authorise()
    stage.strike(fault)

    with pytest.raises(Unknown):
        await stage.capture(reference)

    payment = await read_until_captured(stage, reference)
    assert stage.captured(reference) == payment.captured == TOTAL


async def read_until_captured(stage: Harness, reference: str) -> Payment:
    """The payment when an asynchronous provider, whose task address was lost, is through with it."""
    for _ in range(20):
        payment = await stage.payment(reference)
        if payment.captured:
            return payment
    raise AssertionError("nothing was captured after twenty reads")


async def test_key_finds_the_capture_whose_answer_was_lost(stage):
    having(stage, Trait.KEYS)
    reference = stage.authorise()
    request = await stage.capture_request(reference)
    stage.strike(Fault.DROP_AFTER_COMMIT)
    with pytest.raises(Unknown):
        await stage.client.capture(reference, request)

    accepted = await stage.client.capture(reference, request)

    assert [capture.id for capture in (await stage.payment(reference)).captures] == [accepted.id]
    assert stage.captured(reference) == TOTAL


async def test_failure_before_the_commit_is_unknown_too_and_a_read_shows_nothing(stage):
    reference = stage.authorise()
    stage.strike(Fault.FAIL_BEFORE_COMMIT)

    with pytest.raises(Unknown):
        await stage.capture(reference)

    assert stage.captured(reference) == (await stage.payment(reference)).captured == 0
    await stage.capture(reference)
    assert stage.captured(reference) == TOTAL


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_COMMIT, Fault.FAIL_BEFORE_COMMIT])
async def test_lost_answer_to_a_refund_or_cancellation_is_unknown(stage, fault):
    captured, open_ = stage.authorise(), stage.authorise()
    await stage.capture(captured)

    stage.strike(fault)
    with pytest.raises(Unknown):
        await stage.refund(captured, {VASE: 2})
    stage.strike(fault)
    with pytest.raises(Unknown):
        await stage.cancel(open_)


async def test_busy_provider_says_when_to_come_back_and_has_done_nothing(stage):
    reference = stage.authorise()
    request = await stage.capture_request(reference)
    stage.strike(Fault.BUSY)

    with pytest.raises(Transient) as caught:
        await stage.client.capture(reference, request)

    assert caught.value.retry_after is not None
    assert caught.value.retry_after > 0
    assert stage.captured(reference) == 0


async def test_wrong_credentials_are_a_matter_of_settings(stage):
    reference = stage.authorise()
    request = await stage.capture_request(reference)

    for act in (
        stage.stranger.payment(reference),
        stage.stranger.capture(reference, request),
        stage.stranger.cancel(reference, key="cancel", amount=TOTAL),
    ):
        with pytest.raises(Misconfigured):
            await act

    payment = await stage.payment(reference)
    assert (payment.status, stage.captured(reference)) == (PaymentStatus.AUTHORISED, 0)


async def test_no_error_tells_a_secret(stage):
    reference, taken = stage.authorise(), stage.authorise()
    request = await stage.capture_request(reference)
    too_much = await stage.capture_request(reference, {VASE: 2, BOOK: 3, FREIGHT: 2}, key="2")
    await stage.capture(taken)
    errors = [
        await error_of(stage.stranger.payment(reference)),
        await error_of(stage.stranger.capture(reference, request)),
        await error_of(stage.client.payment(stage.unknown_reference)),
        await error_of(stage.client.capture(reference, too_much)),
        await error_of(stage.cancel(taken)),
    ]
    for fault in Fault:
        other = stage.authorise()
        request = await stage.capture_request(other, key=fault.value)
        stage.strike(fault)
        errors.append(await error_of(stage.client.capture(other, request)))

    said = [word for error in errors for word in words_of(error)]

    assert stage.secrets
    assert not [word for word in said for secret in stage.secrets if secret in word]


async def error_of(act: Awaitable[object]) -> OrderbroError:
    with pytest.raises(OrderbroError) as caught:
        await act
    return caught.value


def words_of(error: BaseException) -> list[str]:
    """All that a log could show of an error and of what caused it."""
    causes = [each for each in (error.__cause__, error.__context__) if each is not None]
    own = [str(error), repr(error), *(repr(value) for value in vars(error).values() if isinstance(value, str))]
    return own + [word for cause in causes for word in words_of(cause)]


# Whatever happens -----------------------------------------------------------------------------------------------------------------

pieces = st.dictionaries(st.sampled_from(BASKET), st.integers(1, 3), min_size=1)
operations = st.one_of(
    st.tuples(st.just("capture"), pieces),
    st.tuples(st.just("refund"), pieces),
    st.tuples(st.sampled_from(["cancel", "release"]), st.none()),
    st.tuples(st.just("fault"), st.sampled_from(list(Fault))),
)


@pytest.mark.parametrize("name", BROUGHT)
@given(steps=st.lists(operations, max_size=8))
@settings(max_examples=30, deadline=None)
def test_never_more_is_captured_than_authorised_nor_refunded_than_captured(name, steps):
    asyncio.run(walked(name, steps))


async def walked(name: str, steps: list[tuple[str, Pieces | Fault | None]]) -> None:
    stage = opened(name)
    reference = stage.authorise()
    keys = count()
    try:
        for step in steps:
            await tried(stage, reference, step, key=f"step-{next(keys)}")
            assert stage.refunded(reference) <= stage.captured(reference) <= TOTAL
        payment = await at_rest(stage, reference)
        assert (payment.captured, payment.refunded) == (stage.captured(reference), stage.refunded(reference))
        assert payment.captured + payment.remaining <= payment.authorised
    finally:
        await stage.close()


async def tried(stage: Harness, reference: str, step: tuple[str, Pieces | Fault | None], *, key: str) -> None:
    """One step; a yes and the four families are its possible outcomes, anything else fails the test."""
    act, what = step
    with suppress(Transient, Unknown, Rejected, Misconfigured):
        if isinstance(what, Fault):
            stage.strike(what)
        elif act == "capture":
            await stage.capture(reference, what, key=key)
        elif act == "refund":
            if (await stage.payment(reference)).captures:
                await stage.refund(reference, what, key=key)
        elif act == "cancel":
            await stage.cancel(reference)
        else:
            await stage.client.release(reference, key=key)


async def at_rest(stage: Harness, reference: str) -> Payment:
    """The payment when faults and tasks are over."""
    for _ in range(10):
        try:
            payment = await stage.payment(reference)
        except Transient:
            continue
        if payment.captured == stage.captured(reference) and payment.refunded == stage.refunded(reference):
            break
    return payment
