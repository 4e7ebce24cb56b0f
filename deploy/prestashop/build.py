# ruff: noqa: INP001 - a script beside the module, not a package
"""`python deploy/prestashop/build.py [FOLDER]`: the installable zip of the PrestaShop module, `dist/orderbro-<version>.zip` by default.

The same sources make the same bytes: entries are sorted, their times are fixed.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
MODULE = HERE / "orderbro"
LICENCE = ROOT / "LICENSE"
SUFFIXES = frozenset({".php", ".tpl", ".xml", ".png"})
TIME = (2020, 1, 1, 0, 0, 0)  # of every entry
VERSIONS = (  # the three places that have to agree: PrestaShop reads two of them without running them
    (MODULE / "src" / "Version.php", re.compile(r"const MODULE = '([0-9.]+)';")),
    (MODULE / "orderbro.php", re.compile(r"\$this->version = '([0-9.]+)';")),
    (MODULE / "config.xml", re.compile(r"<version><!\[CDATA\[([0-9.]+)\]\]></version>")),
)


class BuildError(Exception):
    """The zip cannot be made; the message says why."""


def version() -> str:
    """The module's version. Raises BuildError when its files do not agree."""
    found: set[str] = set()
    for file, pattern in VERSIONS:
        match = pattern.search(file.read_text(encoding="utf-8"))
        if match is None:
            raise BuildError(f"{file.relative_to(ROOT)} names no version.")
        found.add(match.group(1))
    if len(found) != 1:
        raise BuildError(f"the module's files name different versions: {', '.join(sorted(found))}. Make them the same.")
    return found.pop()


def contents() -> list[tuple[str, Path]]:
    """Names in the zip with their files, sorted. Raises BuildError for a file that does not belong into a module."""
    files = sorted(path for path in MODULE.rglob("*") if path.is_file())
    for path in files:
        if path.suffix not in SUFFIXES:
            raise BuildError(f"{path.relative_to(ROOT)} does not belong into the module. Remove it.")
    named = [(f"orderbro/{path.relative_to(MODULE).as_posix()}", path) for path in files]
    return sorted([*named, ("orderbro/LICENSE", LICENCE)])


def build(folder: Path) -> Path:
    """Write the zip into a folder; answers its path."""
    target = folder / f"orderbro-{version()}.zip"
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in contents():
            entry = zipfile.ZipInfo(name, TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3  # Unix, wherever it is built
            archive.writestr(entry, path.read_bytes())
    return target


def main() -> int:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "dist"
    try:
        sys.stdout.write(f"{build(folder)}\n")
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
