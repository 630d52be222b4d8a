"""Jars come from the lock: fetched whole, verified each time, refused when different."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from streams.runtime.servers.errors import ChecksumError, DownloadError, ServerError
from streams.runtime.servers.jars import Download, Jar, cache_dir, fetch_jars, read_lock
from streams.runtime.servers.lock import LEFT_OUT, text_of

CONTENT = {"one": b"first jar", "two": b"second jar"}
JARS = tuple(
    Jar(f"group:{name}:1.0", hashlib.sha256(content).hexdigest(), len(content))
    for name, content in CONTENT.items()
)


def _serving(content: dict[str, bytes]) -> Download:
    def download(jar: Jar, scratch: Path) -> Path:
        path = scratch / "download"
        path.write_bytes(content[jar.coordinate.split(":")[1]])
        return path

    return download


def test_fetches_what_is_missing_and_reports_it(tmp_path: Path) -> None:
    said: list[str] = []
    paths = fetch_jars(JARS, tmp_path / "c", report=said.append, download=_serving(CONTENT))
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    assert [path.name for path in paths] == ["one-1.0.jar", "two-1.0.jar"]
    assert said[0] == "fetching 2 jars, 0 MB"


def test_fetches_nothing_twice_and_mends_a_damaged_jar(tmp_path: Path) -> None:
    one, two = fetch_jars(JARS, tmp_path, report=print, download=_serving(CONTENT))
    two.write_bytes(b"cut off")
    only_two = _serving({"two": CONTENT["two"]})
    fetch_jars(JARS, tmp_path, report=print, download=only_two)
    assert two.read_bytes() == CONTENT["two"]
    fetch_jars(JARS, tmp_path, report=print, download=_serving({}))
    assert sorted(path.name for path in tmp_path.iterdir()) == [one.name, two.name]


def test_refuses_another_file_and_keeps_nothing_of_it(tmp_path: Path) -> None:
    with pytest.raises(ChecksumError, match=r"group:two:1\.0 has SHA-256"):
        fetch_jars(JARS, tmp_path, report=print, download=_serving(CONTENT | {"two": b"evil"}))
    assert not (tmp_path / "two-1.0.jar").exists()
    assert not list(tmp_path.glob(".part-*"))


def test_tries_again_and_then_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("streams.runtime.servers.jars.time.sleep", lambda _: None)
    broken = iter([ConnectionError("reset"), TimeoutError("slow")])

    def download(jar: Jar, scratch: Path) -> Path:
        for error in broken:
            raise error
        return _serving(CONTENT)(jar, scratch)

    fetch_jars(JARS[:1], tmp_path, report=print, download=download)
    broken = iter([ConnectionError("reset")] * 9)
    with pytest.raises(DownloadError, match=r"group:two:1\.0 could not be fetched: Connection"):
        fetch_jars(JARS[1:], tmp_path, report=print, download=download)


def test_lock_of_the_broker_is_whole() -> None:
    locked = read_lock()
    names = {jar.coordinate.split(":")[1] for jar in locked}
    assert {"kafka_2.13", "kafka-clients", "lz4-java", "zstd-jni", "snappy-java"} <= names
    assert not names & set(LEFT_OUT)
    assert all(len(jar.sha256) == 64 for jar in locked)


def test_lock_is_read_as_written(tmp_path: Path) -> None:
    path = tmp_path / "kafka.lock"
    path.write_text(text_of([(jar.coordinate, jar.sha256, jar.size_bytes) for jar in JARS]))
    assert read_lock(path) == JARS


def test_a_bad_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "kafka.lock"
    path.write_text("# head\ngroup:one sha256:00 1\n")
    with pytest.raises(ServerError, match=r"kafka\.lock:2: 'group:one sha256:00 1'"):
        read_lock(path)


def test_cache_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HUBWATCH_CACHE_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache_dir() == Path("/somewhere/hubwatch")
    monkeypatch.setenv("HUBWATCH_CACHE_DIR", "/elsewhere")
    assert cache_dir() == Path("/elsewhere")
