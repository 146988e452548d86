"""A bounded part of `make fuzz`: what clients may say can't bring the hub down or fill it up."""

import shutil
from pathlib import Path

import pytest

from opdesk import parts
from opdesk.realtime.hub import Hub
from opdesk.settings import Settings
from tests.chance import seeded
from tests.realtime.fuzz import Findings, fuzzing

FRAMES = 8_000


@pytest.fixture
def settings(tmp_path: Path, sqlite_template: Path) -> Settings:
    """Only SQLite: the database is not what is attacked."""
    shutil.copy(sqlite_template, tmp_path / parts.DATABASE_FILE)
    return Settings(data=tmp_path, outgoing_allow=parts.LOOPBACK)


async def test_mutated_frames_break_nothing_and_leave_nothing(settings: Settings) -> None:
    findings = Findings()
    async with fuzzing(settings, seeded(), findings) as fuzzer:
        await fuzzer.run(FRAMES)
        left = await fuzzer.left()

    assert findings.samples == []
    assert left == {}
    assert fuzzer.tally.frames >= FRAMES
    assert {"socket 101", "post 200", "negotiate 200"} <= fuzzer.tally.answers.keys()


async def test_a_mistake_of_the_servers_is_noticed(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(*_: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr(Hub, "_reading", fail)
    findings = Findings()
    async with fuzzing(settings, seeded(), findings) as fuzzer:
        await fuzzer.run(1_000)

    assert findings.count > 0
    assert "hub_method_failed" in findings.samples[0]
    assert "a mistake" in findings.samples[0]
