"""Writes TOML, as far as a connection file needs it: texts, numbers, booleans, lists, tables and lists of tables."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

BARE = re.compile(r"[A-Za-z0-9_-]+")


def dumps(document: Mapping[str, Any]) -> str:
    """The document as TOML 1.0. None is left out: TOML has no word for it."""
    return "\n".join(_table(document, ())) + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    inner: list[tuple[str, Any]] = []
    for name, value in table.items():
        if value is None:
            continue
        if isinstance(value, Mapping) or _is_tables(value):
            inner.append((name, value))
        else:
            yield f"{_key(name)} = {_value(value)}"
    for name, value in inner:
        here = (*path, name)
        dotted = ".".join(_key(part) for part in here)
        for each in [value] if isinstance(value, Mapping) else value:
            body = list(_table(each, here))
            yield ""
            yield f"[{dotted}]" if isinstance(value, Mapping) else f"[[{dotted}]]"
            yield from body


def _is_tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _text(name)


def _text(text: str) -> str:
    # JSON's escapes are TOML's; only DEL is a control character to TOML alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(_value(entry) for entry in value)}]"
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{_key(name)} = {_value(entry)}' for name, entry in value.items() if entry is not None)} }}"
    return _text(str(value))
