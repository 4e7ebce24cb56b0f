"""An order's invoice as Hogia prints it. A worker fetches it and leaves it sealed, for one reader and a minute: it names a person."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from app import queue
from app.operations.entities import connection_of, told
from app.store.redis import Store
from app.store.seal import Seal
from mappers.canonical import EntityKey

NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicePdf:
    number: str  # "" for an invoice without one
    content: bytes = field(repr=False)

    @property
    def file_name(self) -> str:
        """The invoice's number as a file's name, without what a header could misread."""
        number = NOT_IN_A_NAME.sub("", self.number)
        return f"invoice-{number}.pdf" if number else "invoice.pdf"


async def fetch(store: Store, seal: Seal, entity: EntityKey, *, new_id: Callable[[], str], seconds: float) -> InvoicePdf:
    """The PDF. Raises Missing SHOP_UNKNOWN, INVOICE_NONE or INVOICE_PDF_NONE, NoAnswer, and whatever the worker met."""
    await connection_of(store, entity.shop)
    answer = told(await queue.ask(store, queue.Task.PDF, str(entity), request_id=new_id(), seconds=seconds), what="the request for the PDF")
    return InvoicePdf(number=str(answer["number"]), content=base64.b64decode(seal.unseal(str(answer["pdf"]))))
