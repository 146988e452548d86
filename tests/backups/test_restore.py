"""What a restore accepts, what it refuses, and what it does with those who were there."""

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from opdesk import parts
from opdesk.backups.making import back_up
from opdesk.backups.manifest import SUMS_FILE, BackupError, list_backups, verified
from opdesk.backups.restoring import SKIPPED_IDS, restore
from opdesk.chores import add_company
from opdesk.kit import installation, outbox, outbox_rows
from opdesk.kit.context import Tx
from opdesk.kit.keyring import KEY_BYTES, MASTER_KEY_FILE
from opdesk.kit.sql import statement
from opdesk.media.model import MediaState
from opdesk.media.store import media
from opdesk.server import StartError, owned_data_folder
from opdesk.settings import Settings
from opdesk.simulators.telegram import Customer, Refusal
from tests.backups.lives import Places, brought_back, places, rows
from tests.chance import seeded
from tests.desk import PASSWORD, Api, eventually
from tests.servers import program, started
from tests.telegram import JPEG, Bot
from tests.test_cli import place as options, run

T = TypeVar("T")
OLHA = Customer(77, "Ольга")
REFUSED = statement(select(outbox_rows.jobs.c.id).where(outbox_rows.jobs.c.error.is_not(None)))
READY = statement(select(media.c.id).where(media.c.state == MediaState.READY.value))
AN_HOUR = Refusal(429, "Too Many Requests: retry after 3600", {"retry_after": 3600})


@pytest.fixture
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place for backups that is not the data folder."""
    return tmp_path_factory.mktemp("backups")


@pytest.fixture
def place(request: pytest.FixtureRequest, settings: Settings, shelf: Path) -> Places:
    return places(request, settings, shelf)


async def made(bot: Bot, shelf: Path) -> Path:
    backup = await asyncio.to_thread(back_up, bot.desk.services.settings, shelf / "of-desk")
    return backup.folder


async def writes(api: Api, chat_id: int, text: str) -> int:
    reply = await api.post(f"/api/chat/{chat_id}/message", {"textMessage": text})
    assert reply.status == 200, reply.text
    found: int = reply.json["id"]
    return found


async def queues(bot: Bot, chat_id: int, text: str) -> None:
    """A message that the platform wants to have in an hour only."""
    bot.telegram.faults.refusals["sendMessage"] = [AN_HOUR]
    await writes(bot.desk.acme.api, chat_id, text)
    db = bot.desk.services.db
    await eventually(lambda: db.read(lambda tx: tx.first(REFUSED)))
    bot.telegram.calls.clear()


def taken(bot: Bot) -> list[str]:
    return [call.body["text"] for call in bot.telegram.sent("sendMessage")]


async def test_only_what_the_backup_had_queued_waits(bot: Bot, shelf: Path, place: Places) -> None:
    """A new message goes out at once, but behind one of its chat that waits: order stays."""
    held_chat = await bot.given_chat()
    free_chat = await bot.given_chat(customer=OLHA)
    await queues(bot, held_chat, "of the backup")

    async with brought_back(await made(bot, shelf), place("new")) as (new, done):
        assert done.held == 1
        company = new.api.bearer(await _token(new.api))
        await writes(company, held_chat, "behind it")
        await writes(company, free_chat, "at once")
        await eventually(lambda: _once(taken(bot)))
        assert taken(bot) == ["at once"]

        await new.services.db.write(outbox.release)
        await eventually(lambda: _once(len(taken(bot)) == 3))
        assert taken(bot) == ["at once", "of the backup", "behind it"]


@pytest.mark.parametrize("by_command", [True, False])
async def test_the_admin_is_told_what_waits_and_lets_it_go(
    bot: Bot, shelf: Path, place: Places, by_command: bool
) -> None:
    chat = await bot.given_chat()
    await queues(bot, chat, "of the backup")
    folder, there = await made(bot, shelf), place("new")

    said = await run("restore", str(folder), *options(there))

    assert said.code == 0, said.err
    assert "Waiting to be sent: 1. They may have gone out after the backup was made." in said.out
    async with started(there) as server:
        assert server.process.stdout is not None
        line = (await server.process.stdout.readline()).decode()
        assert line.startswith("This is a restored backup: 1 sends of it wait.")
        if by_command:
            assert taken(bot) == []
            went = await run("resume-sending", *options(there))
            assert (went.code, went.out) == (0, "Sends that go on now: 1.\n")
            await eventually(lambda: _once(taken(bot)))
    if not by_command:
        assert taken(bot) == []
        async with started(there, options=["--resume-sending"]):
            await eventually(lambda: _once(taken(bot)))
    assert taken(bot) == ["of the backup"]


async def test_a_restore_ends_what_may_have_been_revoked(
    bot: Bot, shelf: Path, place: Places
) -> None:
    desk = bot.desk
    await bot.given_chat()
    key = (await desk.acme.api.post("/api/company/key", {"name": "CRM"})).json["key"]
    before = await desk.services.db.read(installation.find, installation.EPOCH)

    async with brought_back(await made(bot, shelf), place("new")) as (new, _):
        api = new.api
        for credentials in (desk.acme.api, desk.alice.api):
            old = Api(api.client, credentials.headers)
            assert (await old.get("/api/chat/chats")).status == 401
        by_key = Api(api.client, {"X-Authorization-Key": key})
        assert (await by_key.get("/api/chat/chats")).status == 200
        assert (await api.bearer(await _token(api)).get("/api/chat/chats")).status == 200
        assert await new.services.db.read(installation.find, installation.EPOCH) != before
        assert await new.services.db.read(installation.find, installation.RESTORED) is not None
        assert await rows(new, "SELECT fingerprint FROM sessions") == []


async def test_an_id_that_was_given_out_since_is_nobody_elses(
    bot: Bot, shelf: Path, place: Places
) -> None:
    """Else an operator's old token, or a chat's number in the CRM, would mean somebody else."""
    folder = await made(bot, shelf)
    late = await bot.given_chat()

    async with brought_back(folder, place("new")) as (new, _):
        company = new.api.bearer(await _token(new.api))
        organization = (await company.post("/api/company/organization", {"name": "New"})).json["id"]
        people = [{"organizationId": organization, "name": "Nina"}]
        [nina] = (await company.post("/api/operator/synchronize", people)).json

        assert min(organization, nina["id"]) > SKIPPED_IDS
        assert (await company.get(f"/api/chat/{late}")).status == 404


async def test_a_damaged_backup_is_refused_whichever_byte_it_is(
    bot: Bot, shelf: Path, place: Places
) -> None:
    chance = seeded()
    await bot.telegram.sends_photo(bot.token, OLHA, JPEG, "a photo")
    await eventually(lambda: _once(list((bot.desk.services.settings.data).glob("media/1/*/*"))))
    folder = await made(bot, shelf)
    there = place("new")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    assert {MASTER_KEY_FILE, SUMS_FILE, "manifest.json"} < {path.name for path in files}

    for path in files:
        content = path.read_bytes()
        _unlinked(path, content)
        last = max(len(content) - 1, 0)
        spots = {0, last, *(chance.randint(0, last) for _ in range(3))} if content else set()
        for spot in spots:
            flipped = content[spot] ^ (1 << chance.randrange(8))
            path.write_bytes(content[:spot] + bytes([flipped]) + content[spot + 1 :])
            with pytest.raises(BackupError):
                restore(there, folder)
        for broken in (content[: len(content) // 2], content + b"\n"):
            if broken != content:
                path.write_bytes(broken)
                with pytest.raises(BackupError):
                    restore(there, folder)
        path.unlink()
        with pytest.raises(BackupError):
            restore(there, folder)
        path.write_bytes(content)
    assert not (there.data / parts.DATABASE_FILE).exists()
    restore(there, folder)


async def test_lines_missing_from_the_sums_are_noticed(bot: Bot, shelf: Path) -> None:
    folder = await made(bot, shelf)
    lines = (folder / SUMS_FILE).read_text().splitlines(keepends=True)
    for index in range(len(lines)):
        (folder / SUMS_FILE).write_text("".join(lines[:index] + lines[index + 1 :]))
        with pytest.raises(BackupError):
            verified(folder)


async def test_a_file_that_goes_while_the_backup_is_made_was_taken_or_is_not_named(
    bot: Bot, shelf: Path
) -> None:
    """The chat goes while the backup is held up at a "file" that nobody writes to."""
    settings = bot.desk.services.settings
    stored = await _photo(bot)
    pipe = settings.data / "media" / "1" / "00" / ("0" * 64)
    pipe.parent.mkdir(exist_ok=True)
    os.mkfifo(pipe)
    await bot.desk.services.db.write(_names, pipe.name)
    [chat] = await bot.chats()
    folder = shelf / "of-pipe"

    backing_up = asyncio.create_task(asyncio.to_thread(back_up, settings, folder))
    await eventually(lambda: _once(list(folder.glob(f".*/media/1/00/{pipe.name}"))), 30)
    assert (await bot.desk.acme.api.delete(f"/api/chat/chats/{chat['id']}")).status == 200
    assert not stored.exists()
    while not backing_up.done():
        with contextlib.suppress(OSError):  # nobody reads at the moment
            os.close(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK))
        await asyncio.sleep(0.01)

    facts = (await backing_up).manifest
    assert facts.missing_media == [f"1/00/{pipe.name}"]
    assert facts.rows("chats") == 0


async def _photo(bot: Bot) -> Path:
    """The file of a customer's photo, which the database names: it is there a moment earlier."""
    await bot.telegram.sends_photo(bot.token, OLHA, JPEG, "a photo")
    db = bot.desk.services.db
    await eventually(lambda: db.read(lambda tx: tx.first(READY)))
    [stored] = bot.desk.services.settings.data.glob("media/1/*/*")
    return stored


def _names(tx: Tx, digest: str) -> None:
    """A row that names a file."""
    driver: Any = tx._driver
    driver.execute(
        "INSERT INTO media (company_id, id, digest, name, format, type, size, state, created_at)"
        f" VALUES (1, 9000, '{digest}', 'a', 'jpg', 1, 1, 'ready', 0)",
        {},
    )


async def test_a_killed_backup_is_none_and_is_cleared_away(tmp_path: Path, shelf: Path) -> None:
    settings = Settings(data=tmp_path)
    await add_company(settings, "acme", "Acme", PASSWORD)
    folder = shelf / "of-kill"
    # A pipe that nobody writes to: whoever reads this "file" waits for ever.
    pipe = tmp_path / "media" / "1" / "aa" / ("a" * 64)
    pipe.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(pipe)
    process = await asyncio.create_subprocess_exec(
        str(program()), "backup", str(folder), *options(settings)
    )
    partial = await eventually(lambda: _once(list(folder.glob(".*/media/1/aa/*"))), 30)
    process.kill()
    await process.wait()
    pipe.unlink()

    [left] = folder.glob(".*")
    assert list_backups(folder) == []
    for source in (folder, left):
        said = await run("restore", str(source), "--data", str(shelf / "new"))
        assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
        assert "is not a backup" in said.err
    assert not (shelf / "new" / parts.DATABASE_FILE).exists()

    made_later = await asyncio.to_thread(back_up, settings, folder)

    assert partial
    assert [path.name for path in folder.iterdir()] == [made_later.folder.name]
    restore(Settings(data=shelf / "new"), folder)


async def test_data_that_is_there_is_never_lost(
    settings: Settings, shelf: Path, place: Places
) -> None:
    await add_company(settings, "acme", "Acme", PASSWORD)
    await asyncio.to_thread(back_up, settings, shelf / "b")
    there = place("new")
    await run("restore", str(shelf / "b"), *options(there))
    if settings.database_url:
        with pytest.raises(BackupError, match="the database is not empty"):
            restore(there, shelf / "b", is_forced=True)
        return
    await add_company(there, "later", "Later", PASSWORD)

    refused = await run("restore", str(shelf / "b"), *options(there))
    forced = await run("restore", str(shelf / "b"), *options(there), "--force")

    assert (refused.code, refused.out) == (1, "")
    assert "has data already (master.key, opdesk.db)" in refused.err
    assert forced.code == 0, forced.err
    [aside] = there.data.glob("before-restore-*")
    assert str(aside) in forced.out
    again = replace(there, data=aside)
    with pytest.raises(StartError, match="already a company"):
        await add_company(again, "later", "Later", PASSWORD)
    await add_company(there, "later", "Later", PASSWORD)


async def test_a_running_server_is_not_overwritten(tmp_path: Path, shelf: Path) -> None:
    settings = Settings(data=tmp_path)
    await add_company(settings, "acme", "Acme", PASSWORD)
    await asyncio.to_thread(back_up, settings, shelf / "b")

    with owned_data_folder(settings), pytest.raises(StartError, match="another OpDesk"):
        restore(settings, shelf / "b", is_forced=True)


async def test_without_its_key_in_a_file_a_backup_says_so(tmp_path: Path, shelf: Path) -> None:
    key = "5a" * KEY_BYTES
    settings = Settings(data=tmp_path, master_key=key)
    async with started(settings, {"OPDESK_MASTER_KEY": key}):
        said = await run("backup", str(shelf / "b"), *options(settings))

    assert said.code == 0, said.err
    assert "master key  NO: it came by OPDESK_MASTER_KEY" in said.out
    there = Settings(data=shelf / "new")
    for given, reason in (
        ("", "does not contain the master key"),
        ("77" * KEY_BYTES, "the master key does not open"),
    ):
        with pytest.raises(BackupError, match=reason):
            restore(replace(there, master_key=given), shelf / "b")
    restore(replace(there, master_key=key), shelf / "b")
    assert not (shelf / "new" / MASTER_KEY_FILE).exists()


async def test_backup_says_what_it_contains(bot: Bot, shelf: Path) -> None:
    settings = bot.desk.services.settings
    await bot.given_chat()

    said = await run("backup", str(shelf / "b"), *options(settings))

    assert said.code == 0, said.err
    [folder] = list_backups(shelf / "b")
    kind = "PostgreSQL" if settings.database_url else "SQLite"
    assert str(folder) in said.out
    assert f"database    {kind}, schema " in said.out
    assert "companies 2, organizations 3, operators 4, channels 1, chats 1, messages 1" in said.out
    assert "media       0 files" in said.out
    assert "master key  yes" in said.out
    assert "Not contained: the settings" in said.out
    facts = json.loads((folder / "manifest.json").read_text())
    assert facts["finishedAt"] >= facts["startedAt"]
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o077 == 0, path
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_a_backup_is_not_made_where_it_would_be_lost(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "below"):
        said = await run("backup", str(folder), "--data", str(tmp_path))
        assert (said.code, said.out) == (1, "")
        assert "is in the data folder" in said.err


async def test_nothing_to_back_up_is_one_line(tmp_path: Path, shelf: Path) -> None:
    said = await run("backup", str(shelf / "b"), "--data", str(tmp_path / "none"))

    assert (said.code, said.out, said.err.count("\n")) == (1, "", 1)
    assert "nothing to back up" in said.err
    assert list((shelf / "b").iterdir()) == []


async def test_older_backups_go_and_share_what_is_the_same(bot: Bot, shelf: Path) -> None:
    settings = bot.desk.services.settings
    stored = await _photo(bot)
    folder = shelf / "b"
    made_ones = [
        (await asyncio.to_thread(back_up, settings, folder, keep=2)).folder for _ in range(3)
    ]

    assert list_backups(folder) == made_ones[1:]
    assert not list(folder.glob(".*"))
    name = stored.relative_to(settings.data)
    assert {(one / name).stat().st_ino for one in made_ones[1:]} == {stored.stat().st_ino}


async def test_a_file_that_is_damaged_here_comes_from_the_backup_before(
    bot: Bot, shelf: Path
) -> None:
    settings = bot.desk.services.settings
    stored = await _photo(bot)
    first = (await asyncio.to_thread(back_up, settings, shelf / "b")).folder
    name = stored.relative_to(settings.data)
    _unlinked(stored, b"not what it was")

    healed = await asyncio.to_thread(back_up, settings, shelf / "b")
    shutil.rmtree(first)
    shutil.rmtree(healed.folder)
    alone = await run("backup", str(shelf / "b"), *options(settings))

    assert healed.manifest.missing_media == []
    assert alone.code == 0
    assert "1 files that the database names are missing or damaged" in alone.out
    assert hashlib.sha256(JPEG).hexdigest() in alone.out
    assert not (list_backups(shelf / "b")[0] / name).exists()


async def _once(found: T) -> T | None:
    return found or None


async def _token(api: Api) -> str:
    reply = await api.post("/api/company/get-token", {"login": "acme", "password": PASSWORD})
    token: str = reply.json
    return token


def _unlinked(path: Path, content: bytes) -> None:
    """Other content under a name, without changing the file's other names."""
    path.unlink()
    path.write_bytes(content)
