"""What a benchmark says: named figures with one value per round, beside what was asked for, as a table and as JSON."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a figure is to reach."""

    value: float
    at_most: bool

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.value:g}"

    def is_met(self, value: float) -> bool:
        return value <= self.value if self.at_most else value >= self.value


def at_most(value: float) -> Target:
    return Target(value=value, at_most=True)


def at_least(value: float) -> Target:
    return Target(value=value, at_most=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One line of the table; `values` are the rounds' values, in their order."""

    name: str
    values: tuple[float, ...]
    unit: str = ""
    target: Target | None = None

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        """Of the median; empty for a figure without a target."""
        if self.target is None:
            return ""
        return "met" if self.target.is_met(self.median) else "MISSED"

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "unit": self.unit,
            "median": self.median,
            "lowest": min(self.values),
            "highest": max(self.values),
            "values": list(self.values),
            "target": str(self.target) if self.target else None,
            "verdict": self.verdict,
        }


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def written(value: float) -> str:
    """Three significant digits, whole numbers from a hundred on."""
    return f"{value:.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def table(figures: Sequence[Figure]) -> str:
    """Aligned columns: name, median, range over the rounds, unit, target, verdict."""
    rows = [("figure", "median", "range", "unit", "target", "")]
    for figure in figures:
        low, high = written(min(figure.values)), written(max(figure.values))
        spread = f"{low}–{high}" if low != high else ""
        rows.append((figure.name, written(figure.median), spread, figure.unit, str(figure.target or ""), figure.verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(6)]
    right = {1, 2}
    lines = []
    for row in rows:
        cells = [cell.rjust(width) if at in right else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
