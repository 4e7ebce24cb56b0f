"""OCR references with length digit and check digit (accounting.md 12, variant 3)."""


def ocr(number: int) -> str:
    """4711 → 471169: the number, the whole length modulo 10, and the Luhn digit."""
    base = f"{number}{(len(str(number)) + 2) % 10}"
    total = 0
    for place, digit in enumerate(reversed(base)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return f"{base}{-total % 10}"
