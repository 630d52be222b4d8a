"""Each kind of mistake in a site file is told with file, line, field, value and what is allowed."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from streams.site import Mistake, SiteError, load_site


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row of mistakes.yaml."""

    file: str
    old: str
    new: str
    field: str
    value: str
    allowed: str
    mark: str = ""


CASES = [
    Case(**row) for row in yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text())
]


def mistakes_of(folder: Path) -> tuple[Mistake, ...]:
    with pytest.raises(SiteError) as caught:
        load_site(folder)
    assert str(caught.value).startswith("HW-1101 ")
    return caught.value.mistakes


def change(folder: Path, case: Case) -> int:
    """Makes the mistake; returns the line it is on."""
    path = folder / case.file
    text = path.read_text(encoding="utf-8")
    assert case.old in text, "the case no longer fits the site's files"
    at = text.index(case.old)
    text = text[:at] + case.new + text[at + len(case.old) :]
    path.write_text(text, encoding="utf-8")
    if case.mark:
        at = text.index(case.mark)
    return text.count("\n", 0, at) + 1


@pytest.mark.parametrize(
    "case",
    CASES,
    ids=lambda case: f"{case.file.split('/')[-1]}-{case.field}-{case.value or 'absent'}",
)
def test_a_mistake_is_told_where_it_is_and_how_to_put_it_right(folder: Path, case: Case) -> None:
    line = change(folder, case)
    found = mistakes_of(folder)
    told = [
        m for m in found if (m.file, m.line, m.field) == (Path(case.file).name, line, case.field)
    ]
    assert told, "\n".join(map(str, found))
    assert told[0].value.startswith(case.value)
    assert case.allowed in told[0].allowed


def replace(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_all_mistakes_of_all_files_are_told_at_once_in_order(folder: Path) -> None:
    replace(folder, "places.csv", ",3000,6500,", ",0,6500,")
    replace(folder, "places.csv", "31.1961,121.3417", "31.1961,181")
    replace(folder, "departments.yaml", "share_class: open", "share_class: public")
    replace(folder, "sources.csv", "transport.road", "transport.rood")
    replace(folder, "calendar.yaml", "day_type: import_expo", "day_type: expo")
    replace(
        folder.parent.parent / "standards", "road.yaml", "confidence: document", "confidence: 1"
    )
    found = mistakes_of(folder)
    assert [m.file for m in found] == [
        "calendar.yaml",
        "departments.yaml",
        "places.csv",
        "places.csv",
        "road.yaml",
        "sources.csv",
    ]


def test_a_wrong_row_does_not_blame_what_refers_to_it(folder: Path) -> None:
    """hub.coach.waiting has cameras and a feed that is granted this place alone."""
    replace(folder, "places.csv", "长途客运站候车厅,Coach waiting room,1200", "长途客运站候车厅,,0")
    replace(folder, "departments.yaml", "kind: parking_count", "kind: parking_count\n      x: 1")
    told = {(m.file, m.field) for m in mistakes_of(folder)}
    assert told == {
        ("places.csv", "capacity"),
        ("places.csv", "name_en"),
        ("departments.yaml", "x"),
    }


def test_a_cycle_is_told_at_each_of_its_places_and_nowhere_else(folder: Path) -> None:
    replace(folder, "places.csv", "hub.metro.railway,hub.metro,", "hub.metro.railway,hub.metro.t2,")
    replace(folder, "places.csv", "hub.metro.t2,hub.metro,", "hub.metro.t2,hub.metro.railway,")
    found = mistakes_of(folder)
    assert [(m.field, m.value) for m in found] == [
        ("parent", "hub.metro.t2"),
        ("parent", "hub.metro.railway"),
    ]
    assert "hub.metro.t2 → hub.metro.railway → hub.metro.t2" in found[1].allowed


def test_a_place_without_a_key_is_told_by_its_line(folder: Path) -> None:
    replace(folder, "places.csv", "hub.west_square.plaza,", ",")
    assert ("key", "", "required") in {(m.field, m.value, m.allowed) for m in mistakes_of(folder)}


@pytest.mark.parametrize("name", ["site.yaml", "places.csv", "departments.yaml", "sources.csv"])
def test_a_file_that_is_not_there_is_one_mistake(folder: Path, name: str) -> None:
    (folder / name).unlink()
    told = [str(m) for m in mistakes_of(folder) if m.file == name and m.field == "file"]
    assert told == [f"{name}:1 file is missing: a readable UTF-8 file"]


def test_a_folder_that_is_not_there_is_one_mistake(tmp_path: Path) -> None:
    assert len(mistakes_of(tmp_path / "none")) == 1


def test_what_is_absent_is_called_missing() -> None:
    told = str(Mistake("site.yaml", 1, "area", "", "required (a code)"))
    assert told == "site.yaml:1 area is missing (a code)"


def test_a_file_that_is_not_text_or_no_mapping_is_told(folder: Path) -> None:
    (folder / "sources.csv").write_bytes(b"source,feed,place,cadence_seconds\n\xff")
    (folder / "calendar.yaml").write_text("# nothing\n- 1\n")
    found = {m.file: m for m in mistakes_of(folder) if m.field == "file"}
    assert found["sources.csv"].allowed == "a readable UTF-8 file (invalid start byte)"
    assert (found["calendar.yaml"].line, found["calendar.yaml"].allowed) == (
        2,
        "a mapping of keys to values",
    )


def test_places_without_the_site_itself(folder: Path) -> None:
    replace(folder, "places.csv", "hongqiao,,site,hongqiao", "hq,,site,hq")
    assert any(m.allowed == "one place hongqiao: the site itself" for m in mistakes_of(folder))


def test_the_site_itself_has_no_parent_and_is_a_site(folder: Path) -> None:
    replace(folder, "places.csv", "hongqiao,,site,", "hongqiao,core,hub,")
    told = {(m.field, m.allowed) for m in mistakes_of(folder)}
    assert ("kind", "site") in told
    assert ("parent", "nothing: the site has no parent") in told


def test_standards_must_be_there(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SiteError, match=r"files \*\.yaml"):
        load_site(folder, tmp_path / "empty")


def test_a_standard_that_stands_in_two_files_is_told_with_both(
    folder: Path, tmp_path: Path
) -> None:
    shutil.copy(tmp_path / "standards" / "water.yaml", tmp_path / "standards" / "zz.yaml")
    found = {m.value: m for m in mistakes_of(folder)}
    assert found["water.ponding.level_1_cm"].file == "zz.yaml"
    line = found["water.ponding.level_1_cm"].line
    assert f"stands in water.yaml:{line} already" in found["water.ponding.level_1_cm"].allowed


def test_the_error_reads_as_a_list_and_cuts_long_values(folder: Path) -> None:
    replace(folder, "departments.yaml", "share_class: open", f"share_class: {'x' * 500}")
    replace(folder, "site.yaml", 'area: "310112"', 'area: "31011"')
    with pytest.raises(SiteError) as caught:
        load_site(folder)
    assert str(caught.value).startswith(
        "HW-1101 1 mistake in hongqiao:\n  site.yaml:7 area: '31011'"
    )
    replace(folder, "site.yaml", 'area: "31011"', 'area: "310112"')
    (mistake,) = mistakes_of(folder)
    assert mistake.value == "x" * 119 + "…"
