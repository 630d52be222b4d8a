"""Pushes boards into a Grafana that does not read our files. The only user of grafana-api."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from grafana_api.grafana_api import GrafanaClientError, GrafanaException
from grafana_api.grafana_face import GrafanaFace
from requests import RequestException

from grafana.board import FOLDERS, Folder
from schemas.errors import HubwatchError

Auth = str | tuple[str, str]
"""a token of a service account, or user and password"""

TOKEN, USER, PASSWORD = (f"HUBWATCH_GRAFANA_{name}" for name in ("TOKEN", "USER", "PASSWORD"))
NOT_FOUND = 404
TIMEOUT_SECONDS = 10.0


class PublishError(HubwatchError):
    """Grafana cannot be reached, or does not take what is sent."""

    code = "HW-1601"


def auth_of(environment: Mapping[str, str]) -> Auth:
    """What the environment holds to log in with. Raises PublishError when it holds nothing."""
    if token := environment.get(TOKEN):
        return token
    if environment.get(USER) and environment.get(PASSWORD):
        return environment[USER], environment[PASSWORD]
    raise PublishError(
        "no way to log in to Grafana",
        hint=f"set {TOKEN}, or {USER} and {PASSWORD}",
    )


def push(built: Mapping[str, str], url: str, auth: Auth) -> list[str]:
    """Creates or replaces every board by its uid, folders first; returns their addresses.

    `built` is what `boards.build` gives. Raises PublishError at the first refusal; what was pushed
    before stays, and pushing again is harmless.
    """
    face = _face(url, auth)
    by_key = {folder.key: folder for folder in FOLDERS}
    pushed: list[str] = []
    try:
        for folder in FOLDERS:
            _ensure(face, folder)
        for path, text in built.items():
            folder = by_key[path.partition("/")[0]]
            answer = face.dashboard.update_dashboard(
                {
                    "dashboard": json.loads(text) | {"id": None},
                    "folderUid": folder.uid,
                    "overwrite": True,
                    "message": "hubwatch boards push",
                }
            )
            pushed.append(f"{url.rstrip('/')}{answer['url']}")
    except GrafanaException as refused:
        raise _explained(refused, url) from refused
    except RequestException as unreachable:
        raise PublishError(
            f"no answer from {url}: {type(unreachable).__name__}",
            hint="check the address and that Grafana runs",
        ) from unreachable
    return pushed


def _face(url: str, auth: Auth) -> Any:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise PublishError(f"{url!r} is no address of a Grafana", hint="e.g. http://127.0.0.1:3000")
    path = parts.path.strip("/")
    return GrafanaFace(
        auth,
        host=parts.hostname,
        port=parts.port,
        protocol=parts.scheme,
        url_path_prefix=f"{path}/" if path else "",
        timeout=TIMEOUT_SECONDS,
    )


def _ensure(face: Any, folder: Folder) -> None:
    """The folder is there under its uid and has its title."""
    try:
        there = face.folder.get_folder(folder.uid)
    except GrafanaClientError as error:
        if error.status_code != NOT_FOUND:
            raise
        face.folder.create_folder(folder.title, folder.uid)
        return
    if there["title"] != folder.title:
        face.folder.update_folder(folder.uid, folder.title, overwrite=True)


def _explained(refused: GrafanaException, url: str) -> PublishError:
    hints = {
        400: "a board that Grafana reads from files cannot be pushed over: stop provisioning it",
        401: "the token or the password is wrong",
        403: "the account needs the role Editor, and folders: create",
        412: "another board has this uid or title in the folder",
    }
    hint = hints.get(refused.status_code, "see Grafana's log")
    return PublishError(f"{url} refuses: {refused.message}", hint=hint)
