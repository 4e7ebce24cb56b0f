"""Secrets at rest: sealed with `ORDERBRO_SECRET_KEY`, readable by whoever has it and by nobody who has only Redis.

Several keys, comma-separated, allow rotation: the first seals, all unseal (Fernet's MultiFernet). A key may be any text; what is used is
its SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.settings import Settings
from mappers.errors import Misconfigured


class Seal:
    """Seals and unseals texts."""

    def __init__(self, secret_key: str) -> None:
        texts = [part.strip() for part in secret_key.split(",") if part.strip()]
        digests = [hashlib.sha256(part.encode()).digest() for part in texts]
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
        self._hash_key = hmac.digest(digests[-1], b"orderbro fingerprints", "sha256")

    def seal(self, text: str) -> str:
        return self._fernet.encrypt(text.encode()).decode()

    def unseal(self, sealed: str) -> str:
        """Raises Misconfigured when it was sealed with a key that is not given any more."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken:
            raise Misconfigured(
                "SECRET_KEY_WRONG",
                "the stored secrets were sealed with another ORDERBRO_SECRET_KEY. Give that key again, or apply the connection files anew.",
            ) from None

    @property
    def hash_key(self) -> bytes:
        """A key for fingerprints of personal data (the oldest given key's, so that rotation does not change them)."""
        return self._hash_key


def open_seal(settings: Settings) -> Seal:
    """The seal of these settings. Without a key one is made in the data directory, readable by its owner only.

    Raises Misconfigured when Redis is a shared one and no key is given: another process could not read what this one seals.
    """
    if settings.secret_key is not None:
        return Seal(settings.secret_key.get_secret_value())
    path = settings.data_dir / "secret.key"
    if not path.exists():
        if settings.redis_url is not None and not settings.redis_url.startswith("unix:"):
            raise Misconfigured(
                "SECRET_KEY_MISSING",
                "ORDERBRO_SECRET_KEY is not set. With ORDERBRO_REDIS_URL every process needs the same key; "
                "make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
            )
        write_private(path, secrets.token_urlsafe(32))
    return Seal(path.read_text().strip())


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read; never over an existing one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text + "\n")
