"""What the doctor finds in a running server, and in a folder where none runs."""

import asyncio
import contextlib
import json
import os
import re
import shutil
import sqlite3
import string
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import bindparam, delete

from opdesk import parts
from opdesk.accounts.store import companies
from opdesk.doctor import database, examine, machine, road
from opdesk.doctor.model import Finding, Level
from opdesk.doctor.probe import HEADER, PROBE, Arrival, ask
from opdesk.doctor.report import as_text
from opdesk.doctor.words import MENDS, TEXTS, told
from opdesk.kit import outbox
from opdesk.kit.keyring import Vault
from opdesk.kit.migrate import newest_revision
from opdesk.kit.outbox import Job
from opdesk.kit.sql import statement
from opdesk.settings import Settings
from tests.desk import Desk
from tests.servers import program
from tests.telegram import Bot, connected_bot

_FORGET = statement(delete(companies).where(companies.c.id == bindparam("company")))
SOURCES = Path(examine.__file__).parent
MADE = re.compile(r'(?:ok|warning|problem|make)\( ?"(\w+\.\w+)"(?:, "(\w+)")?')


def by_text(findings: list[Any]) -> dict[str, Any]:
    return {one["text"] if isinstance(one, dict) else one.text: one for one in findings}


async def health(desk: Desk, query: str = "") -> dict[str, Any]:
    reply = await desk.acme.api.get(f"/api/health{query}")
    assert reply.status == 200, reply.text
    return by_text(reply.json["findings"])


# --- the API ------------------------------------------------------------------


async def test_the_page_has_every_check_and_words_for_it(bot: Bot) -> None:
    found = await health(bot.desk)

    wanted = {"server", "database", "disk", "files", "openFiles", "publicUrl", "outbox", "channel"}
    assert {one["check"] for one in found.values()} >= wanted | {"clock", "memory"}
    assert found["channel.ok"]["params"]["from"] == "demo_shop_bot"
    assert found["publicUrl.none"]["params"]["line"].startswith("OPDESK_PUBLIC_URL=https://")
    assert all(one["detail"] for one in found.values())
    assert not [one for one in found.values() if one["check"] == "database" and one["mend"]]


async def test_a_company_sees_its_own_channels_only(bot: Bot) -> None:
    desk = bot.desk
    async with connected_bot(desk, desk.rival, token="77:of-the-rival") as theirs:
        found = await desk.acme.api.get("/api/health")

    shown = [one["params"] for one in found.json["findings"] if one["check"] == "channel"]
    assert [one["channel"] for one in shown] == [bot.channel_id] != [theirs.channel_id]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_where_files_lie_is_told_to_the_only_company(desk: Desk) -> None:
    place = str(desk.services.settings.data.resolve())
    shared = await health(desk)
    assert place not in json.dumps(shared)
    key = desk.services.settings.data / "master.key"
    key.chmod(0o640)
    opened = (await health(desk))["files.open"]["params"]
    assert opened["path"].startswith("$OPDESK_DATA")
    assert opened["line"].startswith("chmod ")

    await desk.services.db.write(lambda tx: tx.run(_FORGET, company=desk.rival.id))

    assert place in (await health(desk))["disk.ok"]["params"]["folder"]


async def test_a_channel_in_trouble_says_so_in_the_callers_language(bot: Bot) -> None:
    bot.telegram.bots.clear()

    english = (await health(bot.desk, "?language=en"))["channel.trouble"]
    ukrainian = (await health(bot.desk, "?language=uk"))["channel.trouble"]

    assert english["level"] == "problem"
    assert english["params"]["line"].endswith(f"/dashboard/channels?channel={bot.channel_id}")
    assert "Telegram" in english["params"]["words"] != ukrainian["params"]["words"]


async def test_a_clock_that_is_wrong(bot: Bot) -> None:
    bot.desk.clock.move(seconds=90)

    found = await health(bot.desk)

    assert found["clock.wrong"]["level"] == "problem"
    assert found["clock.wrong"]["params"]["seconds"] in range(85, 96)


async def test_many_who_ask_at_once_are_answered_together(desk: Desk) -> None:
    asked = [desk.acme.api.get("/api/health") for _ in range(5)]
    replies = await asyncio.gather(*asked)

    assert {reply.status for reply in replies} == {200}


async def test_work_that_is_late_or_held(desk: Desk) -> None:
    db, began = desk.services.db, asyncio.Event()

    async def never_ends(_job: Job) -> None:
        began.set()
        await asyncio.Event().wait()

    desk.services.outbox.add_handler("slow", never_ends)
    await db.write(lambda tx: outbox.put(tx, desk.acme.id, "slow", {}, outbox.Queue("a lane")))
    await began.wait()
    assert "outbox.ok" in await health(desk)

    desk.clock.move(seconds=7 * 60)
    late = (await health(desk))["outbox.late"]
    assert late["params"] == {"count": 1, "minutes": 7}

    await db.write(outbox.hold, [])
    held = (await health(desk))["outbox.held"]
    assert held["params"] == {"count": 1, "line": "opdesk resume-sending"}


# --- liveness and the probe ---------------------------------------------------


async def test_alive(desk: Desk) -> None:
    reply = await desk.anyone.get("/healthz")

    assert (reply.status, reply.json) == (200, {"status": "ok"})


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_not_alive_without_the_database(desk: Desk, database: str) -> None:
    name = database.partition("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(database.replace(f"/{name}", "/postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
        )
        broken = {(await desk.anyone.get("/healthz")).status for _ in range(20)}
        admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

    assert broken == {503}
    assert (await desk.anyone.get("/healthz")).status == 200


async def test_the_probe_answers_nobody_but_its_own_installation(desk: Desk) -> None:
    services = desk.services
    strangers = [
        {},
        {HEADER: "00"},
        {HEADER: "no hex"},
        ask(Vault(bytes(32)), services.clock).headers(),
    ]
    for headers in strangers:
        assert (await desk.anyone.get(PROBE, headers=headers)).status == 404
    question = ask(services.vault, services.clock)
    reply = await desk.anyone.get(PROBE, headers=question.headers())
    arrival = question.arrival(services.vault, reply.text.encode())
    assert isinstance(arrival, Arrival)
    assert arrival.process == os.getpid()
    # An answer to one question is none to another.
    again = ask(services.vault, services.clock)
    assert again.arrival(services.vault, reply.text.encode()) is None

    desk.clock.move(seconds=3 * 60)
    assert (await desk.anyone.get(PROBE, headers=question.headers())).status == 404


# --- the folder and the database, without a server ---------------------------


def test_nothing_is_made_by_looking(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    process = subprocess.run(
        [program(), "doctor", "--data", folder, "--port", "1"], capture_output=True, text=True
    )

    assert process.returncode == 1
    assert "There is no database" in process.stdout
    assert "No OpDesk answers at http://127.0.0.1:1" in process.stdout
    assert not folder.exists()


async def test_beside_no_server_the_rest_is_looked_at(settings: Settings) -> None:
    services = parts.build(settings)
    await services.keyring.load(services.db, parts.KEY_KINDS)
    services.passwords.close()
    await services.db.close()
    settings.data.chmod(0o700)

    found = by_text(await examine.beside(replace(settings, port=1)))

    assert found["server.notRunning"].level is Level.WARNING
    assert found.keys() >= {"database.ok", "files.ok", "outbox.ok"}
    assert examine.is_well(list(found.values()))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_each_trouble_of_a_file(settings: Settings) -> None:
    file = parts.database_file(settings)

    def looked() -> dict[str, Any]:
        return by_text(database.examine(settings, file))

    assert looked()["database.ok"].params["schema"]
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("UPDATE alembic_version SET version_num = '0001'")
        assert looked()["database.older"].params["line"] == "opdesk migrate"
        other.execute("UPDATE alembic_version SET version_num = '9999'")
        assert looked().keys() == {"database.newer"}
        newest = newest_revision()
        other.execute("UPDATE alembic_version SET version_num = ?", (newest,))
        other.execute("ALTER TABLE alembic_version RENAME TO something")
        assert looked()["database.older"].params["found"] == "0"
        other.execute("ALTER TABLE something RENAME TO alembic_version")
    damaged = bytearray(file.read_bytes())
    page = 4096
    for place in range(3 * page, len(damaged) - page, page):
        damaged[place : place + 64] = b"\xff" * 64
    file.write_bytes(damaged)
    assert looked()["database.damaged"].mend == "restore"
    file.write_bytes(b"this is no database" * 1000)
    assert looked().keys() == {"database.damaged"}


async def test_a_large_database_is_not_read_for_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    if desk.services.settings.database_url:
        pytest.skip("only SQLite's pages are read")
    monkeypatch.setattr(database, "LOOK_S", -1.0)
    monkeypatch.setattr(database, "STEPS", 1)

    assert "database.unfinished" in await health(desk)


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
async def test_each_trouble_of_postgresql(settings: Settings) -> None:
    url = settings.database_url
    name = url.partition("?")[0].rsplit("/", 1)[1]
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")

    weak = by_text(database.examine(settings, Path()))
    gone = by_text(database.examine(replace(settings, database_url=url + "_gone"), Path()))

    line = weak["database.notDurable"].params["line"]
    assert line == "ALTER SYSTEM SET synchronous_commit = on; SELECT pg_reload_conf();"
    assert gone.keys() == {"database.unreachable"}


def test_open_files_and_modes(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    key = tmp_path / "master.key"

    def looked() -> list[Finding]:
        return machine.examine(settings)

    tmp_path.chmod(0o700)
    assert by_text(looked())["files.noKey"].level is Level.PROBLEM
    key.write_text("secret")
    key.chmod(0o644)
    line = str(by_text(looked())["files.open"].params["line"])
    assert line == f"chmod 600 {key}"
    subprocess.run(line, shell=True, check=True)
    assert "files.ok" in by_text(looked())
    assert machine.of_open_files(1024).params["line"] == "LimitNOFILE=65536"
    assert machine.of_open_files(-1).text == "openFiles.unlimited"


@pytest.mark.parametrize(
    ("free", "text", "words"),
    [
        (100 << 20, "disk.full", "100 MB"),
        (1 << 30, "disk.little", "1 GB"),
        (5435817984, "disk.ok", "5.1 GB"),
    ],
)
def test_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, text: str, words: str
) -> None:
    usage = shutil.disk_usage(tmp_path)._replace(free=free)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)

    found = by_text(machine.examine(Settings(data=tmp_path)))

    assert found[text].params["free"] == free
    assert f"{words} are free" in told(found[text])


def test_networks_that_anyone_is_in() -> None:
    wide = tuple(map(ip_network, ("0.0.0.0/0", "::/0", "10.0.0.0/8", "2400:cb00::/32")))

    found = road.of_networks(Settings(trusted_proxies=wide))

    assert [one.params["network"] for one in found] == ["0.0.0.0/0", "::/0"]


# --- words --------------------------------------------------------------------


def made() -> Iterator[tuple[str, str | None]]:
    """The codes of findings that the program makes, with their mends."""
    for path in SOURCES.glob("*.py"):
        source = re.sub(r"\s+", " ", path.read_text())
        for found in re.finditer(
            r'(?:ok|warning|problem|make)\( ?"(\w+\.\w+)"(?:, "(\w+)")?', source
        ):
            yield found[1], found[2]


def test_every_finding_has_words() -> None:
    codes = dict(made())

    assert codes.keys() == TEXTS.keys()
    assert {mend for mend in codes.values() if mend} <= MENDS.keys()
    assert {code.partition(".")[0] for code in codes} == set(examine.ORDER)


def test_words_need_only_what_findings_have() -> None:
    for text in TEXTS.values():
        names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
        assert "line" not in names


def test_the_report_says_what_to_run() -> None:
    finding = Finding(
        "files",
        Level.PROBLEM,
        "files.open",
        {
            "path": "/data/master.key",
            "mode": "0644",
            "line": "chmod 600 /data/master.key",
        },
        "mode",
    )

    assert as_text([finding]).splitlines() == [
        "PROBLEM  /data/master.key has mode 0644: others on this machine can read it",
        "         Close it:",
        "             chmod 600 /data/master.key",
    ]
