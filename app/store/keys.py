"""Every key name in the system. One hash tag, `{ob}`, keeps all of them in one slot.

Scripts spell the same names in Lua: `LUA` is put in front of each of them, and a test compares the two.
The executor's own keys (`arq:job:…`) are arq's constants and carry no tag.
"""

from __future__ import annotations

PREFIX = "{ob}:"

QUEUE = PREFIX + "queue"
EVENTS = PREFIX + "events"
DUE = PREFIX + "due"
LEASES = PREFIX + "leases"
PARKED = PREFIX + "parked"
EFFECTS = PREFIX + "effects"
AUDIT = PREFIX + "audit"
BORN = PREFIX + "born"
CONNECTIONS = PREFIX + "connections"
API_KEYS = PREFIX + "api-keys"
WORKERS = PREFIX + "workers"
COUNTERS = PREFIX + "counters"
DEADLINES = PREFIX + "deadlines"
DEADLINE_RECORDS = PREFIX + "deadline-records"
RECHECKS = PREFIX + "payment-rechecks"


def event(event_id: str) -> str:
    return f"{PREFIX}event:{event_id}"


def events_by(field: str, value: str) -> str:
    """Index of events: `status`, `connection`, `shop`, `kind`, `entity`, `type` or `code`."""
    return f"{PREFIX}events:{field}:{value}"


def pending(entity: str) -> str:
    """Events of an entity that no run has settled yet, by generation."""
    return f"{PREFIX}pending:{entity}"


def mark(entity: str) -> str:
    return f"{PREFIX}mark:{entity}"


def story(entity: str) -> str:
    return f"{PREFIX}story:{entity}"


def parked(entity: str) -> str:
    return f"{PREFIX}parked:{entity}"


def effect(key: str) -> str:
    return f"{PREFIX}effect:{key}"


def effects_by(field: str, value: str) -> str:
    """Index of effects: `state` or `entity`."""
    return f"{PREFIX}effects:{field}:{value}"


def link(name: str) -> str:
    return f"{PREFIX}link:{name}"


def connection(key: str) -> str:
    return f"{PREFIX}connection:{key}"


def shop(key: str) -> str:
    return f"{PREFIX}shop:{key}"


def api_key(key_id: str) -> str:
    return f"{PREFIX}api-key:{key_id}"


def watermark(owner: str, resource: str) -> str:
    return f"{PREFIX}watermark:{owner}:{resource}"


def cache(owner: str, name: str) -> str:
    return f"{PREFIX}cache:{owner}:{name}"


def index(owner: str, name: str) -> str:
    """A local index of the other side's records: contacts, articles."""
    return f"{PREFIX}index:{owner}:{name}"


def feeds_asked(connection: str) -> str:
    return f"{PREFIX}feeds-asked:{connection}"


def bucket(destination: str) -> str:
    return f"{PREFIX}bucket:{destination}"


def breaker(destination: str) -> str:
    return f"{PREFIX}breaker:{destination}"


def lock(name: str) -> str:
    return f"{PREFIX}lock:{name}"


def reply(request_id: str) -> str:
    return f"{PREFIX}reply:{request_id}"


def worker(worker_id: str) -> str:
    return f"{PREFIX}worker:{worker_id}"


def sweep(name: str) -> str:
    return f"{PREFIX}sweep:{name}"


def replay(replay_id: str) -> str:
    return f"{PREFIX}replay:{replay_id}"


LUA = f"""
local P = '{PREFIX}'
local function k_event(id) return P .. 'event:' .. id end
local function k_events_by(f, v) return P .. 'events:' .. f .. ':' .. v end
local function k_pending(e) return P .. 'pending:' .. e end
local function k_mark(e) return P .. 'mark:' .. e end
local function k_story(e) return P .. 'story:' .. e end
local function k_parked(e) return P .. 'parked:' .. e end
local function k_effect(k) return P .. 'effect:' .. k end
local function k_effects_by(f, v) return P .. 'effects:' .. f .. ':' .. v end
local function k_link(n) return P .. 'link:' .. n end
local K_QUEUE, K_EVENTS, K_DUE = P .. 'queue', P .. 'events', P .. 'due'
local K_LEASES, K_PARKED, K_EFFECTS = P .. 'leases', P .. 'parked', P .. 'effects'
"""
