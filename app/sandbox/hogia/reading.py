"""Reads a JSON object field by field and collects every binding error before refusing it (shape 2 of hogia.md 1.6)."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.sandbox.hogia.clock import moment
from app.sandbox.hogia.errors import BindingError
from app.sandbox.hogia.wire import Json


class Reader:
    """`known` names the object's fields; others are errors unless `lenient`. Nested readers share the list of errors."""

    def __init__(
        self, source: Any, *, known: Iterable[str], lenient: bool = False, where: str = "", errors: dict[str, list[str]] | None = None
    ) -> None:
        self._where = where
        self._lenient = lenient
        self.errors: dict[str, list[str]] = {} if errors is None else errors
        self.source: Json = source if isinstance(source, dict) else {}
        if not isinstance(source, dict):
            self.refuse("", "The JSON value could not be converted to an object.")
        elif not lenient:
            for name in set(source) - set(known):
                self.refuse(name, f"'{name}' is not a field of this object.")

    def refuse(self, name: str, message: str) -> None:
        place = ".".join(part for part in (self._where, name) if part) or "$"
        self.errors.setdefault(place, []).append(message)

    def done(self) -> None:
        """Raise BindingError if anything was refused."""
        if self.errors:
            raise BindingError(self.errors)

    def has(self, name: str) -> bool:
        return self.source.get(name) is not None

    def text(self, name: str, *, required: bool = False, longest: int = 2000) -> str | None:
        value = self.source.get(name)
        if value is None or value == "":
            if required:
                self.refuse(name, f"The {name} field is required.")
            return None if value is None else ""
        if not isinstance(value, str):
            self.refuse(name, "The JSON value could not be converted to System.String.")
            return None
        if len(value) > longest:
            self.refuse(name, f"The field {name} must be a string with a maximum length of {longest}.")
        return value

    def word(self, name: str, words: Iterable[str], *, default: str | None = None) -> str | None:
        value = self.text(name)
        if value is None:
            return default
        if value not in words:
            self.refuse(name, f"'{value}' is not one of {', '.join(words)}.")
        return value

    def decimal(self, name: str, *, required: bool = False, places: int = 4, default: Decimal | None = None) -> Decimal | None:
        value = self.source.get(name)
        if value is None:
            if required:
                self.refuse(name, f"The {name} field is required.")
            return default
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.refuse(name, "The JSON value could not be converted to System.Decimal.")
            return default
        number = Decimal(value)
        if abs(number) >= Decimal("1e12"):
            self.refuse(name, f"The field {name} is too large.")
            return default
        if number != round(number, places):
            self.refuse(name, f"The field {name} must have at most {places} decimals.")
        return number

    def integer(self, name: str, *, required: bool = False) -> int | None:
        value = self.source.get(name)
        if value is None:
            if required:
                self.refuse(name, f"The {name} field is required.")
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(name, "The JSON value could not be converted to System.Int32.")
            return None
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.source.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self.refuse(name, "The JSON value could not be converted to System.Boolean.")
            return default
        return value

    def day(self, name: str, *, required: bool = False) -> date | None:
        value = self.source.get(name)
        if value is None:
            if required:
                self.refuse(name, f"The {name} field is required.")
            return None
        try:
            return datetime.fromisoformat(value).date()
        except (TypeError, ValueError):
            self.refuse(name, "The JSON value could not be converted to System.DateTime.")
            return None

    def moment(self, name: str) -> datetime | None:
        value = self.source.get(name)
        if value is None:
            return None
        try:
            return moment(value)
        except (TypeError, ValueError):
            self.refuse(name, "The JSON value could not be converted to System.DateTime.")
            return None

    def guid(self, name: str, *, required: bool = False) -> str | None:
        value = self.source.get(name)
        if value is None:
            if required:
                self.refuse(name, f"The {name} field is required.")
            return None
        try:
            return str(UUID(value))
        except (AttributeError, TypeError, ValueError):
            self.refuse(name, "The JSON value could not be converted to System.Guid.")
            return None

    def items(self, name: str) -> list[Any]:
        value = self.source.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(name, "The JSON value could not be converted to a list.")
            return []
        return value

    def inside(self, name: str, *, known: Iterable[str], required: bool = False) -> "Reader | None":
        """A reader of the object in field `name`; None where there is none."""
        if self.source.get(name) is None:
            if required:
                self.refuse(name, f"The {name} field is required.")
            return None
        return self.nested(self.source[name], known=known, at=name)

    def each(self, name: str, *, known: Iterable[str]) -> list["Reader"]:
        return [self.nested(value, known=known, at=f"{name}[{index}]") for index, value in enumerate(self.items(name))]

    def nested(self, source: Any, *, known: Iterable[str], at: str) -> "Reader":
        where = ".".join(part for part in (self._where, at) if part)
        return Reader(source, known=known, lenient=self._lenient, where=where, errors=self.errors)
