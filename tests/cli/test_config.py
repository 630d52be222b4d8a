"""`hubwatch config` says what is in force, and whence."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.runtime.settings import Settings
from tests.cli.conftest import Hubwatch


def test_every_setting_has_its_origin(hubwatch: Hubwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBWATCH_HUB_PORT", "9300")
    Path("hubwatch.toml").write_text("batch_records = 10\nhub_port = 9200\n", encoding="utf-8")
    found = hubwatch("config", "--json").json
    assert list(found) == list(Settings.model_fields)
    assert found["seed"] == {"value": "1", "origin": "default"}
    assert found["batch_records"] == {"value": "10", "origin": "hubwatch.toml"}
    assert found["hub_port"] == {"value": "9300", "origin": "HUBWATCH_HUB_PORT"}


def test_a_misspelt_variable_is_told(hubwatch: Hubwatch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBWATCH_PARTITION", "8")
    done = hubwatch("config")
    assert done.status == 2
    assert "HUBWATCH_PARTITION is no setting; did you mean HUBWATCH_PARTITIONS?" in done.err


def test_a_misspelt_key_of_the_file_is_told(hubwatch: Hubwatch) -> None:
    Path("hubwatch.toml").write_text("batch_record = 10\n", encoding="utf-8")
    assert "batch_record is no setting; did you mean batch_records?" in hubwatch("config").err
