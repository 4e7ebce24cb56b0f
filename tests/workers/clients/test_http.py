"""The manners every client shares."""

import asyncio
import inspect

import httpx
import pytest

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown
from workers.clients.http import MAYBE_SENT, NEVER_SENT, NOT_SENDABLE, Http, sorted_error

# Bases are never raised themselves; the others say that we used httpx wrongly and are faults of ours.
BASES = {
    httpx.HTTPError,
    httpx.RequestError,
    httpx.TransportError,
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.ProtocolError,
    httpx.StreamError,
}
OURS = {httpx.HTTPStatusError, httpx.StreamConsumed, httpx.StreamClosed, httpx.ResponseNotRead, httpx.RequestNotRead}
SORTED = (*NEVER_SENT, *NOT_SENDABLE, *MAYBE_SENT)


def every_exception() -> set[type[Exception]]:
    """What httpx exports, and every subclass of it."""
    found: set[type[Exception]] = set()
    waiting = [thing for thing in vars(httpx).values() if inspect.isclass(thing) and issubclass(thing, Exception)]
    while waiting:
        kind = waiting.pop()
        if kind not in found:
            found.add(kind)
            waiting += kind.__subclasses__()
    return found


def made(kind: type[Exception]) -> Exception:
    return kind("x")


class CountingGate:
    def __init__(self) -> None:
        self.entered = 0
        self.left: list[bool] = []

    async def enter(self) -> None:
        self.entered += 1

    async def leave(self, *, healthy: bool) -> None:
        self.left.append(healthy)


class ClosedGate(CountingGate):
    async def enter(self) -> None:
        self.entered += 1
        raise Transient("RESTING", "The shop rests.", retry_after=30)


class Neighbour:
    """Answers in turn; an exception is raised in the transport. The last answer is repeated."""

    def __init__(self, *answers: httpx.Response | Exception) -> None:
        self.answers = list(answers)
        self.calls = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        if isinstance(answer, Exception):
            raise answer
        return answer


def by_status(request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
    match response.status_code:
        case 200:
            return None
        case 400:
            return Rejected("REFUSED", "No.")
        case 503:
            wait = response.headers.get("retry-after")
            return Transient("UNAVAILABLE", "Later.", retry_after=float(wait) if wait else None)
        case _:
            return Unknown("OUTCOME_UNKNOWN", "Perhaps.")


async def send(neighbour, method: str = "GET", *, gate=None, **settings: object) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.MockTransport(neighbour)) as client:
        http = Http(client, destination="the shop", sort=by_status, gate=gate, **settings)
        return await http.send(client.build_request(method, "https://shop.example/api"))


def test_every_exception_of_httpx_is_sorted():
    unsorted = {kind for kind in every_exception() if kind not in BASES | OURS and not issubclass(kind, SORTED)}

    assert unsorted == set()


def test_no_exception_of_httpx_is_sorted_twice():
    assert len(set(SORTED)) == len(SORTED)
    assert all(sum(issubclass(kind, group) for group in (NEVER_SENT, NOT_SENDABLE, MAYBE_SENT)) == 1 for kind in SORTED)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("kind", NEVER_SENT)
def test_what_was_never_sent_is_transient(kind, method):
    assert type(sorted_error(made(kind), method=method, destination="the shop")) is Transient


@pytest.mark.parametrize("kind", MAYBE_SENT)
def test_a_read_without_answer_is_transient_and_a_write_unknown(kind):
    assert type(sorted_error(made(kind), method="GET", destination="the shop")) is Transient
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert type(sorted_error(made(kind), method=method, destination="the shop")) is Unknown


@pytest.mark.parametrize("kind", NOT_SENDABLE)
def test_an_address_that_cannot_be_called_is_misconfigured(kind):
    assert type(sorted_error(made(kind), method="POST", destination="the shop")) is Misconfigured


@pytest.mark.parametrize("kind", SORTED)
async def test_no_exception_of_httpx_comes_through(kind):
    with pytest.raises(OrderbroError):
        await send(Neighbour(made(kind)), "POST")


async def test_a_read_is_retried_until_it_succeeds():
    neighbour = Neighbour(httpx.ReadTimeout("x"), httpx.Response(503), httpx.Response(200))

    response = await send(neighbour)

    assert response.status_code == 200
    assert neighbour.calls == 3


async def test_a_read_is_given_up_after_three_tries():
    neighbour = Neighbour(httpx.ConnectError("x"))

    with pytest.raises(Transient) as raised:
        await send(neighbour)

    assert raised.value.code == "UNREACHABLE"
    assert neighbour.calls == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("answer", [httpx.ReadTimeout("x"), httpx.ConnectError("x"), httpx.Response(503), httpx.Response(500)])
async def test_a_write_is_sent_once(answer, method):
    neighbour = Neighbour(answer)

    with pytest.raises(OrderbroError):
        await send(neighbour, method)

    assert neighbour.calls == 1


@pytest.mark.parametrize("error", [httpx.ReadTimeout("x"), httpx.WriteTimeout("x"), httpx.RemoteProtocolError("x")])
async def test_a_write_that_timed_out_is_unknown(error):
    with pytest.raises(Unknown) as raised:
        await send(Neighbour(error), "POST")

    assert raised.value.code == "OUTCOME_UNKNOWN"


async def test_a_write_that_never_left_is_transient():
    with pytest.raises(Transient):
        await send(Neighbour(httpx.ConnectTimeout("x")), "POST")


@pytest.mark.parametrize("wait", ["0", "7"])
async def test_retry_after_leaves_the_waiting_to_the_job(wait):
    neighbour = Neighbour(httpx.Response(503, headers={"Retry-After": wait}))

    with pytest.raises(Transient) as raised:
        await send(neighbour)

    assert raised.value.retry_after == float(wait)
    assert neighbour.calls == 1


async def test_what_a_person_must_mend_is_not_retried():
    neighbour = Neighbour(httpx.Response(400))

    with pytest.raises(Rejected):
        await send(neighbour)

    assert neighbour.calls == 1


async def test_a_redirect_is_never_followed():
    neighbour = Neighbour(httpx.Response(302, headers={"Location": "https://elsewhere.example/"}))

    with pytest.raises(Unknown):
        await send(neighbour)

    assert neighbour.calls == 1


async def test_a_closed_gate_lets_nothing_out():
    neighbour, gate = Neighbour(httpx.Response(200)), ClosedGate()

    with pytest.raises(Transient) as raised:
        await send(neighbour, gate=gate)

    assert raised.value.retry_after == 30
    assert (neighbour.calls, gate.entered, gate.left) == (0, 1, [])


@pytest.mark.parametrize(
    ("answer", "healthy"),
    [
        (httpx.Response(200), True),
        (httpx.Response(400), True),
        (httpx.Response(503, headers={"Retry-After": "7"}), False),
        (httpx.Response(500), False),
        (httpx.LocalProtocolError("x"), True),
    ],
)
async def test_the_gate_hears_how_each_call_went(answer, healthy):
    gate = CountingGate()

    await asyncio.gather(send(Neighbour(answer), gate=gate), return_exceptions=True)

    assert gate.left == [healthy]


async def test_each_try_passes_the_gate():
    gate = CountingGate()

    with pytest.raises(Transient):
        await send(Neighbour(httpx.ReadError("x")), gate=gate)

    assert gate.entered == 3
    assert gate.left == [False, False, False]


async def test_a_call_that_is_cancelled_still_leaves_the_gate():
    """Else a breaker would wait for ever for the answer to its one trial call."""
    gate, started = CountingGate(), asyncio.Event()

    async def hang(request: httpx.Request) -> httpx.Response:
        started.set()
        await asyncio.Event().wait()
        raise AssertionError

    call = asyncio.create_task(send(hang, gate=gate))
    await started.wait()
    call.cancel()
    await asyncio.wait([call])

    assert call.cancelled()
    assert gate.left == [False]


async def test_a_sorter_that_fails_still_leaves_the_gate():
    gate = CountingGate()

    def broken(request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
        raise RuntimeError("a fault of ours")

    async with httpx.AsyncClient(transport=httpx.MockTransport(Neighbour(httpx.Response(200)))) as client:
        http = Http(client, destination="the shop", sort=broken, gate=gate)
        with pytest.raises(RuntimeError):
            await http.send(client.build_request("GET", "https://shop.example/api"))

    assert len(gate.left) == 1


async def test_each_try_is_counted():
    calls: list[tuple[str, str]] = []

    with pytest.raises(Transient):
        await send(Neighbour(httpx.ReadError("x")), on_call=lambda destination, method: calls.append((destination, method)))

    assert calls == [("the shop", "GET")] * 3


async def test_messages_never_quote_the_foreign_error():
    with pytest.raises(Transient) as raised:
        await send(Neighbour(httpx.ConnectError("GET https://key@shop.example failed")))

    assert "key@" not in str(raised.value)
