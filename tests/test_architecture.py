"""The repository checks itself: what documents say is so, every setting and task is known on both sides, and the house rules hold.

What import-linter and ruff hold already (who imports whom, no clock in `mappers`) is only checked to be still asked of them.
"""

from __future__ import annotations

import ast
import functools
import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
from starlette.routing import Match, Route

from app.cli.main import app as command_line
from app.ingress.doors import ROUTES
from app.main import create_app
from app.queue import Task
from app.settings import Settings
from app.store.connections import read_document
from workers.main import FUNCTIONS

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("app", "workers", "mappers")
README, RUNBOOK, ENV = ROOT / "README.md", ROOT / "deploy" / "runbook.md", ROOT / "deploy" / "env.example"
DOCUMENTS = (README, *sorted((ROOT / "deploy").glob("*.md")))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
MOST_LINES = 300
LONG = {
    "app/store/lua.py": "the Lua of every transition: the scripts share their local functions and must agree with each other",
    "mappers/connection.py": "the whole connection file, its words and defaults: what a merchant looks up in one place",
    "mappers/flows/credit_money.py": "the money of a credit: refund, voucher, registration and release answer one question together",
    "mappers/flows/orders.py": "the decision about an order's invoice, read from top to bottom: its questions exclude each other",
    "workers/apply.py": "one coroutine for each change of an invoice, in one table that must be complete",
    "workers/clients/prestashop/client.py": "one class: the paging, the traps and the few writes of PrestaShop's webservice",
}
UNFINISHED = re.compile(r"\b(?:TODO|FIXME|XXX|HACK|NotImplementedError)\b")
CLOCK = frozenset({"now", "today", "utcnow"})
NO_CODES = frozenset({"FLUSHALL", "FLUSHDB"})  # Redis's words


def sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((ROOT / package).rglob("*.py"))]


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Settings --------------------------------------------------------------------------------------------------------------------------


def documented_in_env() -> dict[str, str | None]:
    """Setting → its default as text; None where it is commented out, which means unset."""
    found = re.findall(r"^(#?)(ORDERBRO_\w+)=(.*)$", ENV.read_text(), re.MULTILINE)
    return {name: None if commented and not value else value for commented, name, value in found}


def environment_name(field: str) -> str:
    return f"ORDERBRO_{field.upper()}"


def test_every_setting_is_documented_and_no_other() -> None:
    assert set(documented_in_env()) == {environment_name(field) for field in Settings.model_fields}


def test_the_documented_default_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in Settings.model_fields:
        monkeypatch.delenv(environment_name(field), raising=False)
    plain = Settings()
    for name, value in documented_in_env().items():
        if value is not None:
            monkeypatch.setenv(name, value)

    assert Settings() == plain


def test_a_setting_without_a_default_is_documented_as_unset() -> None:
    unset = {environment_name(name) for name, field in Settings.model_fields.items() if field.default is None}

    assert {name for name, value in documented_in_env().items() if value is None} == unset


# Tasks ------------------------------------------------------------------------------------------------------------------------------


def test_what_may_be_asked_of_a_worker_is_what_workers_do() -> None:
    assert set(FUNCTIONS) == set(Task)


# Documents --------------------------------------------------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        place, _, anchor = target.partition("#")
        if "://" in place:
            continue
        path = (document.parent / place).resolve() if place else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            dead.append(target)

    assert dead == []


def test_every_path_that_the_readme_names_exists() -> None:
    quoted = re.findall(r"`([^`\s]+)`", README.read_text())
    paths = [path for path in quoted if path.split("/")[0] in {*PACKAGES, "tests", "deploy"} and "/" in path]

    assert [path for path in paths if not (ROOT / path).exists()] == []


def commands(text: str) -> Iterator[list[str]]:
    """Every `orderbro …` in a code block or a code span, as words."""
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in (*lines, *spans):
        found = re.search(r"(?:^|&& |\$\(|(?:exec \w+ ))(?:uv run )?orderbro ([^)]*)", line)
        if found:
            yield shlex.split(found[1], comments=True)


@functools.cache
def command_tree() -> Any:
    return typer.main.get_command(command_line)


def mistake(words: list[str]) -> str:
    """What is wrong with a command; "" when the command line has it."""
    command = command_tree()
    rest = list(words)
    while hasattr(command, "commands"):
        if not rest or rest[0] == "…" or rest[0].startswith("--"):
            break
        word = rest.pop(0)
        command = command.get_command(None, word)
        if command is None:
            return f"no command {word}"
    known = {option for parameter in command.params for option in parameter.opts} | {"--help"}
    unknown = [word for word in rest if word.startswith("--") and word not in known]
    return f"no option {', '.join(unknown)}" if unknown else ""


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_command_in_a_document_exists_with_its_options(document: Path) -> None:
    found = list(commands(document.read_text()))

    assert len(found) > 10 or document not in {README, RUNBOOK}
    assert {" ".join(words): mistake(words) for words in found if mistake(words)} == {}


def routes() -> list[Route]:
    """The API's routes and the doors."""
    web = create_app(Settings(redis_url="redis://127.0.0.1:1", secret_key="not used"))
    return [*ROUTES, *(route for route in _flat(web.router.routes) if isinstance(route, Route))]


def _flat(found: Any) -> Iterator[Any]:
    for route in found:
        inner = getattr(route, "original_router", None)
        if inner is not None:
            yield from _flat(inner.routes)
        else:
            yield route


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_every_route_in_a_document_exists(document: Path) -> None:
    known = routes()
    text = document.read_text()
    spoken = re.findall(r"`(GET|POST|PUT|DELETE) (/[^\s`?…]*)[^`]*`", text)
    spoken += [
        ("POST" if "-X POST" in line else "GET", path) for line in text.splitlines() for path in re.findall(r"\$API(/[^\s\"?]*)", line)
    ]
    missing = []
    for method, path in spoken:
        filled = re.sub(r"\{[^}]*kind[^}]*\}", "order", path)
        filled = re.sub(r"\{[^}]*\}", "42", filled)
        scope = {"type": "http", "method": method, "path": filled, "headers": [], "root_path": ""}
        if not path.endswith("/") and not any(route.matches(scope)[0] is Match.FULL for route in known):
            missing.append(f"{method} {path}")

    assert spoken or document not in {README, RUNBOOK}
    assert missing == []


def codes() -> set[str]:
    """Every quoted UPPER_SNAKE word in the packages, the sandbox left out."""
    paths = [path for path in sources(*PACKAGES) if "sandbox" not in path.parts]
    return {word for path in paths for word in re.findall(r'"([A-Z][A-Z0-9_]+)"', path.read_text())}


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != README], ids=named)
def test_every_code_in_a_guide_exists(document: Path) -> None:
    spoken = {word for word in re.findall(r"`([A-Z][A-Z0-9_]+)`", document.read_text()) if word not in NO_CODES}
    settings = {environment_name(field) for field in Settings.model_fields}

    assert len(spoken) > 50 or document != RUNBOOK
    assert spoken - settings - codes() == set()


def test_every_health_reason_is_in_the_runbook() -> None:
    calls = (node for path in ("app/health.py", "app/store/redis.py") for node in ast.walk(tree(ROOT / path)) if isinstance(node, ast.Call))
    reasons: set[Any] = set()
    for call in calls:
        if isinstance(call.func, ast.Name) and call.func.id == "reason" and isinstance(call.args[0], ast.Constant):
            reasons.add(call.args[0].value)
        if isinstance(call.func, ast.Name) and call.func.id == "Durability":
            reasons |= {
                keyword.value.value for keyword in call.keywords if keyword.arg == "reason" and isinstance(keyword.value, ast.Constant)
            }
    spoken = set(re.findall(r"^\| `([A-Z_]+)` \| (?:critical|warning) \|", RUNBOOK.read_text(), re.MULTILINE))

    assert reasons - {"REDIS_UNCHECKED"} == spoken


def test_the_readme_measures_what_the_benchmarks_measure() -> None:
    (table,) = [node for node in ast.walk(tree(ROOT / "tests/bench/__main__.py")) if isinstance(node, ast.AnnAssign)][:1]
    assert isinstance(table.value, ast.Dict)
    known = {key.value for key in table.value.keys if isinstance(key, ast.Constant)}

    assert set(re.findall(r"python -m tests\.bench (\w+)`", README.read_text())) == known


class _Given(dict[str, str]):
    """An environment in which every name is set, to something that is base64."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> str:
        return "c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0"


def test_the_connection_file_in_the_readme_is_accepted() -> None:
    (block,) = re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)

    found = read_document(tomllib.loads(block), _Given())

    assert found.connection.key == "acme"
    assert [shop.key for shop in found.connection.shops] == ["acme-se"]


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) < 200


# Packages ---------------------------------------------------------------------------------------------------------------------------


def pins(lines: list[str]) -> Mapping[str, str]:
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==(\S+)", "\n".join(lines), re.MULTILINE))


def test_the_image_installs_the_tested_versions_by_hash() -> None:
    text = (ROOT / "deploy" / "requirements.txt").read_text()
    wanted = pins(PROJECT["tool"]["uv"]["constraint-dependencies"])
    installed = pins(text.splitlines())

    assert installed
    assert installed.items() <= wanted.items()
    assert len(installed) == len(re.findall(r"^\S+==[^\n]*\\\n +--hash=sha256:", text, re.MULTILINE))
    assert not re.search(r"https?://|file:|--(?:extra-)?index-url", text)


def test_every_direct_dependency_is_pinned() -> None:
    direct = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    names = {re.split(r"[\[<>=;! ]", each)[0] for each in direct}

    assert names <= set(pins(PROJECT["tool"]["uv"]["constraint-dependencies"]))


def test_the_image_is_built_from_what_is_there() -> None:
    lines = (ROOT / "deploy" / "Dockerfile").read_text().splitlines()
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1]]

    assert [path for path in copied if not (ROOT / path).exists()] == []
    assert any("--require-hashes -r deploy/requirements.txt" in line for line in lines)


# House rules ------------------------------------------------------------------------------------------------------------------------


def test_no_file_is_long_without_a_reason() -> None:
    long = {named(path) for path in sources(*PACKAGES) if len(path.read_text().splitlines()) > MOST_LINES}

    assert long == set(LONG), "add the reason to LONG, split the file, or take the reason out"


def test_nothing_is_left_to_do() -> None:
    assert [named(path) for path in sources(*PACKAGES) if UNFINISHED.search(path.read_text())] == []


def called(path: Path) -> Iterator[tuple[str, int]]:
    """What a file calls, by its last name, and where."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id if isinstance(node.func, ast.Name) else ""
            yield name, node.lineno


def test_mappers_make_no_float() -> None:
    assert [f"{named(path)}:{line}" for path in sources("mappers") for name, line in called(path) if name == "float"] == []


def test_mappers_ask_no_clock() -> None:
    assert [f"{named(path)}:{line}" for path in sources("mappers") for name, line in called(path) if name in CLOCK] == []


def test_the_linters_still_hold_what_mappers_may_not_import() -> None:
    contracts = PROJECT["tool"]["importlinter"]["contracts"]
    (thinking,) = [contract for contract in contracts if contract.get("source_modules") == ["mappers"]]
    banned = PROJECT["tool"]["ruff"]["lint"]["flake8-tidy-imports"]["banned-api"]
    exempt = PROJECT["tool"]["ruff"]["lint"]["per-file-ignores"]

    assert {"time", "random", "os", "secrets", "asyncio", "socket"} <= set(thinking["forbidden_modules"])
    assert {"datetime.datetime.now", "datetime.date.today", "uuid.uuid4", "random"} <= set(banned)
    assert [pattern for pattern in exempt if pattern.startswith(("mappers", "**"))] == []
