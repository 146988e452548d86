"""JSON shapes of the health page."""

from collections.abc import Sequence

from opdesk.doctor.model import Finding
from opdesk.doctor.words import mend_told, told
from opdesk.kit.wire import Wire


class FindingOut(Wire):
    """`level`: ok, warning or problem. `text` and `mend` are codes about `params`;

    `detail` and `mendDetail` are their words in English. `params.line` is what to run or to write
    down, to the letter; `params.free` and `params.size` are bytes.
    """

    check: str
    level: str
    text: str
    params: dict[str, str | int]
    mend: str | None
    detail: str
    mend_detail: str | None

    example = {
        "check": "proxy",
        "level": "problem",
        "text": "proxy.untrusted",
        "params": {
            "url": "https://desk.example.com",
            "peer": "172.18.0.2",
            "line": "OPDESK_TRUSTED_PROXIES=172.18.0.2",
        },
        "mend": "trust",
        "detail": "the proxy 172.18.0.2 of https://desk.example.com says whom it serves, but…",
        "mendDetail": "Set this, and restart the server",
    }

    @classmethod
    def of(cls, finding: Finding) -> "FindingOut":
        return cls(
            check=finding.check,
            level=finding.level.value,
            text=finding.text,
            params=dict(finding.params),
            mend=finding.mend,
            detail=told(finding),
            mend_detail=mend_told(finding),
        )


class HealthOut(Wire):
    findings: list[FindingOut]

    example = {"findings": [FindingOut.example]}

    @classmethod
    def of(cls, findings: Sequence[Finding]) -> "HealthOut":
        return cls(findings=[FindingOut.of(one) for one in findings])


class AliveOut(Wire):
    status: str

    example = {"status": "ok"}
