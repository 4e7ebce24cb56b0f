"""Contacts and their addresses (hogia.md 1.5, 3.4)."""

from uuid import uuid4

from app.sandbox.hogia.call import Call
from app.sandbox.hogia.errors import BusinessError, Code, MissingError
from app.sandbox.hogia.organisation import Organisation
from app.sandbox.hogia.reading import Reader
from app.sandbox.hogia.wire import Answer, Json

TEXTS = {
    "number": 20,
    "companyName": 100,
    "givenName": 50,
    "surName": 50,
    "identificationNumber": 20,
    "vatNumber": 20,
    "countryCode": 2,
    "country": 60,
    "language": 10,
}
CUSTOMER_TEXTS = {"eInvoiceReceiverEmail": 100, "invoiceReference": 100, "selectedCurrencyCode": 3, "glnNumber": 40}
ADDRESS_TEXTS = {"street": 100, "streetExtraLine": 100, "zipCode": 20, "city": 60, "country": 60, "region": 60, "name": 100}
BLOCK = ("id", "version", "rowVersion", "sequenceId", "organizationId", "createdBy", "createdDate", "updatedBy", "updatedDate")
# A body made from what was read may hold read-only fields: they are passed over.
CONTACT = frozenset({*TEXTS, *BLOCK, "contactTypes", "customer", "addresses", "contactChannels", "supplier", "businessType"}) | {
    *("isOrganization", "relations", "supplierPaymentMethods", "customerRutRotApplicants")
}
CUSTOMER = frozenset({*CUSTOMER_TEXTS, "paymentTerms", "isRutRot", "isActive", "isReverseCharge", "distributionMethod"}) | {
    *("rutRotType", "rutRotPropertyDescription", "rutRotBrfOrganizationNumber", "rutRotApartmentNumber", "eInvoicePartyId"),
    *("ediAddress", "customerDebtAccountNumber", "useDiscount", "discountPercent", "cfarNumber"),
}
ADDRESS = frozenset({*ADDRESS_TEXTS, *BLOCK, "addressType", "contactId"})
CHANNEL = frozenset({"value", "contactChannelType", "id"})
ADDRESS_TYPES = {1: "Postal", 2: "Billing", 3: "Shipping"}  # [A] numbers of hogia.md 3.4


def listed(call: Call) -> Answer:
    return call.many(call.org.contacts.select(upto=call.org.seen_until(), number=call.word("number")))


def one(call: Call) -> Answer:
    return call.one(call.seen(call.org.contacts, call.path["id"]))


def feed(call: Call) -> Answer:
    return call.feed(call.org.contacts)


def create(call: Call) -> Answer:
    body = call.body()
    return call.once("contacts", body, lambda: call.one(_saved(call, body, before=None), status=201))


def replace(call: Call) -> Answer:
    """PUT: what is left out becomes empty, except the lists, which stay."""
    before = call.at_version(call.org.contacts, call.path["id"])
    return call.one(_saved(call, call.body(), before=before))


def add_address(call: Call) -> Answer:
    body = call.body()

    def make() -> Answer:
        contact = call.org.contacts.current(call.path["id"])
        if contact is None:
            raise MissingError("Contact")
        reader = call.reader(body, ADDRESS)
        address = _address(reader, {"id": str(uuid4()), "version": 0})
        reader.done()
        return _with_address(call, contact, address, status=201)

    return call.once("addresses", body, make)


def replace_address(call: Call) -> Answer:
    contact = call.org.contacts.current(call.path["id"])
    address = next((each for each in (contact or {}).get("addresses", []) if each["id"] == call.path["address"]), None)
    if contact is None or address is None:
        raise MissingError("ContactAddress")
    call.check_version(address["version"])
    reader = call.reader(call.body(), ADDRESS)
    changed = _address(reader, address)
    reader.done()
    return _with_address(call, contact, changed)


def _with_address(call: Call, contact: Json, address: Json, *, status: int = 200) -> Answer:
    others = [each for each in contact["addresses"] if each["id"] != address["id"]]
    saved = call.org.contacts.save({**contact, "addresses": [*others, address]})
    block = {name: saved[name] for name in ("rowVersion", "organizationId", "createdBy", "createdDate", "updatedBy", "updatedDate")}
    return call.one({**block, **address, "contactId": contact["id"]}, status=status)


def _address(reader: Reader, before: Json) -> Json:
    kind = reader.integer("addressType", required=True)
    if kind is not None and kind not in ADDRESS_TYPES:
        reader.refuse("addressType", f"The value {kind} is not valid.")
    texts = {name: reader.text(name, longest=longest) for name, longest in ADDRESS_TEXTS.items()}
    return {"id": before["id"], "addressType": kind, **texts, "version": before["version"] + 1}


def _addresses(reader: Reader, before: list[Json]) -> list[Json]:
    known = {each["id"]: each for each in before}
    made = []
    for each in reader.each("addresses", known=ADDRESS):
        fresh = {"id": str(uuid4()), "version": 0}
        made.append(_address(each, known.get(each.guid("id") or "", fresh)))
    return made


def _channels(reader: Reader) -> list[Json]:
    return [
        {
            "id": str(uuid4()),
            "value": each.text("value", required=True),
            "contactChannelType": each.integer("contactChannelType", required=True),
        }
        for each in reader.each("contactChannels", known=CHANNEL)
    ]


def _customer(reader: Reader | None) -> Json | None:
    if reader is None:
        return None
    texts = {name: reader.text(name, longest=longest) for name, longest in CUSTOMER_TEXTS.items()}
    terms = reader.integer("paymentTerms")
    if terms is not None and not 0 <= terms <= 365:
        reader.refuse("paymentTerms", "The field paymentTerms must be between 0 and 365.")
    return {
        **texts,
        "paymentTerms": terms,
        "isActive": reader.flag("isActive", default=True),
        "isReverseCharge": reader.flag("isReverseCharge"),
        "isRutRot": reader.flag("isRutRot"),
        "distributionMethod": reader.integer("distributionMethod"),
        "customerDebtAccountNumber": 1510,
        "useDiscount": False,
        "discountPercent": 0,
    }


def _types(reader: Reader) -> list[int]:
    kinds = reader.items("contactTypes")
    if not kinds:
        reader.refuse("contactTypes", "The contactTypes field is required.")
    if any(isinstance(kind, bool) or not isinstance(kind, int) for kind in kinds):
        reader.refuse("contactTypes", "The JSON value could not be converted to System.Int32.")
    return kinds


def _saved(call: Call, body: Json, *, before: Json | None) -> Json:
    reader = call.reader(body, CONTACT)
    texts = {name: reader.text(name, longest=longest, required=name == "number") for name, longest in TEXTS.items()}
    if not texts["companyName"] and not (texts["givenName"] or texts["surName"]):
        reader.refuse("companyName", "A company name or a person's name is required.")
    made = {
        **(
            before
            or {"contactChannels": [], "addresses": [], "relations": [], "supplierPaymentMethods": [], "customerRutRotApplicants": []}
        ),
        **texts,
        "contactTypes": _types(reader),
        "customer": _customer(reader.inside("customer", known=CUSTOMER)),
        "supplier": None,
        "businessType": None,
        "isOrganization": bool(texts["companyName"]),
        "sequenceId": body.get("sequenceId"),
    }
    if "addresses" in body:
        made["addresses"] = _addresses(reader, before["addresses"] if before else [])
    channels = _channels(reader)
    if "contactChannels" in body and not call.org.switches.ignore_contact_channels:
        made["contactChannels"] = channels
    reader.done()
    _check(call.org, made)
    return call.org.contacts.save(made)


def _check(org: Organisation, contact: Json) -> None:
    number = contact["number"]
    other = org.contacts.find("number", number)
    if other is not None and other["id"] != contact.get("id"):
        raise BusinessError(Code.NUMBER_USED, f"A contact with number {number} exists already.", reference=number, source_hint="number")
    currency = (contact["customer"] or {}).get("selectedCurrencyCode")
    if currency and currency not in org.currencies:
        raise BusinessError(Code.CURRENCY_NOT_REGISTERED, f"Currency {currency} is not registered.", reference=currency)
