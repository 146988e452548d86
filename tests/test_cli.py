"""The program as an admin types it: a process of its own, its words and its exit code."""

import asyncio
import os
import re
import resource
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

import opdesk
from opdesk.settings import Settings
from tests.desk import PASSWORD, eventually
from tests.servers import program, started


@dataclass(frozen=True)
class Said:
    """What a command left behind."""

    code: int
    out: str
    err: str


async def run(
    *arguments: str, stdin: str = "", environment: Mapping[str, str] | None = None
) -> Said:
    process = await asyncio.create_subprocess_exec(
        str(program()),
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **(environment or {})},
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate(stdin.encode())
    assert process.returncode is not None
    return Said(process.returncode, out.decode(), err.decode())


def place(settings: Settings) -> list[str]:
    """The options that name a test's database."""
    given = ["--data", str(settings.data)]
    return [*given, "--database-url", settings.database_url] if settings.database_url else given


async def test_version() -> None:
    assert await run("version") == Said(0, f"opdesk {opdesk.__version__}\n", "")


@pytest.mark.parametrize(
    "command",
    [
        *([], ["serve"], ["demo"], ["company", "add"], ["keys", "rotate"], ["migrate"]),
        *(["backup"], ["restore"], ["resume-sending"]),
    ],
)
async def test_help_explains_a_command_and_its_options(command: list[str]) -> None:
    said = await run(*command, "--help", environment={"COLUMNS": "100", "TERM": "dumb"})

    assert said.code == 0
    assert "Usage: opdesk" in said.out
    options = [line for line in said.out.splitlines() if re.match(r"\W*--\w", line)]
    assert all(len(line.split()) > 3 for line in options), options


@pytest.mark.parametrize(
    "command", [["serve"], ["migrate"], ["keys", "rotate"], ["backup", "x"], ["restore", "x"]]
)
async def test_a_wrong_setting_is_one_line_and_exit_code_2(command: list[str]) -> None:
    said = await run(*command, environment={"OPDESK_PORT": "eighty"})

    assert (said.code, said.out) == (2, "")
    assert said.err.startswith("opdesk: port (OPDESK_PORT) is 'eighty', but it must be")
    assert said.err.count("\n") == 1


async def test_a_port_that_is_none_is_one_line_on_the_command_line_too() -> None:
    for command in ("serve", "demo"):
        said = await run(command, "--port", "abc")

        assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
        assert "port (OPDESK_PORT) is 'abc'" in said.err


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1", "a..b"])
async def test_a_host_that_is_not_this_machine_is_one_line(tmp_path: Path, host: str) -> None:
    said = await run("serve", "--host", host, "--port", "0", "--data", str(tmp_path))

    assert (said.code, said.err.count("\n")) == (2, 1)
    assert f"host (OPDESK_HOST) is {host!r}" in said.err


async def test_demo_says_which_folder_is_its_own() -> None:
    said = await run("demo", "--help", environment={"COLUMNS": "100", "TERM": "dumb"})

    assert "[default: (./data/demo)]" in said.out


async def test_an_unknown_option_is_exit_code_2() -> None:
    assert (await run("serve", "--nonsense")).code == 2


async def test_migrate_says_from_where_to_where(tmp_path: Path) -> None:
    first = await run("migrate", "--data", str(tmp_path / "new"))
    second = await run("migrate", "--data", str(tmp_path / "new"))

    assert (first.code, second.code) == (0, 0)
    assert re.search(r"from schema nothing to \d+", first.out)
    assert "already" in second.out


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [
        ("acme", "short", "10 to 256"),
        ("acme", "password12", "easy to guess"),
        ("", PASSWORD, "1 to 200"),
    ],
)
async def test_a_company_that_cannot_be_made_is_one_line(
    settings: Settings, login: str, password: str, reason: str
) -> None:
    arguments = ["--login", login, "--name", "Acme", "--password-stdin", *place(settings)]

    said = await run("company", "add", *arguments, stdin=f"{password}\n")

    assert (said.code, said.err.count("\n")) == (1, 1)
    assert reason in said.err
    assert password not in said.out + said.err


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
async def test_the_end_of_the_line_is_no_part_of_a_password(tmp_path: Path, ending: str) -> None:
    arguments = ["--login", "acme", "--name", "Acme", "--password-stdin", "--data", str(tmp_path)]
    assert (await run("company", "add", *arguments, stdin=f"{PASSWORD}{ending}")).code == 0

    async with started(Settings(data=tmp_path)) as server:
        login = {"login": "acme", "password": PASSWORD}
        assert (await server.api.post("/api/company/get-token", login)).status == 200


async def test_a_company_is_made_once_and_signs_in(settings: Settings) -> None:
    arguments = ["--login", "acme", "--name", "Acme", "--password-stdin", *place(settings)]

    made = await run("company", "add", *arguments, stdin=f"{PASSWORD}\n")
    again = await run("company", "add", *arguments, stdin=f"{PASSWORD}\n")

    assert made.code == 0
    assert PASSWORD not in made.out + made.err
    assert (again.code, "already" in again.err) == (1, True)
    async with started(settings) as server:
        login = {"login": "acme", "password": PASSWORD}
        assert (await server.api.post("/api/company/get-token", login)).status == 200


async def test_rotated_keys_go_on_verifying_until_they_are_revoked(settings: Settings) -> None:
    arguments = ["--login", "acme", "--name", "Acme", "--password-stdin", *place(settings)]
    await run("company", "add", *arguments, stdin=f"{PASSWORD}\n")
    async with started(settings) as server:
        login = {"login": "acme", "password": PASSWORD}
        token = (await server.api.post("/api/company/get-token", login)).json
        api = server.api.bearer(token)

        assert (await run("keys", "rotate", *place(settings))).code == 0
        assert (await api.get("/api/company/organization")).status == 200
        assert (await run("keys", "rotate", "--revoke", *place(settings))).code == 0

        async def refused() -> bool | None:
            return (await api.get("/api/company/organization")).status == 401 or None

        await eventually(refused)
        assert (await server.api.post("/api/company/get-token", login)).status == 200


async def test_two_servers_never_share_a_folder(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    async with started(settings):
        said = await run("serve", "--port", "0", "--data", str(tmp_path))

    assert said.code == 1
    assert "another OpDesk (process" in said.err
    assert said.err.count("\n") == 1


async def test_a_port_that_is_taken_is_one_line(tmp_path: Path) -> None:
    async with started(Settings(data=tmp_path / "one")) as server:
        port = server.url.rsplit(":", 1)[1]
        said = await run("serve", "--port", port, "--data", str(tmp_path / "two"))

    assert (said.code, said.err.count("\n")) == (1, 1)
    assert f"can't listen on 127.0.0.1:{port}" in said.err


async def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    url = "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=2"
    said = await run("serve", "--port", "0", "--data", str(tmp_path), "--database-url", url)

    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "the database can't be used" in said.err


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["keys", "rotate"]])
async def test_a_wrong_master_key_is_one_line(settings: Settings, command: list[str]) -> None:
    """One that is none, and one that is another database's."""
    mine = {"OPDESK_MASTER_KEY": "11" * 32}
    assert (await run("keys", "rotate", *place(settings), environment=mine)).code == 0

    for key in ("zz", "22" * 32):
        said = await run(*command, *place(settings), environment={"OPDESK_MASTER_KEY": key})

        assert (said.code, said.err.count("\n")) == (2, 1), said.err
        assert "OPDESK_MASTER_KEY" in said.err
        assert key not in said.err
    assert (await run("keys", "rotate", *place(settings), environment=mine)).code == 0


async def test_the_databases_password_is_not_shown(tmp_path: Path) -> None:
    url = "postgresql://nobody:pass-word@127.0.0.1:1/nothing?connect_timeout=2"
    said = await run("serve", "--port", "0", "--data", str(tmp_path), "--database-url", url)

    assert (said.code, said.err.count("\n")) == (1, 1)
    assert "pass-word" not in said.err


async def test_a_server_takes_every_open_file_that_it_may_have(settings: Settings) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(1_024, soft), hard))
    try:
        async with started(settings) as server:
            taken = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert taken == (hard, hard)


async def test_too_few_open_files_are_in_the_log(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *("sh", "-c", 'ulimit -n 1000; exec "$@"', "sh", str(program())),
        *("serve", "--port", "0", "--data", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        while "few_open_files" not in (line := (await process.stdout.readline()).decode()):
            assert line, "it ended without a word about them"
    process.kill()
    await process.wait()

    assert "1000" in line


async def test_sigterm_ends_the_server_in_order(tmp_path: Path) -> None:
    async with started(Settings(data=tmp_path)) as server:
        server.process.terminate()
        async with asyncio.timeout(10):
            assert await server.process.wait() == 0


@pytest.mark.parametrize("command", [["keys", "rotate"], ["resume-sending"]])
async def test_a_mistyped_folder_does_not_become_an_installation(
    tmp_path: Path, command: list[str]
) -> None:
    nowhere = tmp_path / "mistyped"

    said = await run(*command, "--data", str(nowhere))

    assert (said.code, said.out) == (1, "")
    assert f"there is no OpDesk in {nowhere}; name its data folder with --data" in said.err
    assert not nowhere.exists()
