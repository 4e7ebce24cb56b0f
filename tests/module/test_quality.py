"""PHPUnit, code sniffer, mess detector, and the module on the oldest and the newest PHP that it is for."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.module.tools import HERE, MODULE, ROOT, mariadb, run, tool, wasm

pytestmark = pytest.mark.module

PHPUNIT = ("-c", HERE / "php" / "phpunit.xml")

# What PHP 7.2 does not know => the version that brought it.
NEWER_SYNTAX = {
    "7.3 trailing comma in a call": "f(1, 2,);",
    "7.3 indented heredoc": "$a = <<<A\n    x\n    A;",
    "7.4 arrow function": "$a = fn($x) => $x;",
    "7.4 typed property": "class A { public int $x = 1; }",
    "7.4 null coalescing assignment": "$a ??= 1;",
    "7.4 unpacking in an array": "$a = [...$b];",
    "7.4 numeric separator": "$a = 1_000;",
    "8.0 match": "$a = match (1) { 1 => 2 };",
    "8.0 nullsafe operator": "$a = $b?->c;",
    "8.0 named argument": "f(a: 1);",
    "8.0 promoted property": "class A { public function __construct(private $x) {} }",
    "8.0 union type": "function f(int|string $a) {}",
    "8.0 catch without a variable": "try {} catch (Exception) {}",
    "8.0 throw as an expression": "$a = $b ?? throw new Exception();",
    "8.1 enumeration": "enum A { case B; }",
    "8.1 readonly property": "class A { public readonly int $x; }",
    "8.1 first class callable": "$a = strlen(...);",
    "8.3 typed constant": "class A { const int X = 1; }",
}
FAULTS_OF_CODE = {
    "an undefined variable": "function f() { return $nothing; }",
    "an unused variable": "function f() { $unused = 1; return 2; }",
    "an unused private method": "class A { private function never() { return 1; } }",
    "an unused private property": "class A { private $never = 1; }",
    "a swallowed exception": "function f() { try { g(); } catch (\\Exception $e) { } }",
    "an error that is silenced": "function f() { return @file('x'); }",
    "an assignment in a condition": "function f($a) { if ($a = 1) { return 2; } return 3; }",
    "a key twice in an array": "function f() { return ['a' => 1, 'a' => 2]; }",
    "code that is never reached": "function f() { return 1; return 2; }",
    "this in a static function": "class A { public static function f() { return $this->x; } }",
    "output for debugging": "function f($a) { var_dump($a); return $a; }",
    "eval": "function f($a) { return eval($a); }",
    "unserialize": "function f($a) { return unserialize($a); }",
    "weak randomness": "function f() { return mt_rand(); }",
    "a program that is started": "function f($a) { return shell_exec($a); }",
    "waiting": "function f() { sleep(1); return 1; }",
}


def test_phpunit_is_content_with_the_module_on_sqlite() -> None:
    result = run("phpunit", *PHPUNIT)

    assert result.returncode == 0, result.stdout
    assert "OK (" in result.stdout


def test_phpunit_is_content_with_the_outbox_on_mariadb() -> None:
    with mariadb() as source:
        result = run("phpunit", *PHPUNIT, "--filter", "OutboxTest|DeliveryTest|InstallationTest", environment={"MODULE_TEST_DSN": source})

    assert result.returncode == 0, result.stdout
    assert "OK (" in result.stdout


def test_requests_that_write_the_same_rows_while_they_are_taken_away_never_fail_on_mariadb() -> None:
    """What a deadlock is: four requests and a delivery on ten orders, as fast as they can."""
    contention = HERE / "php" / "contention.php"
    with mariadb() as source, ThreadPoolExecutor() as pool:
        assert run("php", contention, source, "install").returncode == 0
        writers = [pool.submit(run, "php", contention, source, "write", 2) for _ in range(4)]
        delivery = pool.submit(run, "php", contention, source, "deliver", 2)
        results = [each.result() for each in (*writers, delivery)]

    assert [result.returncode for result in results] == [0] * 5, results
    assert all(int(result.stdout) > 0 for result in results)


def test_the_code_sniffer_finds_nothing() -> None:
    result = run("phpcs", "-q", f"--standard={HERE / 'phpcs.xml'}", MODULE, HERE / "php")

    assert result.returncode == 0, result.stdout


def test_the_mess_detector_finds_nothing() -> None:
    result = run("phpmd", MODULE, "text", HERE / "phpmd.xml")

    assert (result.returncode, result.stdout.strip()) == (0, ""), result.stdout


def test_both_find_faults_where_there_are_some(tmp_path: Path) -> None:
    for number, code in enumerate(FAULTS_OF_CODE.values()):
        (tmp_path / f"fault{number}.php").write_text(f"<?php\n\nnamespace Fault{number};\n\n{code}\n")

    sniffed = run("phpcs", "-q", "--report=json", f"--standard={HERE / 'phpcs.xml'}", tmp_path).stdout
    messy = run("phpmd", tmp_path, "text", HERE / "phpmd.xml").stdout

    form = (
        "PSR12",
        "PSR1.",
        "PSR2.",
        "Squiz.ControlStructures",
        "Squiz.Functions",
        "Squiz.WhiteSpace",
        "Generic.WhiteSpace",
        "Generic.Files",
    )
    found = {
        Path(file).name
        for file, report in json.loads(sniffed)["files"].items()
        if any(not message["source"].startswith(form) for message in report["messages"])
    } | {Path(line.split(":")[0]).name for line in messy.splitlines() if line}
    missed = [name for number, name in enumerate(FAULTS_OF_CODE) if f"fault{number}.php" not in found]
    assert missed == []


@pytest.mark.parametrize("version", ["7-2", "8-4"])
def test_the_module_works_on_the_oldest_and_the_newest_php(version: str) -> None:
    result = run("node", HERE / "php" / "level.mjs", wasm(), version, ROOT)

    assert result.returncode == 0, result.stdout
    assert result.stdout.startswith(f"PHP {version.replace('-', '.')}."), result.stdout


def test_the_module_works_on_the_php_of_this_machine() -> None:
    result = run("php", HERE / "php" / "level.php")

    assert result.returncode == 0, result.stdout


def test_syntax_that_the_oldest_php_does_not_know_is_found() -> None:
    samples = json.dumps({name: f"<?php {code}" for name, code in NEWER_SYNTAX.items()} | {"7.2": "<?php function f(?int $a): void {}"})

    result = run("node", HERE / "php" / "level.mjs", wasm(), "7-2", ROOT, samples)

    assert set(json.loads(result.stdout)) == set(NEWER_SYNTAX)


def test_a_missing_tool_is_a_failure() -> None:
    with pytest.raises(Exception, match="not installed"):
        tool("a-tool-that-nobody-has")
