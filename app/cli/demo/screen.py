"""What a demo prints: readable at 80 columns, in a pipe, and without colours."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import TextIOWrapper
from statistics import median

from rich.console import Console
from rich.table import Table
from rich.text import Text

from app.cli.demo.follow import Deed, Outcome
from app.cli.demo.verify import Difference, Sum
from app.sandbox.remote import Bill, Calls, Sale

NARROWEST = 60
MARKS = {"invoiced": ("→", "green"), "left": ("–", "yellow"), "parked": ("!", "red"), "waits": ("…", "yellow")}


STATES = {"4": "Shipped", "7": "Refunded"}  # those that the demo's rules set


def console() -> Console:
    """On the present standard output; characters that it cannot show are replaced."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False, emoji=False, markup=False)


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


class Screen:
    """Prints as things happen."""

    def __init__(self, out: Console) -> None:
        self._out = out
        self._width = max(out.width, NARROWEST)

    def say(self, text: str = "", *, style: str = "") -> None:
        """A sentence, folded between words."""
        self._out.print(Text(text, style=style))

    def title(self, text: str) -> None:
        self._out.print()
        self._out.print(Text(text, style="bold"))

    def command(self, text: str) -> None:
        """Something to copy: never folded."""
        self._out.print(Text(f"  {text}", style="cyan"), soft_wrap=True)

    def _line(self, mark: str, parts: str) -> None:
        sign, colour = MARKS[mark]
        text = Text("     ")
        text.append(sign, style=colour)
        text.append(f" {parts}")
        self._out.print(self._hanging(text))

    def _hanging(self, text: Text, indent: int = 7) -> Text:
        """Folded so that what follows stands under the beginning."""
        first, *rest = text.wrap(self._out, self._width - indent) if len(text) > self._width else [text]
        lines = [first]
        for line in rest:
            line.pad_left(indent)
            lines.append(line)
        for line in lines:
            line.rstrip()
        return Text("\n").join(lines)

    def order(self, description: str, sale: Sale, outcome: Outcome, bill: Bill | None, done: Sequence[Deed] = ()) -> None:
        """An order with its events, and what became of them; `done`: what was done after the invoice already."""
        heading = Text(f"{sale.id:3}  {description}", style="bold")
        heading.truncate(self._width, overflow="ellipsis")
        self._out.print(heading)
        kinds = Text(f"     {sale.reference}, {sale.state} · {_told(outcome.events)}", style="dim")
        self._out.print(self._hanging(kinds, 5))
        took = f"{outcome.milliseconds} ms"
        if bill is not None:
            rates = ", ".join(f"{rate} % {money(amount)}" for rate, amount in bill.vat.items())
            paid = "paid" if bill.left == 0 else f"{money(bill.paid)} paid, {money(bill.left)} left"
            self._line("invoiced", f"invoice {bill.number}  {money(bill.gross)} {bill.currency}  {paid}  {took}")
            self._out.print(self._hanging(Text(f"       VAT {rates}")))
        elif outcome.status == "failed":
            self._line("parked", f"parked  {outcome.code}  {took}")
        elif not outcome.settled:
            self._line("waits", f"waits  {outcome.code or outcome.status}")
        else:
            self._line("left", f"no invoice  {outcome.code}  {took}")
        for deed in done:
            self.deed(deed)
        if bill is not None and outcome.status == "failed":
            self._line("parked", f"parked  {outcome.code}")
        if (bill is None or outcome.status == "failed") and outcome.reason:
            self._out.print(self._hanging(Text(f"       {outcome.reason}")))

    def later(self, order: int, text: str) -> None:
        """What somebody did with an order after its invoice."""
        self._out.print(self._hanging(Text(f"{order:3}  {text}", style="bold"), 5))

    def later_deed(self, deed: Deed) -> None:
        """What Orderbro did about something that nobody announced here."""
        self.later(deed.order, _done(deed))

    def fact(self, text: str) -> None:
        """What one of the others says."""
        self._line("invoiced", text)

    def deed(self, deed: Deed, *, milliseconds: int | None = None) -> None:
        """What Orderbro did about it, and how long after the act."""
        self.fact(f"{_done(deed)}{f'  {milliseconds} ms' if milliseconds is not None else ''}")

    def waits(self, order: int, outcome: Outcome) -> None:
        """Temporary trouble: it comes again by itself."""
        self._line("waits", f"order {order} is tried again  {outcome.code}: {outcome.reason}")

    def differences(self, found: Sequence[Difference]) -> None:
        table = Table(title="Not as it should be", title_justify="left", title_style="bold red", width=min(self._width, 120))
        table.add_column("order", justify="right")
        table.add_column("difference", overflow="fold", ratio=1)
        for each in found:
            table.add_row(str(each.order or "–"), Text(each.text))
        self._out.print(table)

    def totals(self, found: Sequence[Sum]) -> None:
        table = Table(title_justify="left")
        for name in ("", "to invoice (shop)", "invoiced (Hogia)", "refunded (shop)", "credited (Hogia)", "difference"):
            table.add_column(name, justify="right" if name else "left")
        for each in found:
            amounts = (each.sold, each.invoiced, each.refunded, each.credited, each.difference)
            table.add_row(each.currency, *map(money, amounts))
        self._out.print(table)

    def summary(
        self, outcomes: Mapping[int, Outcome | None], *, invoices: int, credited: int, calls: Calls, equal: bool, seconds: float
    ) -> None:
        """Counts, sums and times of everything so far."""
        known = [outcome for outcome in outcomes.values() if outcome is not None]
        waiting = sum(outcome.status == "failed" for outcome in known)
        left = sum(outcome.status == "ignored" for outcome in known)
        times = [outcome.milliseconds for outcome in known if outcome.invoice_number]
        events = sum(len(outcome.events) for outcome in known)
        stand = f"{invoices} invoices, {credited} credits"
        self.say(f"{len(outcomes)} orders, {events} events: {stand}, {waiting} parked, {left} left alone; {seconds:.1f} s")
        self.say(f"All equal to the öre: {'yes' if equal else 'NO'}", style="bold green" if equal else "bold red")
        if times:
            self.say(f"From webhook to invoice: {median(times):.0f} ms in the middle, {max(times)} ms at most")
        self.say(f"Calls: {calls.shop} to the shop, {calls.hogia} to Hogia, {calls.klarna} to Klarna; {calls.too_many} were answered 429")


def _told(events: Sequence[str]) -> str:
    """Events by type: `order.created, order.updated ×2`."""
    return ", ".join(f"{kind} ×{events.count(kind)}" if events.count(kind) > 1 else kind for kind in dict.fromkeys(events))


def _done(deed: Deed) -> str:
    """A deed in words. A code that is not the ordinary one says why nothing had to be done."""
    words = {
        "capture": f"captured {deed.amount} {deed.currency}{' at Klarna' if deed.code == 'CAPTURED' else ''}",
        "tracking": f"tracking number {deed.number} in the shop",
        "order_state": f"order state {STATES.get(deed.number, '')} ({deed.number}) in the shop",
        "credit": f"credit invoice {deed.number}  -{deed.amount} {deed.currency}",
        "refund": f"refunded {deed.amount} {deed.currency} at Klarna",
    }
    usual = {"", "CAPTURED", "REFUNDED"}
    return words[deed.kind] + ("" if deed.code in usual else f" ({deed.code})")
