"""Texts of the connection file with fields in braces: which fields they name, and filling them in. Nothing but plain fields is allowed."""

from __future__ import annotations

import string
from collections.abc import Collection, Mapping


def unknown_fields(template: str, known: Collection[str]) -> tuple[str, ...]:
    """What stands in braces and is no field; a brace that is not closed counts as `{`. Widths and conversions (`{id:>9}`) are no fields."""
    try:
        parts = list(string.Formatter().parse(template))
    except ValueError:
        return ("{",)
    named = [
        (name, f"{{{name}{'!' + conversion if conversion else ''}{':' + spec if spec else ''}}}")
        for _, name, spec, conversion in parts
        if name is not None
    ]
    return tuple(written for name, written in named if written != f"{{{name}}}" or name not in known)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The text with its fields filled in. Raises ValueError for what is no field."""
    unknown = unknown_fields(template, values)
    if unknown:
        raise ValueError(unknown[0])
    return template.format(**values)
