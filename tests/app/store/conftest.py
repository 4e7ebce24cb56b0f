"""A folder whose path is short enough for a server's socket."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def short_folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="ob-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)
