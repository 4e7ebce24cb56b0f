"""One decision about an order's credits while it is being made: what was found so far, and how a single credit is asked for.

known and seen → nothing     found by its reference → adopted     unsure → wait (hogia.md 3.8)     else → built and made
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from mappers.changes import Change, sequence_id
from mappers.changes_after import AdoptCredit
from mappers.errors import Rejected
from mappers.flows.credit_paper import credit_change, credit_key, credit_reference, named, read_delay
from mappers.flows.orders import MOST_ATTEMPTS
from mappers.hogia.model import HogiaInvoice, InvoiceStatus
from mappers.invoice.credit_remains import living, planned
from mappers.invoice.model import Invoice, Notice
from mappers.snapshot import AfterSnapshot, Known, KnownEffect


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditDecision:
    """What is to be done about credits, in this order. `until`: when to look again; `parked`: to be raised once the changes are applied."""

    changes: tuple[Change, ...] = ()
    notices: tuple[Notice, ...] = ()
    until: datetime | None = None
    parked: Rejected | None = None


@dataclass(slots=True, kw_only=True)
class CreditRun:
    """Collects a decision. `credits` are those that stand and those that are decided; `is_blocked`: nothing more is sure before a wait is over."""

    snapshot: AfterSnapshot
    version: int
    credits: list[HogiaInvoice] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    waits: list[datetime] = field(default_factory=list)
    parked: Rejected | None = None
    is_blocked: bool = False

    @property
    def entity(self) -> str:
        return str(self.snapshot.key)

    def decision(self) -> CreditDecision:
        return CreditDecision(
            changes=tuple(self.changes),
            notices=tuple(dict.fromkeys(self.notices)),
            until=min(self.waits) if self.waits else None,
            parked=self.parked,
        )

    def attempt(self, act: Callable[[], None]) -> None:
        """Do it, or remember the first reason why a person must look."""
        try:
            act()
        except Rejected as error:
            self.parked = self.parked or error

    def notice(self, code: str, message: str) -> None:
        self.notices.append(Notice(code=code, message=message))

    def wait(self, until: datetime) -> None:
        """Look again then; until then nothing more is decided about credits."""
        self.waits.append(until)
        self.is_blocked = True

    def known(self, key: str) -> KnownEffect | None:
        return self.snapshot.effects.get(key)

    def is_confirmed(self, key: str) -> bool:
        known = self.known(key)
        return known is not None and known.state is Known.CONFIRMED and known.checked

    def unsure_until(self, key: str, *, arose_at: datetime | None = None) -> datetime | None:
        """When what became of an earlier call will be seen; None when "not there" can be believed. Raises Rejected after too many calls."""
        snapshot, known = self.snapshot, self.known(key)
        delay = read_delay(snapshot)
        if known is not None and known.state in {Known.INTENT, Known.UNKNOWN}:
            if snapshot.now < known.called_at + delay:
                return known.called_at + delay
            if known.attempts >= MOST_ATTEMPTS:
                raise Rejected(
                    "OUTCOME_UNKNOWN_TOO_OFTEN",
                    f"{known.attempts} calls ({key.partition(':')[0]}) on invoice {snapshot.invoice.number} had no answer, and Hogia shows no "
                    "effect. Look in Hogia; release the order to try again, or discard it.",
                    subject=self.entity,
                )
        born = snapshot.ledger_born
        if known is None and born is not None and arose_at is not None and arose_at < born and snapshot.now < born + delay:
            return born + delay
        return None

    def credit(self, what: str, build: Callable[[], Invoice], *, why: str, arose_at: datetime, by_hand: Decimal | None = None) -> bool:
        """Ask for one credit; True when it is to be made now. Raises Rejected.

        `by_hand`: the amount at which one credit without a reference of ours counts as this one.
        """
        key = credit_key(self.entity, what)
        known = self.known(key)
        if known is not None and known.state is Known.CONFIRMED:
            if not known.checked:
                self._read_back(what, known)
            return False
        found = self._found(what) or self._by_hand(by_hand)
        if found is not None:
            self.adopt(what, found)
            return False
        until = self.unsure_until(key, arose_at=arose_at)
        if until is not None:
            self.wait(until)
            return False
        invoice = build()
        self.changes.append(credit_change(self.snapshot, invoice, what=what, why=why))
        self.notices += invoice.notices
        self.credits.append(planned(invoice, self.snapshot.invoice))
        return True

    def adopt(self, what: str, found: HogiaInvoice) -> None:
        reference = credit_reference(self.snapshot.shop, self.snapshot.order.id, what)
        self.changes.append(
            AdoptCredit(
                key=credit_key(self.entity, what),
                sequence_id=sequence_id(self.snapshot.connection.hogia.organization_id, reference),
                invoice=found,
            )
        )

    def _found(self, what: str) -> HogiaInvoice | None:
        reference = credit_reference(self.snapshot.shop, self.snapshot.order.id, what)
        there = [credit for credit in self.snapshot.credits if credit.reference == reference]
        standing = living(there)
        numbers = ", ".join(str(credit.number or credit.id) for credit in standing or there)
        if len(standing) > 1:
            raise Rejected(
                "CREDIT_DUPLICATED",
                f"Hogia has several credits of the same refund: {numbers}. Cancel all but one there and release the order.",
                subject=self.entity,
            )
        if there and not standing:
            raise Rejected(
                "CREDIT_CANCELLED_IN_HOGIA",
                f"credit {numbers} was cancelled in Hogia. Discard the refund here, or make a new credit there.",
                subject=self.entity,
            )
        return standing[0] if standing else None

    def _by_hand(self, amount: Decimal | None) -> HogiaInvoice | None:
        """The one credit of this amount that no refund has yet: a person was quicker than we."""
        if amount is None:
            return None
        adopted = {change.invoice.id for change in self.changes if isinstance(change, AdoptCredit)}
        free = [
            credit
            for credit in living(self.snapshot.credits)
            if not named(self.snapshot, credit) and credit.id not in adopted and -credit.gross == amount
        ]
        if not free:
            return None
        self.notice(
            "CREDIT_MADE_BY_HAND",
            f"Credit {free[0].number or free[0].id} of {amount} was made by hand in Hogia and taken for this refund; none was made.",
        )
        return free[0]

    def _read_back(self, what: str, known: KnownEffect) -> None:
        """A credit that was made and not read back yet is compared with what was decided."""
        found = next((credit for credit in self.snapshot.credits if credit.id == known.external_id), None)
        if found is None:
            return  # the entry waits for it
        if known.amount and -found.gross != Decimal(known.amount) and found.status is not InvoiceStatus.CANCELLED:
            raise Rejected(
                "ENGINE_MISMATCH",
                f"Hogia computed credit {found.number or found.id} as {-found.gross} instead of {known.amount}. Nothing was paid back. Look at it in "
                "Hogia; cancel it there, or make a correct one and discard this.",
                subject=self.entity,
            )
        self.adopt(what, found)
