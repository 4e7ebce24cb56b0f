"""A small valid PDF of one page."""

from app.sandbox.hogia.wire import Json


def invoice_pdf(invoice: Json) -> bytes:
    """The invoice's number and what is to be paid, on one A4 page (PDF 1.4, Helvetica)."""
    header = invoice["invoiceHeader"]
    title = "Kreditfaktura" if invoice["amountToPay"] < 0 else "Faktura"
    code = invoice["currencyInfo"]["currency"]["code"]
    text = f"{title} {header['invoiceNumber'] or 'utkast'}   {header['invoiceDate']}   Att betala {invoice['amountToPay']} {code}"
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)").encode("cp1252", "replace")
    content = b"BT /F1 14 Tf 60 780 Td (" + escaped + b") Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
