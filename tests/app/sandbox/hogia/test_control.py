from decimal import Decimal


async def test_faults_are_read_and_set(api, state):
    answer = await api.http.post("/_faults", json={"read_lag_seconds": 60.5, "error_shape": "html"})

    assert answer.status_code == 200
    assert (state.switches.read_lag_seconds, state.switches.error_shape) == (60.5, "html")
    assert (await api.http.get("/_faults")).json()["read_lag_seconds"] == 60.5


async def test_unknown_fault_is_refused(api):
    answer = await api.http.post("/_faults", json={"gremlins": 3})

    assert (answer.status_code, answer.json()["message"]) == (400, "no switch is called 'gremlins'")


async def test_clock_is_stopped_moved_and_released(api):
    stopped = await api.http.post("/_faults", json={"clock": "2026-03-01T12:00:00"})
    moved = await api.http.post("/_faults", json={"clock_advance_seconds": 61})
    released = await api.http.post("/_faults", json={"clock": None})

    assert stopped.json()["clock"] == "2026-03-01T11:00:00.000Z"
    assert moved.json()["clock"] == "2026-03-01T11:01:01.000Z"
    assert released.json()["clock"] == "2026-02-03T09:00:00.000Z"


async def test_log_has_requests_without_bodies(api, words):
    await api.post("/contacts", {"number": "SECRET"}, version=3)

    entries = (await api.http.get("/_log")).json()

    last = entries[-1]
    assert (last["method"], last["path"].rsplit("/", 1)[1], last["status"]) == ("POST", "contacts", 400)
    assert "version=3" in last["query"]
    assert "SECRET" not in str(entries)
    assert not any(each["path"].startswith("/_") for each in entries)


async def test_summary_of_invoices(api, state, words):
    await api.invoice(words.line("100"), words.line("100", account=3002), invoiceReference="PS:1:1:INV", customerOrderNumber="ABC")
    state.register_payment("PS:1:1:INV", amount=Decimal(100))

    (found,) = words.json_of(await api.http.get("/_invoices"))

    assert (found["number"], found["invoiceReference"], found["customerNumber"]) == (1001, "PS:1:1:INV", "PS1-1")
    assert (found["gross"], found["vat"], found["paid"]) == (237, {"25": 25, "12": 12}, 100)


async def test_reset_empties_the_books_and_keeps_the_switches(api, state, words):
    state.switches.stock_writable = True
    await api.invoice(words.line())

    await api.http.post("/_reset")

    assert (await api.http.get("/_invoices")).json() == []
    assert state.switches.stock_writable is True
    assert (await api.get("/currencies")).status_code == 401


async def control(api, act, **arguments):
    return await api.http.post(f"/_control/{act}", json=arguments)


async def test_persons_acts_are_reachable_over_http(api, state, words):
    line = {"invoiceLine": {"description": "Row", "unitPrice": 100, "quantity": 2, "salesAccountNumber": 3001}}
    made = (await control(api, "make_invoice", customer_number="PS1-1", lines=[line], invoiceReference="HAND")).json()

    billed = await control(api, "bill", which="HAND")
    delivered = await control(api, "deliver", which=billed.json()["invoiceHeader"]["invoiceNumber"], pieces={"0": 1}, carrier="DHL")
    paid = await control(api, "register_payment", which="HAND", amount=100, on="2026-02-03")
    credited = await control(api, "credit", which="HAND", pieces={"0": "1"})

    assert (made["isBilled"], billed.json()["isBilled"]) == (False, True)
    assert delivered.json()["delivery"]["state"] == "partial"
    assert paid.json()["amountPaid"] == 100
    assert credited.json()["grossAmount"] == -125


async def test_stock_is_changed_over_http(api, state):
    await control(api, "add_article", number="MUG", price="80.00", stock=10)

    await control(api, "sell_in_till", article="MUG", pieces=3)
    counted = await control(api, "change_stock", article="MUG", on_hand=5)

    assert counted.json()["onHand"] == 5


async def test_sale_in_the_till_needs_the_cash_register(api, state):
    state.organisation.modules.remove("CashRegister")
    state.add_article("MUG", stock=Decimal(1))

    answer = await control(api, "sell_in_till", article="MUG")

    assert answer.status_code == 409


async def test_unknown_act_and_impossible_arguments_are_refused(api):
    unknown = await control(api, "dance")
    impossible = await control(api, "bill", whom="HAND")
    missing = await control(api, "bill", which="HAND")

    assert (unknown.status_code, impossible.status_code, missing.status_code) == (404, 400, 404)


async def test_helper_articles_stand_on_their_accounts(api):
    await control(api, "add_helper_articles")

    accounts = {each["number"]: each["salesAccounts"][0]["number"] for each in await api.read("/articles")}

    assert accounts == {"fraktavg": 3520, "expavg": 3540, "rabatt": 3001}
