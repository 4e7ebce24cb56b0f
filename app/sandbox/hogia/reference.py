"""Reference data (hogia.md 1.4 rows 10–16, 3.12) and the organisation itself (design.md 7)."""

from datetime import date

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.chart import DIMENSION_TYPES
from app.sandbox.hogia.errors import BindingError, MissingError
from app.sandbox.hogia.wire import Answer, Json

STATES = {"active": (True,), "inactive": (False,), "all": (True, False)}


def organization(call: Call) -> Answer:
    org = call.org
    return call.one(
        {"id": org.id, "name": org.name, "organizationNumber": org.number, "vatRegNumber": _vat_number(org.number), "modules": org.modules}
    )


def _vat_number(number: str) -> str:
    return f"SE{number.replace('-', '')}01"


def currencies(call: Call) -> Answer:
    return call.many(list(call.org.currencies.values()))


def vat_codes(call: Call) -> Answer:
    number = call.number("number")
    return call.many([each for each in call.org.vat_codes.values() if number in (None, each["vatCode"])], bare_when_single=True)


def vat_settings(call: Call) -> Answer:
    return call.many(call.org.vat_settings)


def dimensions(call: Call) -> Answer:
    kind = (call.word("dimensionType") or call.word("type") or "").lower()
    number, text = call.word("number"), (call.word("searchText") or "").lower()
    state = _state(call, "dimensionState")
    return call.many(
        [
            each
            for each in call.org.dimensions
            if (not kind or each["type"] == DIMENSION_TYPES.get(kind))
            and number in (None, each["number"])
            and text in each["name"].lower()
            and each["isActive"] in state
        ]
    )


def years(call: Call) -> Answer:
    return call.many(sorted(call.org.years.values(), key=lambda year: str(year["startDate"])))


def year_by_date(call: Call) -> Answer:
    try:
        found = call.org.year_of(date.fromisoformat(call.path["date"]))
    except ValueError:
        raise BindingError({"date": [f"The value '{call.path['date']}' is not valid."]}) from None
    if found is None:
        raise MissingError("FinancialYear")
    return call.one(found)


def accounts(call: Call) -> Answer:
    """Accounts of a year by number; inactive ones only with `accountState=All`."""
    chart = call.org.accounts.get(call.path["year"])
    if chart is None:
        raise MissingError("FinancialYear")
    number, low, high = call.number("number"), call.number("minNumber"), call.number("maxNumber")
    state = _state(call, "accountState")
    found = [
        each
        for at, each in sorted(chart.items())
        if number in (None, at) and at >= (low or 0) and (high is None or at <= high) and each["isActive"] in state and _named(call, each)
    ]
    start, count = call.number("start") or 0, call.number("count")
    return call.many(found[start:] if count is None else found[start : start + count], bare_when_single=True)


def _named(call: Call, account: Json) -> bool:
    text = (call.word("searchParameter") or "").lower()
    return text in str(account["name"]).lower() or text in str(account["number"])


def _state(call: Call, name: str) -> tuple[bool, ...]:
    word = call.word(name) or "Active"
    if word.lower() not in STATES:
        raise BindingError({name: [f"The value '{word}' is not valid."]})
    return STATES[word.lower()]
