"""Who may send to the gateway: the owners of keys, or without keys only this machine."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path

from fastapi import Request

from streams.runtime.gateway.errors import RequestError
from streams.runtime.settings import SettingsError
from streams.site.entry import Entry, read_yaml
from streams.site.mistake import Mistake, one_of

PLATFORM = "platform"
"""owner of the key that Alertmanager sends"""
SHA256 = re.compile(r"[0-9a-f]{64}")


class Keys:
    """Hashes of keys by owner: departments and PLATFORM. None: there is no file of keys."""

    def __init__(self, hashes: Mapping[str, list[str]] | None) -> None:
        self._hashes = hashes

    @classmethod
    def read(cls, path: Path | None, departments: Iterable[str]) -> Keys:
        """Raises SettingsError with every mistake; no hash is shown, it may be a key by mistake."""
        if path is None:
            return cls(None)
        mistakes: list[Mistake] = []
        entry = read_yaml(path, mistakes)
        mistakes += _mistakes(entry, (*departments, PLATFORM))
        if mistakes:
            lines = "".join(
                f"\n  {path}:{found.line} {found.field}: must be {found.allowed}"
                for found in sorted(mistakes)
            )
            raise SettingsError(
                f"api_keys_file is no file of keys:{lines}",
                hint="docs/how-to/run-for-real.md shows one",
            )
        return cls(entry.data)

    def admit(self, request: Request, owner: str, key: str | None) -> None:
        """Raises RequestError unless it is a key of the owner; without keys, for other machines."""
        if self._hashes is None:
            if not _from_this_machine(request):
                raise RequestError(
                    "no keys are configured, so only this machine may send",
                    status=403,
                    hint="set HUBWATCH_API_KEYS_FILE for the gateway",
                )
        elif not key or not _opens(key, self._hashes.get(owner, [])):
            raise RequestError("the key does not open this", status=403)


def _mistakes(entry: Entry, owners: tuple[str, ...]) -> Iterator[Mistake]:
    for owner, hashes in entry.children():
        if owner not in owners:
            yield entry.mistake((owner,), one_of(owners, str(owner)))
        if not isinstance(hashes.data, list) or not hashes.data:
            yield entry.mistake((owner,), "a list of SHA-256 hashes, one a key")
            continue
        for index, written in enumerate(hashes.data):
            if not isinstance(written, str) or not SHA256.fullmatch(written):
                allowed = "a SHA-256 hash of a key, 64 digits 0-9 and a-f"
                yield entry.mistake((owner, index), allowed)


def _opens(key: str, hashes: list[str]) -> bool:
    given = hashlib.sha256(key.encode()).hexdigest()
    return any(hmac.compare_digest(known, given) for known in hashes)


def _from_this_machine(request: Request) -> bool:
    """A caller without an address, as on a unix socket or behind a proxy, may be from anywhere."""
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
