"""Why a record is quarantined, or accepted with doubt."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Codes in the order in which the gate asks; the first that holds is the record's."""

    NOT_JSON = "not-json"
    SCHEMA = "schema"
    UNKNOWN_FEED = "unknown-feed"
    WRONG_DEPARTMENT = "wrong-department"
    WRONG_KIND = "wrong-kind"
    UNKNOWN_PLACE = "unknown-place"
    NOT_GRANTED = "not-granted"
    WRONG_CELL = "wrong-cell"
    WRONG_PLACE = "wrong-place"
    FUTURE = "future"
    TOO_LATE = "too-late"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    IMPLAUSIBLE_JUMP = "implausible-jump"
    FROZEN = "frozen"
    SKEWED = "skewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonText:
    """`quarantined` False: the record is folded, its source is marked doubtful."""

    quarantined: bool
    zh: str
    en: str


REASONS: dict[Reason, ReasonText] = {
    Reason.NOT_JSON: ReasonText(quarantined=True, zh="不是合法的 JSON", en="not JSON"),
    Reason.SCHEMA: ReasonText(
        quarantined=True, zh="字段不符合记录格式", en="fields do not fit the record kind"
    ),
    Reason.UNKNOWN_FEED: ReasonText(
        quarantined=True, zh="未登记的数据源", en="feed is not in the site's contracts"
    ),
    Reason.WRONG_DEPARTMENT: ReasonText(
        quarantined=True, zh="数据源不属于该部门", en="feed belongs to another department"
    ),
    Reason.WRONG_KIND: ReasonText(
        quarantined=True, zh="记录类型与数据源约定不符", en="not the feed's record kind"
    ),
    Reason.UNKNOWN_PLACE: ReasonText(
        quarantined=True, zh="场所不存在", en="place is not in the site model"
    ),
    Reason.NOT_GRANTED: ReasonText(
        quarantined=True, zh="数据源无权报告该场所", en="feed is not granted this place"
    ),
    Reason.WRONG_CELL: ReasonText(
        quarantined=True, zh="消息键与场所所属单元不符", en="key is not the place's cell"
    ),
    Reason.WRONG_PLACE: ReasonText(
        quarantined=True, zh="设备登记在其他场所", en="source is registered at another place"
    ),
    Reason.FUTURE: ReasonText(
        quarantined=True, zh="观测时间在未来", en="observed in the future of its arrival"
    ),
    Reason.TOO_LATE: ReasonText(
        quarantined=True, zh="迟到超过可修订时限", en="arrived too late to revise anything"
    ),
    Reason.DUPLICATE: ReasonText(quarantined=True, zh="重复", en="seen before"),
    Reason.CONFLICT: ReasonText(
        quarantined=True, zh="同一标识内容不同", en="same identity, other content"
    ),
    Reason.IMPLAUSIBLE_JUMP: ReasonText(
        quarantined=False, zh="数值突变不可信", en="jumps further than the quantity can"
    ),
    Reason.FROZEN: ReasonText(
        quarantined=False, zh="数值长时间不变", en="unchanged for longer than it can be"
    ),
    Reason.SKEWED: ReasonText(
        quarantined=False, zh="部门时钟偏差", en="the department's clock is off"
    ),
}
