"""Secrets at rest: unreadable without the key, readable through a rotation, and never over another's key file."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from app.settings import Settings
from app.store.seal import Seal, open_seal, write_private
from mappers.errors import Misconfigured


def test_sealed_text_comes_back_and_is_not_readable() -> None:
    sealed = Seal("one key").seal("hemligt")

    assert "hemligt" not in sealed
    assert Seal("one key").unseal(sealed) == "hemligt"


def test_another_key_is_told() -> None:
    sealed = Seal("one key").seal("hemligt")

    with pytest.raises(Misconfigured) as error:
        Seal("another").unseal(sealed)

    assert error.value.code == "SECRET_KEY_WRONG"
    assert "hemligt" not in str(error.value)


def test_rotation_unseals_both_and_seals_with_the_first() -> None:
    old = Seal("old").seal("hemligt")
    both = Seal("new, old")

    assert both.unseal(old) == "hemligt"
    assert Seal("new").unseal(both.seal("hemligt")) == "hemligt"


def test_fingerprints_of_persons_stay_the_same_through_a_rotation() -> None:
    assert Seal("new, old").hash_key == Seal("old").hash_key
    assert Seal("new").hash_key != Seal("old").hash_key


def test_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data", _env_file=None)

    sealed = open_seal(settings).seal("hemligt")

    assert open_seal(settings).unseal(sealed) == "hemligt"
    assert stat.S_IMODE((tmp_path / "data" / "secret.key").stat().st_mode) == 0o600


def test_shared_redis_without_a_key_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as error:
        open_seal(Settings(data_dir=tmp_path, redis_url="redis://somewhere:6379", _env_file=None))

    assert error.value.code == "SECRET_KEY_MISSING"


def test_private_file_is_never_written_over(tmp_path: Path) -> None:
    write_private(tmp_path / "key", "first")

    with pytest.raises(FileExistsError):
        write_private(tmp_path / "key", "second")

    assert (tmp_path / "key").read_text() == "first\n"
