"""The zip: what is in it, that it is the same every time, and what it agrees about with the rest of the product."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from app.sandbox.prestashop.sender import EVENTS
from app.settings import Settings
from mappers.check_shop import READ
from mappers.prestashop.webhook import KINDS
from tests.module.tools import MODULE, ROOT, run

pytestmark = pytest.mark.module


@pytest.fixture
def builder() -> ModuleType:
    """deploy/prestashop/build.py, loaded anew."""
    spec = importlib.util.spec_from_file_location("orderbro_build", ROOT / "deploy" / "prestashop" / "build.py")
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def php(code: str) -> Any:
    """What an expression of the module's PHP is."""
    result = run("php", "-r", f"require '{MODULE}/autoload.php'; echo json_encode({code});")
    assert result.returncode == 0, result.stdout
    return json.loads(result.stdout)


def test_one_command_builds_a_zip_of_one_folder(tmp_path: Path) -> None:
    result = run("python3", ROOT / "deploy" / "prestashop" / "build.py", tmp_path)

    archive = Path(result.stdout.strip())
    names = zipfile.ZipFile(archive).namelist()
    assert archive == tmp_path / "orderbro-1.0.0.zip"
    assert {name.split("/")[0] for name in names} == {"orderbro"}
    assert {"orderbro/orderbro.php", "orderbro/logo.png", "orderbro/LICENSE", "orderbro/translations/sv.php"} <= set(names)
    assert names == sorted(names)


def test_the_same_sources_make_the_same_bytes(builder: ModuleType, tmp_path: Path) -> None:
    first = builder.build(tmp_path / "first")
    for path in MODULE.rglob("*"):
        path.touch()

    second = builder.build(tmp_path / "second")

    assert hashlib.sha256(first.read_bytes()).digest() == hashlib.sha256(second.read_bytes()).digest()


def test_what_is_unpacked_works(builder: ModuleType, tmp_path: Path) -> None:
    """The tests' own PHP around the unpacked module instead of the one in the repository."""
    with zipfile.ZipFile(builder.build(tmp_path)) as archive:
        archive.extractall(tmp_path / "deploy" / "prestashop")
    shutil.copytree(ROOT / "tests" / "module" / "php", tmp_path / "tests" / "module" / "php")

    result = run("php", tmp_path / "tests" / "module" / "php" / "level.php")

    assert result.returncode == 0, result.stdout


def test_versions_that_differ_stop_the_build(builder: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(MODULE, tmp_path / "orderbro")
    configuration = tmp_path / "orderbro" / "config.xml"
    configuration.write_text(configuration.read_text().replace("1.0.0", "1.0.1"))
    builder.VERSIONS = tuple((tmp_path / "orderbro" / path.relative_to(MODULE), pattern) for path, pattern in builder.VERSIONS)

    with pytest.raises(builder.BuildError, match=r"1\.0\.0, 1\.0\.1"):
        builder.build(tmp_path)


def test_a_file_that_does_not_belong_there_stops_the_build(builder: ModuleType, tmp_path: Path) -> None:
    shutil.copytree(MODULE, tmp_path / "orderbro")
    (tmp_path / "orderbro" / ".env").write_text("SECRET=1")
    builder.MODULE, builder.ROOT = tmp_path / "orderbro", tmp_path

    with pytest.raises(builder.BuildError, match="does not belong"):
        builder.build(tmp_path)


# What two sides have to agree about ----------------------------------------------------------------------------------------------------


def test_the_module_tells_the_types_that_the_service_reads() -> None:
    assert php("Orderbro\\Notice::KINDS") == {name: kind.value for name, kind in KINDS.items()}


def test_the_key_may_do_what_a_check_of_the_connection_asks_for() -> None:
    granted = php("Orderbro\\Permissions::all('9.1.4')")

    wanted = {(resource, "GET") for resource in READ} | {
        ("messages", "GET"),
        ("orders", "PATCH"),
        ("order_histories", "POST"),
        ("order_carriers", "GET"),
        ("order_carriers", "PATCH"),
    }
    assert wanted <= {(resource, method) for resource, methods in granted.items() for method in methods}


def test_nothing_that_the_books_rest_on_may_be_deleted() -> None:
    granted = php("Orderbro\\Permissions::all('9.1.4')")

    assert [resource for resource, methods in granted.items() if "DELETE" in methods] == ["specific_prices"]
    assert not any("PUT" in methods for methods in granted.values())


def test_only_a_prestashop_without_patch_is_given_put_and_never_on_orders() -> None:
    granted = php("Orderbro\\Permissions::all('1.7.8.11')")

    assert [resource for resource, methods in granted.items() if "PUT" in methods] == [
        "combinations",
        "order_carriers",
        "products",
        "specific_prices",
        "stock_availables",
    ]


def test_the_sandbox_reads_the_same_hooks() -> None:
    hooks = php("Orderbro\\HookReader::HOOKS")

    assert set(EVENTS) <= set(hooks)


def test_a_clock_is_named_as_the_reason_within_what_the_service_allows() -> None:
    assert php("Orderbro\\Verdict::CLOCK_SECONDS") < Settings(_env_file=None).webhook_tolerance_seconds
