"""Pushing: folders first, then every board by its uid; refusals say what to do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from grafana.board import FOLDERS
from grafana.publish import PASSWORD, TOKEN, USER, PublishError, auth_of, push

BUILT = {
    "operations/hub.json": json.dumps({"uid": "hubwatch-hub", "title": "Hub"}),
    "platform/platform.json": json.dumps({"uid": "hubwatch-platform", "title": "Platform"}),
}


class Grafana(HTTPServer):
    """As much of Grafana's API as a push needs; it remembers folders and boards."""

    def __init__(self) -> None:
        self.folders: dict[str, str] = {}
        self.boards: dict[str, Any] = {}
        self.refuse: tuple[int, str] | None = None
        self.authorization = ""
        super().__init__(("127.0.0.1", 0), Answer)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Answer(BaseHTTPRequestHandler):
    server: Grafana

    def do_GET(self) -> None:
        uid = self.path.rpartition("/")[2]
        there = self.server.folders.get(uid)
        self.reply(200 if there else 404, {"uid": uid, "title": there, "message": "not found"})

    def do_PUT(self) -> None:
        self.server.folders[self.path.rpartition("/")[2]] = self.body()["title"]
        self.reply(200, {})

    def do_POST(self) -> None:
        self.server.authorization = self.headers["Authorization"]
        body = self.body()
        if self.path == "/api/folders":
            self.server.folders[body["uid"]] = body["title"]
            self.reply(200, body)
        elif self.server.refuse:
            status, message = self.server.refuse
            self.reply(status, {"message": message})
        else:
            assert body["folderUid"] in self.server.folders, "folders come first"
            assert body["overwrite"]
            self.server.boards[body["dashboard"]["uid"]] = body
            self.reply(200, {"url": f"/d/{body['dashboard']['uid']}"})

    def body(self) -> Any:
        return json.loads(self.rfile.read(int(self.headers["Content-Length"])))

    def reply(self, status: int, answer: Any) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  its name there
        pass


@pytest.fixture
def grafana() -> Iterator[Grafana]:
    with Grafana() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_folders_then_boards_and_again_without_harm(grafana: Grafana) -> None:
    for _ in range(2):
        assert push(BUILT, grafana.url, "secret") == [
            f"{grafana.url}/d/hubwatch-hub",
            f"{grafana.url}/d/hubwatch-platform",
        ]
    assert grafana.folders == {folder.uid: folder.title for folder in FOLDERS}
    assert grafana.boards["hubwatch-hub"]["folderUid"] == "hubwatch-folder-operations"
    assert grafana.authorization == "Bearer secret"


def test_a_renamed_folder_gets_its_title_back(grafana: Grafana) -> None:
    grafana.folders[FOLDERS[0].uid] = "renamed by hand"
    push(BUILT, grafana.url, ("user", "password"))
    assert grafana.folders[FOLDERS[0].uid] == FOLDERS[0].title
    assert grafana.authorization.startswith("Basic ")


@pytest.mark.parametrize(
    ("status", "hint"),
    [(400, "stop provisioning"), (401, "wrong"), (403, "Editor"), (412, "uid"), (500, "log")],
)
def test_a_refusal_says_what_to_do(grafana: Grafana, status: int, hint: str) -> None:
    grafana.refuse = (status, "no")
    with pytest.raises(PublishError, match=f"HW-1601.*→.*{hint}"):
        push(BUILT, grafana.url, "secret")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "grafana.example", "ftp://grafana"])
def test_an_address_without_grafana(url: str) -> None:
    with pytest.raises(PublishError, match="→"):
        push(BUILT, url, "secret")


def test_how_to_log_in_comes_from_the_environment() -> None:
    assert auth_of({TOKEN: "t", USER: "u", PASSWORD: "p"}) == "t"
    assert auth_of({USER: "u", PASSWORD: "p"}) == ("u", "p")
    with pytest.raises(PublishError, match=TOKEN):
        auth_of({USER: "u"})
