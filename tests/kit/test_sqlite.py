"""What is SQLite's alone: a full disk, a failing disk, durability, traces of deleted texts."""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from opdesk.kit.bus import Bus
from opdesk.kit.clock import SystemClock
from opdesk.kit.context import DuplicateRow, Tx
from opdesk.kit.db import Outlet
from opdesk.kit.errors import Conflict, Unavailable
from opdesk.kit.installation import installation
from opdesk.kit.sql import statement
from opdesk.kit.sqlite import SqliteDatabase
from tests.kit.test_database import add, find

PAGES = 60
FORGET = statement(delete(installation).where(installation.c.name != "epoch"))


class SmallDisk:
    """A limit on the file's pages, which SQLite answers exactly as a full disk."""

    def __init__(self) -> None:
        self.pages: int | None = None

    def __call__(self, connection: sqlite3.Connection) -> None:
        if self.pages is not None:
            connection.execute(f"PRAGMA max_page_count={self.pages}").fetchall()


@pytest.fixture
def disk() -> SmallDisk:
    return SmallDisk()


@pytest.fixture
async def small(
    tmp_path: Path, sqlite_template: Path, disk: SmallDisk
) -> AsyncIterator[SqliteDatabase]:
    path = tmp_path / "small.db"
    path.write_bytes(sqlite_template.read_bytes())
    page_count = sqlite3.connect(path).execute("PRAGMA page_count").fetchone()[0]
    disk.pages = page_count + PAGES
    made = SqliteDatabase(path, Outlet(SystemClock(), Bus(), []), on_connect=disk)
    yield made
    await made.close()


async def test_a_full_disk_fails_every_caller_of_the_batch_and_recovers(
    small: SqliteDatabase, disk: SmallDisk
) -> None:
    large = "x" * 20_000

    outcomes = await asyncio.gather(
        *(small.write(add, f"n{n}", large) for n in range(100)), return_exceptions=True
    )

    acknowledged = {n for n, one in enumerate(outcomes) if one is None}
    refused = [one for one in outcomes if one is not None]
    assert refused
    assert all(isinstance(one, Unavailable) for one in refused)
    stored = {n for n in range(100) if await small.read(find, f"n{n}") is not None}
    assert stored == acknowledged

    disk.pages = 1_000_000
    small._reopen()
    await small.write(add, "after", large)
    assert await small.read(find, "after") == large


async def test_a_function_that_swallows_the_full_disk_saves_nothing(
    small: SqliteDatabase,
) -> None:
    def careless(tx: Tx) -> None:
        add(tx, "kept?")
        try:
            for n in range(100):
                add(tx, f"n{n}", "x" * 20_000)
        except sqlite3.OperationalError:
            pass

    outcomes = await asyncio.gather(
        small.write(careless), small.write(add, "beside"), return_exceptions=True
    )

    assert isinstance(outcomes[0], Unavailable)
    assert await small.read(find, "kept?") is None
    beside = await small.read(find, "beside")
    assert (beside is not None) == (outcomes[1] is None)


async def test_a_broken_rule_of_the_schema_fails_its_caller_only(small: SqliteDatabase) -> None:
    await small.write(add, "a")

    outcomes = await asyncio.gather(
        small.write(add, "a"), small.write(add, "b"), return_exceptions=True
    )

    assert isinstance(outcomes[0], DuplicateRow)
    assert outcomes[1] is None


async def test_a_scrubbed_text_is_in_no_file(tmp_path: Path, small: SqliteDatabase) -> None:
    secret = "a very secret sentence"
    await small.write(add, "a", secret)
    await small.write(lambda tx: tx.run(FORGET))

    await small.scrub()

    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes(), path.name


async def test_those_who_ask_together_share_one_scrubbing(
    tmp_path: Path, small: SqliteDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = [f"a very secret sentence {n}" for n in range(10)]
    cuts: list[int] = []
    cut = small._truncate_log

    def counted() -> None:
        cuts.append(1)
        cut()

    monkeypatch.setattr(small, "_truncate_log", counted)

    async def come_and_go(secret: str) -> None:
        await small.write(add, secret[-1], secret)
        await small.write(lambda tx: tx.run(FORGET))
        await small.scrub()

    await small.scrub()
    await asyncio.gather(*(come_and_go(one) for one in secrets))

    assert len(cuts) == 2
    for path in tmp_path.iterdir():
        assert b"a very secret" not in path.read_bytes(), path.name


def test_a_failing_disk_acknowledges_nothing(tmp_path: Path, sqlite_template: Path) -> None:
    """The kernel refuses writes past a size, in a process of its own: a real I/O error."""
    path = tmp_path / "limited.db"
    path.write_bytes(sqlite_template.read_bytes())
    script = textwrap.dedent(
        """
        import asyncio, signal, sys
        from opdesk.kit.bus import Bus
        from opdesk.kit.clock import SystemClock
        from opdesk.kit.db import Outlet
        from opdesk.kit.errors import Unavailable
        from opdesk.kit.sqlite import SqliteDatabase
        from pathlib import Path
        from tests.kit.test_database import add, find

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        async def run():
            db = SqliteDatabase(Path(sys.argv[1]), Outlet(SystemClock(), Bus(), []))
            outcomes = []
            for n in range(200):
                try:
                    await db.write(add, f"n{n}", "x" * 10_000)
                    outcomes.append(True)
                except Unavailable:
                    outcomes.append(False)
            stored = [await db.read(find, f"n{n}") is not None for n in range(200)]
            assert False in outcomes and True in outcomes, outcomes
            assert stored == outcomes
            print("as acknowledged")

        asyncio.run(run())
        """
    )
    limit = path.stat().st_size + 500_000

    done = subprocess.run(
        [sys.executable, "-c", script, str(path)],
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)),
    )

    assert "as acknowledged" in done.stdout, done.stderr[-2000:]


async def test_writes_are_refused_after_close(small: SqliteDatabase) -> None:
    await small.close()

    with pytest.raises(Unavailable):
        await small.write(add, "late")


async def test_a_refusal_is_the_callers_own_error(small: SqliteDatabase) -> None:
    def refuses(_tx: Tx) -> None:
        raise Conflict("taken")

    with pytest.raises(Conflict, match="taken"):
        await small.write(refuses)
