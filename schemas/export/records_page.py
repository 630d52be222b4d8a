"""docs/reference/records.md: every record kind for whoever is about to publish one."""

from __future__ import annotations

import json
from collections.abc import Iterable
from inspect import cleandoc

from schemas.catalogue import kinds
from schemas.fields import FieldText, fields
from schemas.record import Record

HEAD = """\
<!-- Generated from schemas/kinds by `hubwatch schemas export`; edit the models, not this page. -->

# 记录 / Records

部门每次观测发布一条消息：一个 JSON 对象，UTF-8，写入主题 `inbox.<部门>`，
消息键为场所所属单元（cell）。字段名带单位；未登记的字段、超出范围的值一律隔离，隔离原因写在消息头里。

A department publishes one message an observation: one JSON object, UTF-8, in the topic
`inbox.<department>`, with the cell of its place as the key. A field's name tells its unit. Unknown
fields and values out of range go to quarantine, with the reason in the headers.

- Times are Unix milliseconds, UTC.
- An optional field is left out or `null`. A number is never text.
- A whole number is written without fraction and exponent: `3`, not `3.0`.
- `NaN` and `Infinity` are not JSON. There is no byte-order mark.
- A record is flat, and names a field once. (If a name occurs twice, every value must be valid and
  the last one counts.)

The same as JSON Schema: [schemas/](schemas/). Topics, keys and guarantees: \
[asyncapi.json](asyncapi.json).
"""

COLUMNS = ("field", "type", "unit", "allowed", "meaning")


def records_page() -> str:
    """The page, ending in a newline."""
    envelope = (text for name, text in fields(Record).items())
    index = [
        f"| [`{kind}`](#{kind}) | {m.title_zh} | {m.title_en} |" for kind, m in kinds().items()
    ]
    parts = [
        HEAD,
        _lines("| kind | 名称 | title |", "|---|---|---|", *index),
        "## 信封 / The envelope of every record\n",
        _table(envelope),
        *(_section(kind, model) for kind, model in kinds().items()),
    ]
    return "\n".join(parts)


def _section(kind: str, model: type[Record]) -> str:
    own = (text for name, text in fields(model).items() if name not in Record.model_fields)
    example = json.dumps(model.example().model_dump(exclude_none=True), ensure_ascii=False)
    return "\n".join(
        [
            f"## {kind}\n",
            f"**{model.title_zh} / {model.title_en}.** {cleandoc(model.__doc__ or '')}\n",
            _table(own),
            _lines("```json", example, "```"),
        ]
    )


def _table(rows: Iterable[FieldText]) -> str:
    return _lines(
        f"| {' | '.join(COLUMNS)} |",
        "|---" * len(COLUMNS) + "|",
        *(
            f"| `{row.name}` | {row.type}{'' if row.required else ', optional'} | {row.unit} "
            f"| {row.allowed} | {row.description} |"
            for row in rows
        ),
    )


def _lines(*lines: str) -> str:
    return "\n".join(lines) + "\n"
