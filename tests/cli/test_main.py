"""How the command line begins and ends: quickly, quietly, with a code and a fix."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import HubwatchError
from tests.cli.conftest import Hubwatch

SLOW_TO_LOAD = ("aiokafka", "fastapi", "faust", "kafka", "pydantic", "rich", "yaml")


def test_help_loads_nothing_that_is_slow_to_load() -> None:
    ask = f"import sys, streams.cli.main; print(sorted(sys.modules.keys() & {set(SLOW_TO_LOAD)}))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_help_names_every_command_in_a_line_that_is_not_cut(hubwatch: Hubwatch) -> None:
    done = hubwatch("--help")
    assert done.status == 0
    listed = re.findall(r"^  (\w+)  +(.+)$", done.out.partition("Commands:")[2], re.MULTILINE)
    assert [name for name, _ in listed][:5] == ["up", "doctor", "state", "tail", "topics"]
    assert all("·" in about and not about.endswith("...") for _, about in listed)
    assert "run" not in dict(listed)


def test_an_error_is_two_lines_with_its_code_and_its_fix(hubwatch: Hubwatch) -> None:
    done = hubwatch("state", "hub.t2.securty")
    assert (done.status, done.out) == (2, "")
    assert done.err.splitlines() == [
        "error: HW-5002 there is no place 'hub.t2.securty'",
        "  fix: did you mean hub.t2.security, hub.t1.security, hub.t2.security.south?",
    ]


def test_an_error_shows_where_it_came_from_when_asked(
    hubwatch: Hubwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBWATCH_DEBUG", "1")
    with pytest.raises(HubwatchError, match="nowhere"):
        hubwatch("state", "nowhere")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["run", "wroker"], "HW-5002"),
        (["tail", "alerts", "--since", "5"], "HW-5003"),
        (["replay", "road-ndw-2"], "HW-1701"),
        (["simulate", "--scenario", "evening-strom"], "HW-1101"),
        (["topics"], "HW-5001"),
    ],
)
def test_what_cannot_be_done_is_told_with_a_fix(
    hubwatch: Hubwatch, arguments: list[str], code: str
) -> None:
    done = hubwatch(*arguments)
    assert done.status == 2
    assert done.err.startswith(f"error: {code}")
    assert "\n  fix: " in done.err
    assert "Traceback" not in done.err


def test_a_setting_out_of_range_names_itself(
    hubwatch: Hubwatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUBWATCH_PARTITIONS", "0")
    done = hubwatch("config")
    assert done.status == 2
    assert "HW-1301 partitions = '0'" in done.err


def test_a_file_of_settings_that_is_no_toml_is_one_line(hubwatch: Hubwatch) -> None:
    Path("hubwatch.toml").write_text("worker_port = = 1\n", encoding="utf-8")
    done = hubwatch("config")
    assert done.status == 2
    assert done.err.startswith("error: HW-1301 hubwatch.toml: ")


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = [sys.executable, "-m", "streams.cli", "config"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.wait(20) in {0, 1}
    assert process.stderr.read() == b""
    process.stderr.close()


def test_ctrl_c_is_quiet(tmp_path: Path) -> None:
    """In the midst of its work: it waits for a broker that takes the call and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(20)
        servers = f"127.0.0.1:{mute.getsockname()[1]}"
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "tail", "alerts"],
            stderr=subprocess.PIPE,
            env={**os.environ, "HUBWATCH_BOOTSTRAP_SERVERS": servers},
            cwd=tmp_path,
        )
        asked, client = mute.accept()[0], mute.accept()[0]
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == 130
        asked.close()
        client.close()
    assert process.stderr
    assert process.stderr.read() == b""
    process.stderr.close()
