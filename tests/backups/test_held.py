"""What a restored backup had queued waits for an admin, who lets it go or gives it up."""

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from opdesk.backups.making import back_up
from opdesk.backups.manifest import BackupError
from opdesk.backups.restoring import restore
from opdesk.chats import actions as chats
from opdesk.chores import drop_sending
from opdesk.kit import outbox_rows
from opdesk.kit.context import Tx
from opdesk.settings import Settings
from opdesk.simulators.telegram import Customer, Refusal
from tests.backups.lives import Places, brought_back, places, rows
from tests.desk import PASSWORD, Api, eventually
from tests.servers import New, started
from tests.telegram import Bot
from tests.test_cli import place as options, run

OLHA = Customer(77, "Ольга")
AN_HOUR = Refusal(429, "Too Many Requests: retry after 3600", {"retry_after": 3600})
NOBODYS = {"kind": "system", "id": None, "name": ""}


@pytest.fixture
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("backups")


@pytest.fixture
def place(request: pytest.FixtureRequest, settings: Settings, shelf: Path) -> Places:
    return places(request, settings, shelf)


async def queued(bot: Bot, chat_id: int, text: str) -> int:
    """An operator's message that the platform wants to have in an hour only; its id."""
    bot.telegram.faults.refusals["sendMessage"] = [AN_HOUR]
    reply = await bot.desk.alice.api.post(f"/api/chat/{chat_id}/message", {"textMessage": text})
    assert reply.status == 200, reply.text
    await eventually(lambda: bot.desk.services.db.read(_was_refused))
    bot.telegram.calls.clear()
    found: int = reply.json["id"]
    return found


def _was_refused(tx: Tx) -> bool | None:
    """No job is still to be tried for the first time."""
    driver: Any = tx._driver
    [[first]] = driver.fetch("SELECT count(*) FROM jobs WHERE error IS NULL", {})
    return True if first == 0 else None


async def backed_up(bot: Bot, shelf: Path) -> Path:
    return (await asyncio.to_thread(back_up, bot.desk.services.settings, shelf / "b")).folder


async def company(api: Api) -> Api:
    reply = await api.post("/api/company/get-token", {"login": "acme", "password": PASSWORD})
    return api.bearer(reply.json)


async def delivery(api: Api, chat_id: int, message_id: int) -> tuple[int, str | None]:
    page = (await api.get(f"/api/chat/{chat_id}/messages?per_page=100")).json
    [found] = [one for one in page["items"] if one["id"] == message_id]
    return found["status"], found["error"]


async def server_entries(api: Api) -> list[tuple[str, dict[str, Any]]]:
    """(action, details) of what the audit log says that the server did, the newest first."""
    entries = (await api.get("/api/audit")).json["items"]
    ours = [one for one in entries if one["action"].startswith("server.")]
    assert all(one["who"] == NOBODYS and one["address"] == "" for one in ours), ours
    return [(one["action"], one["details"]) for one in ours]


async def changed_messages(api: Api, chat_id: int) -> list[Any]:
    """The messages that panels of the chat's organization are told of as changed."""
    organization = (await api.get(f"/api/chat/{chat_id}")).json["organization"]["id"]
    start = (await api.get(f"/api/events?organizationId={organization}")).json
    where = f"organizationId={organization}&epoch={start['epoch']}&after=0"
    found = (await api.get(f"/api/events?{where}")).json["events"]
    return [one["data"] for one in found if one["type"] == "messageChanged"]


async def test_what_waits_is_named_and_given_up_beside_a_server(
    bot: Bot, shelf: Path, place: Places
) -> None:
    chat, other = await bot.given_chat(), await bot.given_chat(customer=OLHA)
    ids = [await queued(bot, chat, "a secret"), await queued(bot, other, "another secret")]
    folder, there = await backed_up(bot, shelf), place("new")
    assert (await run("restore", str(folder), *options(there))).code == 0

    async with started(there) as server:
        listed = await run("resume-sending", "--list", *options(there))
        again = await run("resume-sending", "--list", *options(there))
        given_up = await run("resume-sending", "--drop", *options(there))
        nothing = await run("resume-sending", "--drop", *options(there))

        assert (listed.code, listed.out) == (0, again.out)
        told = listed.out.splitlines()
        assert told[0] == "Messages that wait: 2."
        for line, its_chat, message in zip(told[1:], (chat, other), ids, strict=True):
            assert line.endswith(f"chat {its_chat}, message {message}, by {bot.desk.alice.name}")
        assert "secret" not in listed.out
        first = "Messages that are not sent, and are shown so: 2."
        assert (given_up.code, given_up.out.splitlines()) == (0, [first, *told[1:]])
        assert (nothing.code, nothing.out) == (0, "Nothing was waiting.\n")
        api = await company(server.api)
        for its_chat, message in zip((chat, other), ids, strict=True):
            assert await delivery(api, its_chat, message) == (2, "dropped")
        told_to_panels = await changed_messages(api, chat)
        assert {one["id"]: one["error"] for one in told_to_panels} == dict.fromkeys(ids, "dropped")

        free = await api.post(f"/api/chat/{chat}/message", {"textMessage": "not behind it"})
        assert free.status == 200
        await eventually(lambda: _taken(bot))
        assert await _taken(bot) == ["not behind it"]


async def test_the_audit_log_tells_of_a_restore_and_of_what_became_of_the_sends(
    bot: Bot, shelf: Path, place: Places
) -> None:
    chat = await bot.given_chat()
    await queued(bot, chat, "of the backup")
    folder = await backed_up(bot, shelf)

    async with brought_back(folder, place("resumed")) as (new, _):
        api = await company(new.api)
        [(action, details)] = await server_entries(api)
        assert action == "server.restored"
        assert details["waiting"] == 1
        assert details["madeAt"].startswith("20")
        bot.telegram.faults.refusals.clear()
        await new.services.db.write(chats.resume_held)
        assert (await server_entries(api))[0] == ("server.sendingResumed", {"count": 1})
        await eventually(lambda: _taken(bot))

    there = place("dropped")
    async with brought_back(folder, there) as (new, _):
        await drop_sending(there)
        api = await company(new.api)
        assert (await server_entries(api))[0] == ("server.sendingDropped", {"count": 1})
        other = (await new.api.post("/api/company/get-token", _rival(bot))).json
        theirs = await server_entries(new.api.bearer(other))
        assert [(action, one["waiting"]) for action, one in theirs] == [("server.restored", 0)]


async def test_what_was_under_way_is_not_said_to_be_unsent(
    bot: Bot, shelf: Path, place: Places
) -> None:
    """It may have arrived, as after a crash; nobody knows."""
    chat = await bot.given_chat()
    message = await queued(bot, chat, "of the backup")
    await bot.desk.services.db.write(_begin)
    folder, there = await backed_up(bot, shelf), place("new")

    async with brought_back(folder, there) as (new, _):
        said = await run("resume-sending", "--drop", *options(there))

        assert "; it was being sent when the backup was made" in said.out
        assert await delivery(await company(new.api), chat, message) == (0, "uncertain")
        assert await _left(new) == 0


async def test_many_are_given_up_in_their_order(bot: Bot, shelf: Path, place: Places) -> None:
    chat = await bot.given_chat()
    ids = [await queued(bot, chat, "first")]
    for number in range(2, 8):
        reply = await bot.desk.alice.api.post(
            f"/api/chat/{chat}/message", {"textMessage": str(number)}
        )
        ids.append(reply.json["id"])
    folder, there = await backed_up(bot, shelf), place("new")

    async with brought_back(folder, there) as (new, done):
        assert done.held == len(ids)
        db = new.services.db
        page, after = await db.read(chats.list_held_sends, 0, 3)
        assert after is not None
        rest, end = await db.read(chats.list_held_sends, after, 100)
        some, has_more = await db.write(chats.drop_held_sends, 3)
        others, has_even_more = await db.write(chats.drop_held_sends, 100)

        assert [one.message.id for one in [*page, *rest]] == ids
        assert [one.message.id for one in [*some, *others]] == ids
        assert (len(page), end, has_more, has_even_more) == (3, None, True, False)
        assert await _left(new) == 0


async def test_a_message_that_was_deleted_meanwhile_is_left_out(
    bot: Bot, shelf: Path, place: Places
) -> None:
    chat = await bot.given_chat()
    await queued(bot, chat, "of the backup")
    there = place("new")

    async with brought_back(await backed_up(bot, shelf), there) as (new, _):
        await new.services.db.write(_lose_messages)

        assert (await run("resume-sending", "--list", *options(there))).out == "Nothing waits.\n"
        assert (await run("resume-sending", "--drop", *options(there))).code == 0
        assert await _left(new) == 0


def test_a_backup_that_may_not_be_looked_at_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The system's own word: for the superuser, who runs some of these tests, nothing is closed."""
    source = tmp_path / "b"

    def refuses(_path: Path) -> bool:
        raise PermissionError(errno.EACCES, "Permission denied", str(source))

    monkeypatch.setattr(Path, "is_dir", refuses)

    with pytest.raises(BackupError, match=f"^{source}: Permission denied$"):
        restore(Settings(data=tmp_path / "new"), source)


async def test_list_and_drop_together_are_a_mistake(tmp_path: Path) -> None:
    there = Settings(data=tmp_path / "new")

    said = await run("resume-sending", "--list", "--drop", *options(there))

    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert not there.data.exists()


def _rival(bot: Bot) -> dict[str, str]:
    return {"login": bot.desk.rival.login, "password": PASSWORD}


def _begin(tx: Tx) -> None:
    driver: Any = tx._driver
    driver.execute(f"UPDATE jobs SET leased_until = {tx.now + 60_000}", {})


def _lose_messages(tx: Tx) -> None:
    driver: Any = tx._driver
    driver.execute("DELETE FROM messages", {})


async def _left(new: New) -> int:
    held = f"run_at = {outbox_rows.HELD_UNTIL}"
    [[count]] = await rows(new, f"SELECT count(*) FROM jobs WHERE {held}")
    return int(count)


async def _taken(bot: Bot) -> list[str] | None:
    return [call.body["text"] for call in bot.telegram.sent("sendMessage")] or None
