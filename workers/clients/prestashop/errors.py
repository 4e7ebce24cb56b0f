"""What a shop's answer means, sorted once: PrestaShop's own code first, then the status (facts: prestashop.md 2, "Errors").

302                        → Misconfigured   the host is not the shop's domain, or the shop does not exist
401 without a code         → Misconfigured   the key did not arrive
codes of the key           → Misconfigured   18, 20, 21, 25, 26, 132
22, 999, 27                → Misconfigured   webservice off, unknown shop, unknown resource
23                         → Misconfigured   a method that this version does not know (PATCH before PrestaShop 8; read in its source)
85                         → Rejected        a value that PrestaShop finds not valid, with the field's name
2–15                       → data when there is some; else Misconfigured: PHP prints its warnings
other codes                → Rejected        this call or its data
404, empty, one entity     → no problem      it does not exist
200, empty, to DELETE      → no problem      it is gone
429, 503                   → Transient       with Retry-After
other 5xx, 408, a page     → Transient for a read, Unknown for a write (a crash of PHP leaves half-done data)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from mappers.errors import Misconfigured, OrderbroError, Rejected, Transient, Unknown
from workers.clients.http import READS
from workers.clients.prestashop.reading import Answer, Problem, read_answer

PHP_WARNINGS = range(2, 16)
SPOKEN = re.compile(r"(?:[Pp]roperty \w+->|parameter \")(\w{1,64})")  # a field's name, the only part of a message that is repeated
ANSWER = "orderbro.prestashop.answer"  # where the parsed body is kept, so that it is read once
RESOURCE = "orderbro.prestashop.resource"  # what a request asked for
ENTITY = "orderbro.prestashop.entity"  # True: for one entity by its id


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A family, a stable code and a sentence; `{shop}`, `{resource}`, `{method}`, `{number}` and `{field}` are filled in."""

    family: type[Misconfigured | Rejected]
    code: str
    sentence: str


WHERE = "In PrestaShop: Advanced Parameters > Webservice"
_KEY_REFUSED = Verdict(
    family=Misconfigured,
    code="SHOP_KEY_REFUSED",
    sentence=f"{{shop}} does not know the webservice key, or it is switched off. {WHERE}, check that the key is there and enabled.",
)
_CALL_REFUSED = Verdict(
    family=Rejected,
    code="SHOP_CALL_REFUSED",
    sentence="{shop} does not accept this call to {resource} (PrestaShop's error {number}). Its version differs from what Orderbro knows: "
    "report it with PrestaShop's version.",
)
_DATA_REFUSED = Verdict(
    family=Rejected,
    code="SHOP_DATA_REFUSED",
    sentence="{shop} refused the data for {resource} (PrestaShop's error {number}{field}). Correct it and try again.",
)
_SHOP_UNKNOWN = Verdict(
    family=Misconfigured,
    code="SHOP_ID_UNKNOWN",
    sentence="{shop} has no shop with the configured id_shop. In PrestaShop: Advanced Parameters > Multistore lists them.",
)

BY_CODE: dict[int, Verdict] = {
    18: Verdict(
        family=Misconfigured,
        code="SHOP_KEY_MALFORMED",
        sentence=f"The webservice key of {{shop}} does not have 32 characters. {WHERE}, copy the key again.",
    ),
    20: _KEY_REFUSED,
    21: _KEY_REFUSED,
    22: Verdict(
        family=Misconfigured,
        code="SHOP_WEBSERVICE_OFF",
        sentence=f"The webservice of {{shop}} is switched off. {WHERE}, set 'Enable PrestaShop's webservice' to yes.",
    ),
    23: Verdict(
        family=Misconfigured,
        code="SHOP_METHOD_UNKNOWN",
        sentence="{shop} does not know {method}: its PrestaShop is older than version 8 and takes no such change of {resource}.",
    ),
    25: Verdict(
        family=Misconfigured,
        code="SHOP_KEY_LACKS_METHOD",
        sentence=f"The webservice key of {{shop}} lacks {{method}} on {{resource}}. {WHERE}, tick it on the key.",
    ),
    26: Verdict(
        family=Misconfigured,
        code="SHOP_KEY_LACKS_RESOURCE",
        sentence=f"The webservice key of {{shop}} has no access to {{resource}}. {WHERE}, tick it on the key.",
    ),
    27: Verdict(
        family=Misconfigured,
        code="SHOP_RESOURCE_UNKNOWN",
        sentence="{shop} has no resource {resource}: its PrestaShop version does not offer it.",
    ),
    32: _CALL_REFUSED,
    33: _CALL_REFUSED,
    34: _CALL_REFUSED,
    35: _CALL_REFUSED,
    38: _CALL_REFUSED,
    39: _CALL_REFUSED,
    85: Verdict(
        family=Rejected,
        code="SHOP_VALUE_REFUSED",
        sentence="{shop} does not take the value for {resource}{field}: PrestaShop finds it not valid (error {number}). Correct it where it "
        "comes from, and it is sent again.",
    ),
    87: Verdict(
        family=Rejected, code="SHOP_ENTITY_MISSING", sentence="{shop} no longer has this entry of {resource}; it was deleted there."
    ),
    92: Verdict(
        family=Rejected, code="SHOP_ENTITY_MISSING", sentence="{shop} no longer has this entry of {resource}; it was deleted there."
    ),
    101: _CALL_REFUSED,
    131: Verdict(
        family=Rejected,
        code="SHOP_ENTITY_MISSING",
        sentence="{shop} does not offer this entry of {resource}; another shop of the installation does.",
    ),
    127: _CALL_REFUSED,
    132: Verdict(
        family=Misconfigured,
        code="SHOP_KEY_LACKS_SHOP",
        sentence=f"The webservice key of {{shop}} is not valid for the configured id_shop. {WHERE}, associate the key with that shop.",
    ),
    999: _SHOP_UNKNOWN,
}
BY_STATUS: dict[int, Verdict] = {
    400: _DATA_REFUSED,
    401: Verdict(
        family=Misconfigured,
        code="SHOP_KEY_NOT_RECEIVED",
        sentence="The webservice key did not reach {shop}. Let its web server pass on the Authorization header (Apache with PHP-FPM: "
        "'CGIPassAuth On' or a RewriteRule that sets HTTP_AUTHORIZATION), and check that no password protects the site.",
    ),
    403: Verdict(
        family=Misconfigured,
        code="SHOP_BLOCKED",
        sentence="Something in front of {shop} forbids the call (403). Allow Orderbro's address in its firewall or security service for /api.",
    ),
    404: Verdict(
        family=Misconfigured,
        code="SHOP_WEBSERVICE_NOT_FOUND",
        sentence="There is no webservice at the address of {shop}. Check the address and its path; behind nginx /api needs a rewrite rule, or "
        "configure the address as …/webservice/dispatcher.php?url=.",
    ),
    405: Verdict(
        family=Misconfigured,
        code="SHOP_METHOD_BLOCKED",
        sentence="The web server of {shop} does not allow {method}. Allow it for /api.",
    ),
    410: Verdict(
        family=Misconfigured,
        code="SHOP_WEBSERVICE_NOT_FOUND",
        sentence="There is no webservice at the address of {shop}. Check the address.",
    ),
}


def sorter(shop: str) -> Callable[[httpx.Request, httpx.Response], OrderbroError | None]:
    """The `sort` of this shop's `Http`. A usable answer is left, parsed, in the response's extensions under `ANSWER`."""

    def sort(request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
        return _sort(f"The shop {shop}", request, response)

    return sort


def _sort(shop: str, request: httpx.Request, response: httpx.Response) -> OrderbroError | None:
    status = response.status_code
    if response.has_redirect_location or status in (301, 302, 303, 307, 308):
        if request.method not in READS:
            # A module that redirects in its hook (PayPal, Adyen) ends a state change like this, with or without effect (payments.md 1.6).
            return _unknown(shop, request, f"redirection {status}")
        return _wrong_domain(shop, request, response)
    if status == 404 and not response.content.strip() and request.extensions.get(ENTITY):
        response.extensions[ANSWER] = Answer(has_data=True)
        return None
    if status == 200 and (request.method == "HEAD" or RESOURCE not in request.extensions):
        return None
    if status in (200, 204) and request.method == "DELETE" and not response.content.strip():
        response.extensions[ANSWER] = Answer(has_data=True)
        return None
    try:
        answer = read_answer(response.content, response.headers.get("content-type", ""))
    except OrderbroError as error:
        return error if status < 300 and request.method in READS else _by_status(shop, request, response)
    only_warnings = all(problem.code in PHP_WARNINGS for problem in answer.problems)
    if answer.has_data and only_warnings and (status < 300 or (status == 500 and answer.problems)):
        response.extensions[ANSWER] = answer
        return None
    return _by_code(shop, request, response, answer.problems) or _by_status(shop, request, response)


def _by_code(shop: str, request: httpx.Request, response: httpx.Response, problems: tuple[Problem, ...]) -> OrderbroError | None:
    own = [problem for problem in problems if problem.code not in PHP_WARNINGS]
    known = next((problem for problem in own if problem.code in BY_CODE), None)
    if known is not None:
        return _spoken(BY_CODE[known.code], shop, request, known)
    is_read = request.method in READS
    if own:
        crashed = is_read and response.status_code >= 500
        return None if crashed else _spoken(_DATA_REFUSED, shop, request, own[0])
    if not problems:
        return None
    if not is_read:
        return _unknown(shop, request, f"warnings of its PHP, error {problems[0].code}")
    return Misconfigured(
        "SHOP_PHP_WARNINGS",
        f"{shop} answers {_resource(request)} with warnings of its PHP (error {problems[0].code}) instead of data. Switch off debug mode in "
        "PrestaShop under Advanced Parameters > Performance, and display_errors in PHP; a developer finds the cause in PHP's error log.",
    )


def _by_status(shop: str, request: httpx.Request, response: httpx.Response) -> OrderbroError:
    status = response.status_code
    if status == 429:
        return Transient("SHOP_BUSY", f"{shop} asks for fewer calls (429). They go on by themselves.", retry_after=retry_after(response))
    if status == 503:
        return Transient(
            "SHOP_UNAVAILABLE", f"{shop} is not available (503). It is tried again by itself.", retry_after=retry_after(response)
        )
    if status in BY_STATUS:
        return _spoken(BY_STATUS[status], shop, request, None)
    if 400 <= status < 500 and status != 408:
        return _spoken(_CALL_REFUSED, shop, request, Problem(code=status, message=""))
    if request.method not in READS:
        return _unknown(shop, request, f"status {status}")
    return Transient(
        "SHOP_ERROR",
        f"{shop} failed to answer {_resource(request)} (status {status}). It is tried again by itself; if it goes on, the shop's PHP error "
        "log tells why.",
        retry_after=retry_after(response),
    )


def _unknown(shop: str, request: httpx.Request, what: str) -> Unknown:
    return Unknown(
        "OUTCOME_UNKNOWN", f"{shop} failed in a {request.method} of {_resource(request)} ({what}); whether it was carried out is looked up."
    )


def _wrong_domain(shop: str, request: httpx.Request, response: httpx.Response) -> Misconfigured:
    try:
        target = httpx.URL(response.headers.get("location", ""))
    except httpx.InvalidURL:
        target = httpx.URL("")
    toward = f" It points to {target.scheme}://{target.netloc.decode('ascii')}." if target.host and target.host.isascii() else ""
    return Misconfigured(
        "SHOP_WRONG_DOMAIN",
        f"{shop} redirects instead of answering.{toward} The configured address must be exactly the shop's domain with https, www and port as "
        f"it is in PrestaShop under Shop Parameters > Traffic & SEO (called as {request.url.host}), and the configured id_shop must exist.",
    )


def _spoken(verdict: Verdict, shop: str, request: httpx.Request, problem: Problem | None) -> OrderbroError:
    named = SPOKEN.search(problem.message.replace("&gt;", ">")) if problem else None
    sentence = verdict.sentence.format(
        shop=shop,
        resource=_resource(request),
        method=request.method,
        number=problem.code if problem else "",
        field=f", field {named.group(1)}" if named else "",
    )
    return verdict.family(verdict.code, sentence[:1].upper() + sentence[1:])


def _resource(request: httpx.Request) -> str:
    return str(request.extensions.get(RESOURCE, "the webservice"))


def retry_after(response: httpx.Response) -> float | None:
    """Seconds from `Retry-After`, which holds seconds or a date; None without a readable one. A date is compared with the answer's own."""
    raw = response.headers.get("retry-after", "").strip()
    if raw.isdecimal() and len(raw) < 10:
        return float(raw)
    try:
        until = parsedate_to_datetime(raw)
        said = response.headers.get("date")
        now = parsedate_to_datetime(said) if said else datetime.now(UTC)
        return max(0.0, (until - now).total_seconds())
    except (ValueError, TypeError, IndexError):
        return None
