"""What Grafana is told to read is what the generator writes."""

from __future__ import annotations

from pathlib import Path

import yaml

from grafana.board import FOLDERS
from grafana.boards import GENERATED
from grafana.panel import DATASOURCE

FOLDER = Path(__file__).parents[2] / "deploy/grafana/provisioning"


def test_every_folder_of_boards_is_read() -> None:
    text = (FOLDER / "dashboards/hubwatch.yaml").read_text(encoding="utf-8")
    providers = {row["folderUid"]: row for row in yaml.safe_load(text)["providers"]}
    assert set(providers) == {folder.uid for folder in FOLDERS}
    for folder in FOLDERS:
        row = providers[folder.uid]
        assert row["folder"] == folder.title
        assert row["options"]["path"] == f"$HUBWATCH_BOARDS/{folder.key}"
        assert list((GENERATED / folder.key).glob("*.json"))
        assert not row["allowUiUpdates"]


def test_the_data_source_is_the_one_boards_ask() -> None:
    text = (FOLDER / "datasources/hubwatch.yaml").read_text(encoding="utf-8")
    (source,) = yaml.safe_load(text)["datasources"]
    assert {"type": source["type"], "uid": source["uid"]} == DATASOURCE
