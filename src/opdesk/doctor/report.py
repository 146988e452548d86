"""The findings on a terminal."""

from collections.abc import Iterator, Sequence

import msgspec

from opdesk.doctor.model import Finding, Level
from opdesk.doctor.wire import HealthOut
from opdesk.doctor.words import TEXTS, mend_told, told

MARKS = {Level.OK: "ok", Level.WARNING: "warning", Level.PROBLEM: "PROBLEM"}


def as_json(findings: Sequence[Finding]) -> str:
    return msgspec.json.format(msgspec.json.encode(HealthOut.of(findings)), indent=2).decode()


def as_text(findings: Sequence[Finding]) -> str:
    return "\n".join(line for one in findings for line in _lines(one))


def _lines(finding: Finding) -> Iterator[str]:
    words = told(finding)
    # What begins with an address or a path is not a word.
    shown = words if TEXTS[finding.text].startswith("{") else words[0].upper() + words[1:]
    yield f"{MARKS[finding.level]:<8} {shown}"
    mend, line = mend_told(finding), finding.params.get("line")
    if mend is not None:
        yield f"{'':<8} {mend}{':' if line is not None else '.'}"
    if line is not None:
        yield f"{'':<12} {line}"
