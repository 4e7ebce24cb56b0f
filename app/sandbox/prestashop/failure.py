"""An answer that is not data, and the sentences PrestaShop writes in it (prestashop.md 2)."""

from __future__ import annotations

from collections.abc import Sequence


class Refusal(Exception):  # noqa: N818 - an answer, not a fault of the simulator
    """PrestaShop's error document: a status and one or more (code, message)."""

    def __init__(self, status: int, *errors: tuple[int, str]) -> None:
        super().__init__(f"{status}: {errors}")
        self.status = status
        self.errors = errors


class Crash(Exception):  # noqa: N818 - as above
    """An exception that PrestaShop does not catch: 500, text/html, empty body (8.2.1 prints a sentence)."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


def distance(one: str, other: str) -> int:
    """Levenshtein distance."""
    previous = list(range(len(other) + 1))
    for row, left in enumerate(one, start=1):
        current = [row]
        for column, right in enumerate(other, start=1):
            current.append(min(previous[column] + 1, current[-1] + 1, previous[column - 1] + (left != right)))
        previous = current
    return previous[-1]


def did_you_mean(status: int, sentence: str, word: str, known: Sequence[str], code: int) -> Refusal:
    """The refusal that guesses: the nearest known word (the last of equals) and the full list."""
    nearest = min(enumerate(known), key=lambda pair: (distance(word, pair[1]), -pair[0]))[1]
    listed = ", ".join(f'"{name}"' for name in known)
    return Refusal(status, (code, f'{sentence}. Did you mean: "{nearest}"? The full list is: {listed}'))
