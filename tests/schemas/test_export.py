"""What is checked in is what the models say, and it hangs together."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from schemas.catalogue import kinds
from schemas.codec import decode, struct_of
from schemas.export import differences, exported, write
from schemas.record import EXAMPLE_MS
from streams.gate import Refusal
from streams.gate.reasons import Reason
from streams.runtime.messages import quarantine_message

ROOT = Path(__file__).parents[2]


def test_checked_in_files_are_up_to_date() -> None:
    assert differences(ROOT) == [], "run: hubwatch schemas export"


def test_write_repairs_what_differences_finds(tmp_path: Path) -> None:
    assert set(write(tmp_path)) == exported().keys()
    assert differences(tmp_path) == []
    folder = tmp_path / "docs/reference/schemas"
    (folder / "gone_kind.json").write_text("{}")
    (folder / "arrival.json").unlink()
    changed = folder / "road_flow.json"
    changed.write_text(changed.read_text().replace('"maximum": 250', '"maximum": 300'))
    assert [line.removeprefix("docs/reference/schemas/") for line in differences(tmp_path)] == [
        "gone_kind.json: belongs to no kind",
        "arrival.json: is missing",
        f"road_flow.json: line {line_of(changed, '300')} is '\"maximum\": 300,', "
        "should be '\"maximum\": 250,'",
    ]
    assert len(write(tmp_path)) == 3
    assert differences(tmp_path) == []


def line_of(path: Path, text: str) -> int:
    return next(n for n, line in enumerate(path.read_text().splitlines(), 1) if text in line)


def test_every_kind_is_documented_with_a_record_that_decodes() -> None:
    page = exported()["docs/reference/records.md"]
    examples = [json.loads(block) for block in re.findall(r"```json\n(.+?)\n```", page, re.DOTALL)]
    assert [example["kind"] for example in examples] == list(kinds())
    for example in examples:
        record = kinds()[example["kind"]].example()
        assert decode(json.dumps(example).encode()) == struct_of(record)
        for name in example:
            assert f"| `{name}` |" in page


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)


def test_references_of_the_asyncapi_document_lead_somewhere() -> None:
    files = exported()
    document = json.loads(files["docs/reference/asyncapi.json"])
    found = set(references(document))
    for reference in found:
        if reference.startswith("./"):
            assert f"docs/reference/{reference[2:]}" in files
        else:
            target = document
            for step in reference.removeprefix("#/").split("/"):
                target = target[step]
    assert {f"./schemas/{kind}.json" for kind in kinds()} <= found
    assert set(document["channels"]["inbox"]["messages"]) == set(kinds())


def test_documented_headers_are_those_the_worker_sends() -> None:
    incoming = SimpleNamespace(offset=7, timestamp=EXAMPLE_MS, key=b"hub.t2", value=b"\xff")
    refusal = Refusal(Reason.NOT_JSON, "byte 0 is not UTF-8", "airport", "", incoming)
    sent = quarantine_message(refusal, "inbox.airport", 3)
    document = json.loads(exported()["docs/reference/asyncapi.json"])
    documented = document["components"]["messages"]["refused"]["headers"]
    assert [name for name, _ in sent.headers] == list(documented["properties"])
    assert (sent.topic, sent.value) == (document["channels"]["quarantine"]["address"], b"\xff")
