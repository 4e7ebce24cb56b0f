"""Who may ask: webservice keys, their permissions and shops (prestashop.md 2, errors; 3)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.sandbox.prestashop.failure import Refusal, did_you_mean
from app.sandbox.prestashop.schema import resource_names

READS = frozenset({"GET", "HEAD"})
FORBIDDEN_METHODS = {"stock_availables": {"POST", "DELETE"}}
REALM = 'Basic realm="Welcome to PrestaShop Webservice, please enter the authentication key as the login. No password required."'


def knows_patch(version: str) -> bool:
    """PATCH came with PrestaShop 8. What 1.7 answers to it is read in its source, never seen on a running shop."""
    return not version.startswith("1.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What a webservice key may do: resource -> methods."""

    methods: Mapping[str, frozenset[str]] = field(default_factory=dict)
    active: bool = True
    shops: tuple[int, ...] | None = None  # None: every shop

    @classmethod
    def everything(cls, version: str, *, active: bool = True, shops: tuple[int, ...] | None = None) -> Permissions:
        """All methods on all resources."""
        verbs = READS | {"POST", "PUT", "DELETE"} | ({"PATCH"} if knows_patch(version) else set())
        return cls(methods=dict.fromkeys(resource_names(version), verbs), active=active, shops=shops)

    @classmethod
    def only(cls, methods: Mapping[str, Iterable[str]], *, active: bool = True, shops: tuple[int, ...] | None = None) -> Permissions:
        """These methods, given as `{"orders": ("GET", "HEAD")}`."""
        return cls(methods={name: frozenset(verbs) for name, verbs in methods.items()}, active=active, shops=shops)


class Unauthorized(Exception):  # noqa: N818 - an answer, not a fault of the simulator
    """401 in one of its two shapes: without a key plain text, with a wrong one PrestaShop's document."""

    def __init__(self, *errors: tuple[int, str]) -> None:
        super().__init__(str(errors))
        self.errors = errors


def key_of(authorization: str, parameters: Mapping[str, str]) -> str:
    """The key of a request: `ws_key`, or the user of HTTP Basic; "" without one."""
    if parameters.get("ws_key"):
        return parameters["ws_key"]
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(encoded).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def permissions_of(key: str, keys: Mapping[str, Permissions]) -> Permissions:
    """What the key may do; raises Unauthorized."""
    if not key:
        raise Unauthorized
    if len(key) != 32:
        raise Unauthorized((18, "Invalid authentication key format"))
    found = keys.get(key)
    if found is None or not found.active:
        raise Unauthorized((20, "Authentification key is not active"), (21, "No permission for this authentication key"))
    return found


class UnknownShop(Exception):  # noqa: N818 - as above
    """A shop id that PrestaShop answers with a redirect to the front page."""


def shops_of(parameters: Mapping[str, str], shops: tuple[int, ...], granted: tuple[int, ...] | None) -> tuple[int, ...]:
    """The shops a request is about: the default one, one, a group's or all. Raises Refusal or UnknownShop."""
    if "id_group_shop" in parameters:
        if parameters["id_group_shop"] != "1":
            raise Refusal(500, (999, "This group shop doesn't have shops"))
        asked = shops
    elif "id_shop" not in parameters:
        asked = shops[:1]
    elif parameters["id_shop"] == "all":
        asked = shops
    elif parameters["id_shop"].isdigit():
        asked = (int(parameters["id_shop"]),)
        if asked[0] not in shops:
            raise UnknownShop
    else:
        raise Refusal(404, (999, "This shop id does not exist"))
    if granted is not None and not set(asked) & set(granted):
        raise Refusal(403, (132, "No permission for this key on this shop"))
    return asked


def check_use(name: str, method: str, permissions: Permissions, version: str) -> None:
    """Whether resource and method exist and are granted; raises Refusal."""
    if name not in resource_names(version):
        raise did_you_mean(400, f'Resource of type "{name}" does not exists', name, resource_names(version), 27)
    if not permissions.methods.get(name):
        raise Refusal(401, (26, f'Resource of type "{name}" is not allowed with this authentication key'))
    if method == "PATCH" and not knows_patch(version):
        raise Refusal(405, (23, f"Method {method} is not valid"))
    if method in FORBIDDEN_METHODS.get(name, ()):
        raise Refusal(405, (101, f"Method {method} is not allowed for the resource {name}"))
    if method not in permissions.methods[name]:
        raise Refusal(405, (25, f"Method {method} is not allowed for the resource {name} with this authentication key"))
