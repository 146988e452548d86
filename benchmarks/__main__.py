"""Measure, print one table, write docs/benchmarks.md.

Everything runs on the loopback: the servers in processes of their own, the load in this one. Each
figure is the median of `ROUNDS` pairs of (ours, ceiling), so that a noisy neighbour hits both.
Words behind `python -m benchmarks` choose rows by their names here: only those are written anew.
"""

import statistics
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import psutil
import uvloop
from tests.servers import serving

from benchmarks.browser_rows import measure_first_load, measure_frames, measure_opening
from benchmarks.channel_rows import measure_disk, measure_isolation, measure_million, measure_screen
from benchmarks.company import LOGIN, PASSWORD, Company
from benchmarks.http_rows import (
    measure_operator_list,
    measure_synchronize,
    measure_validation,
    measure_webhooks,
    measure_webhooks_beside_synchronize,
)
from benchmarks.hub_rows import (
    measure_deliveries,
    measure_latency,
    measure_memory,
    measure_return,
    message_bytes,
)
from benchmarks.load import ROUNDS, Row
from benchmarks.servers import BROADCASTER, bare_server, desk
from opdesk.chores import add_company
from opdesk.settings import Settings
from opdesk.simulators.telegram import TelegramPlatform

ROOT = Path(__file__).resolve().parents[1]
HEAD = f"""# Benchmarks

Written by `make bench`; medians of {ROUNDS} pairs on {psutil.cpu_count()} cores, SQLite, load and
server on one machine. Quote the ratios: the bare figures are this machine's.

The bare broadcaster is the least that can do the hub's work on the same server: it sends what is
posted to every socket, as many bytes as the hub sends for one message, and stores nothing. A
delivery is one message at one client. One-way times are taken from the moment a message was due to
be posted until its bytes are at each client. Work is the processor's time that the server used.
Memory is looked at after a million messages, which take some minutes; `OPDESK_BENCH_MESSAGES` says
after how many instead. The panel's rows are measured in Chromium with an empty cache: a list of
500 chats, of which each click opens another.

"""
Steps = Sequence[tuple[str, Callable[[], Awaitable[Row]]]]


async def run(wanted: Sequence[str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        await add_company(settings, LOGIN, "Bench", PASSWORD)
        telegram = TelegramPlatform()
        starts = []
        for _ in range(ROUNDS):
            async with desk(settings) as ours:
                starts.append(ours.took_s)
        async with serving(telegram) as telegram_url:
            company = Company(telegram, telegram_url)
            rows, idle_mb, loaded_mb = await _http_rows(settings, company, wanted)
            rows += await _hub_rows(settings, company, wanted)
            rows += await _browser_rows(settings, company, wanted)
            rows += await _memory_rows(settings, company, wanted)
    return [
        *rows,
        Row("start to listening, installed", f"{statistics.median(starts):.2f} s", "3 s (aim)", ""),
        Row("resident memory, idle", f"{idle_mb:.0f} MB", "110 MB (aim)", ""),
        Row("resident memory, after the REST rows", f"{loaded_mb:.0f} MB", "", ""),
    ]


async def _http_rows(
    settings: Settings, company: Company, wanted: Sequence[str]
) -> tuple[list[Row], float, float]:
    async with bare_server() as bare, desk(settings) as ours:
        idle_mb = ours.memory_bytes / 1e6
        await company.sign_in(ours.port)
        await company.prepare()
        steps: Steps = [
            ("validate-token", lambda: measure_validation(company, bare.port)),
            ("webhooks", lambda: measure_webhooks(company, bare.port)),
            ("disk", lambda: measure_disk(company)),
            ("isolation", lambda: measure_isolation(company)),
            ("synchronize", lambda: measure_synchronize(company)),
            ("operators", lambda: measure_operator_list(company)),
            ("beside", lambda: measure_webhooks_beside_synchronize(company)),
        ]
        rows = await _measured(steps, wanted)
        return rows, idle_mb, ours.memory_bytes / 1e6


async def _hub_rows(settings: Settings, company: Company, wanted: Sequence[str]) -> list[Row]:
    async with bare_server(BROADCASTER) as bare, desk(settings) as ours:
        await company.sign_in(ours.port)
        size = await message_bytes(company)
        print(f"> {size} bytes for each message", flush=True)
        pair = (ours, bare)
        steps: Steps = [
            ("memory", lambda: measure_memory(company, pair)),
            ("screen", lambda: measure_screen(company, bare.port, size)),
            ("latency", lambda: measure_latency(company, bare.port, size)),
            ("deliveries-200", lambda: measure_deliveries(company, pair, size, 200)),
            ("deliveries-1000", lambda: measure_deliveries(company, pair, size, 1_000)),
            ("return", lambda: measure_return(company, pair)),
        ]
        return await _measured(steps, wanted)


async def _browser_rows(settings: Settings, company: Company, wanted: Sequence[str]) -> list[Row]:
    async with desk(settings) as ours:
        await company.sign_in(ours.port)
        steps: Steps = [
            ("first-load", lambda: measure_first_load(company)),
            ("open", lambda: measure_opening(company)),
            ("frames", lambda: measure_frames(company)),
        ]
        return await _measured(steps, wanted)


async def _memory_rows(settings: Settings, company: Company, wanted: Sequence[str]) -> list[Row]:
    """Last, as it fills the database."""
    async with desk(settings) as ours:
        await company.sign_in(ours.port)
        return await _measured([("million", lambda: measure_million(company, ours))], wanted)


async def _measured(steps: Steps, wanted: Sequence[str]) -> list[Row]:
    rows = []
    for name, step in steps:
        if not wanted or name in wanted:
            print(f"> {name}", flush=True)
            rows.append(await step())
    return rows


COLUMNS = ["| row | figure | ceiling in the same run | ratio |", "| --- | --- | --- | --- |"]


def table(rows: list[Row]) -> str:
    return "\n".join([*COLUMNS, *map(line_of, rows)])


def line_of(row: Row) -> str:
    return f"| {row.name} | {row.figure} | {row.ceiling} | {row.ratio} |"


def renewed(document: str, rows: list[Row]) -> str:
    """The document with these rows' new figures; a row that it has not yet comes last."""
    lines = [line for line in document.split("\n") if line.startswith("|")]
    for row in rows:
        begins = f"| {row.name} |"
        known = [at for at, line in enumerate(lines) if line.startswith(begins)]
        if known:
            lines[known[0]] = line_of(row)
        else:
            lines.append(line_of(row))
    return HEAD + "\n".join(lines) + "\n"


def main() -> None:
    wanted = sys.argv[1:]
    found = uvloop.run(run(wanted))
    print(table(found))
    document = ROOT / "docs" / "benchmarks.md"
    whole = renewed(document.read_text(), found) if wanted else HEAD + table(found) + "\n"
    document.write_text(whole)


if __name__ == "__main__":
    main()
