"""Nets' business codes → why it said no, and a sentence for a person (payments.md 4.5: names from the vendor's SDK, classes ours).

A code without a refusal does not say whether the call was carried out: look at the payment before repeating it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mappers.payments.model import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """`says` goes on after "Nets refused: "; it tells what to do and ends without a full stop."""

    name: str
    refusal: Refusal | None
    says: str


SUBSCRIPTION = "the payment belongs to a subscription, which is not captured from here. Charge it in Nets' portal"
CHECKOUT = "the checkout was not completed. Look at the payment in Nets' portal"
CODES: Mapping[str, Code] = {
    "1000": Code(name="Unknown", refusal=None, says="it gives no reason"),
    "1001": Code(
        name="OverCharge",
        refusal=Refusal.AMOUNT_TOO_HIGH,
        says="the amount exceeds what is reserved and not yet charged. Compare the order's total with the payment in Nets' portal",
    ),
    "1002": Code(
        name="ZeroCharge", refusal=Refusal.INVALID, says="an amount of 0 cannot be charged. Nothing needs to be done for it at Nets"
    ),
    "1003": Code(
        name="NotReserved",
        refusal=Refusal.NOT_ALLOWED,
        says="nothing is reserved: the payment was not completed, or its money moved at purchase. Look at the payment in Nets' portal",
    ),
    "1004": Code(
        name="AlreadyReserved",
        refusal=Refusal.NOT_ALLOWED,
        says="the payment is reserved already. Look at the payment in Nets' portal",
    ),
    "1005": Code(
        name="AmountDiffersFromOrderItems",
        refusal=Refusal.LINES_DIFFER,
        says="the lines do not add up to the amount. It is sent once more as one line",
    ),
    "1006": Code(name="ConsumerNotAddedToPayment", refusal=Refusal.NOT_ALLOWED, says=CHECKOUT),
    "1007": Code(
        name="PartialCancelNotAllowed",
        refusal=Refusal.NOT_ALLOWED,
        says="a reservation can be cancelled only in full. What is not charged lapses by itself",
    ),
    "1008": Code(name="AlreadyCharged", refusal=Refusal.ALREADY_CAPTURED, says="the payment is charged already. A read confirms it"),
    "1009": Code(
        name="InvalidRefundAmount",
        refusal=Refusal.AMOUNT_TOO_HIGH,
        says="the amount is not one that can be refunded. Compare it with what was charged and refunded in Nets' portal",
    ),
    "1010": Code(
        name="ReservationExpired",
        refusal=Refusal.EXPIRED,
        says="the reservation has expired. Ask the customer for a new payment",
    ),
    "1011": Code(
        name="ChargeNotFound",
        refusal=Refusal.NOT_FOUND,
        says="it has no such charge. Read the payment again and refund a charge that it has",
    ),
    "1012": Code(
        name="RefundCancelled",
        refusal=Refusal.NOT_ALLOWED,
        says="the refund was cancelled. Refund again in Nets' portal if it is still due",
    ),
    "1013": Code(
        name="RefundExpired", refusal=Refusal.NOT_ALLOWED, says="the refund has expired. Refund again in Nets' portal if it is still due"
    ),
    "1014": Code(
        name="RefundFailed",
        refusal=Refusal.METHOD_FAILED,
        says="the customer's payment method did not take the refund. Try later, or pay back another way",
    ),
    "1015": Code(
        name="OrderItemsMissing", refusal=Refusal.LINES_DIFFER, says="it wants lines for this amount. It is sent once more as one line"
    ),
    "1016": Code(
        name="OrderReferenceWasPreviouslySet",
        refusal=Refusal.NOT_ALLOWED,
        says="the order reference is set already. Change it in Nets' portal",
    ),
    "1017": Code(
        name="ChangingCheckoutDomainNotAllowed",
        refusal=Refusal.NOT_ALLOWED,
        says="the checkout's address cannot be changed. Keep the address it has",
    ),
    "1018": Code(
        name="PaymentMissingOrderReference",
        refusal=Refusal.NOT_ALLOWED,
        says="the payment has no order reference. Set it in Nets' portal and try again",
    ),
    "1019": Code(
        name="AlreadyCancelled",
        refusal=Refusal.CANCELLED,
        says="the payment is cancelled: no money will come. Ask the customer for a new payment",
    ),
    "1020": Code(
        name="PaymentMethodChargeFailed",
        refusal=Refusal.METHOD_FAILED,
        says="the customer's payment method could not be charged. Try again on the following days, then contact the customer",
    ),
    "1021": Code(name="ShippingCostHasNotBeenSpecified", refusal=Refusal.NOT_ALLOWED, says=CHECKOUT),
    "1022": Code(
        name="PaymentReserveMethodFailed",
        refusal=Refusal.DECLINED,
        says="the customer's payment method could not be reserved. Ask the customer for a new payment",
    ),
    "1023": Code(
        name="PaymentAlreadyRefunded",
        refusal=Refusal.NOT_ALLOWED,
        says="the payment is refunded already. Look at the payment in Nets' portal",
    ),
    "1024": Code(
        name="PartialChargeNotAllowed",
        refusal=Refusal.SPLIT_REFUSED,
        says="this payment method cannot be charged in parts. It is captured in one sum when everything is delivered",
    ),
    "1025": Code(
        name="RefundCancelFailed", refusal=Refusal.NOT_ALLOWED, says="the refund can no longer be cancelled. Look at it in Nets' portal"
    ),
    "1026": Code(
        name="ChargeTriedWithDifferentAmount",
        refusal=Refusal.KEY_REUSED,
        says="the same request was made before with another amount. Read the payment before anything is charged",
    ),
    "1027": Code(
        name="RefundTriedWithDifferentAmount",
        refusal=Refusal.KEY_REUSED,
        says="the same request was made before with another amount. Read the payment before anything is refunded",
    ),
    "1028": Code(name="UpdateOrderAtAfterPayFailed", refusal=None, says="the order could not be updated at AfterPay"),
    "1029": Code(
        name="HardDecline",
        refusal=Refusal.DECLINED,
        says="the customer's payment method declined for good. Ask the customer for a new payment",
    ),
    "1030": Code(name="ExpiredSubscription", refusal=Refusal.NOT_ALLOWED, says=SUBSCRIPTION),
    "1031": Code(name="InvalidSubscription", refusal=Refusal.NOT_ALLOWED, says=SUBSCRIPTION),
    "1032": Code(name="NotGenuineSubscriptionTraceId", refusal=Refusal.NOT_ALLOWED, says=SUBSCRIPTION),
}
OTHERWISE = Code(
    name="",
    refusal=Refusal.NOT_ALLOWED,
    says="for a reason that is not known here. Look at the payment in Nets' portal, do there what is right, or ask Nets",
)
