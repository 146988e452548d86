"""docs/production.md as it stands: from an empty folder to a Telegram bot that answers.

The commands of its ten steps are taken out of the document and run in one shell, in order, in an
empty folder that stands for the machine. What is not the machine's to have in a test is played:
`sudo` runs as we are, packages are there already, `git` and `make dist` give this checkout,
`python3 -m venv` and `pip` give the environment of the tests (a real installation of the locked
packages takes longer than the whole test), and `systemctl` starts what the unit's own ExecStart
says. Everything else is real: OpDesk, Caddy with its internal authority, curl. Telegram is the
demo's. A step that is missing in the document is missing here.
"""

import asyncio
import os
import re
import shutil
import signal
import stat
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from opdesk.backups.manifest import list_backups
from opdesk.kit.http_client import trust
from opdesk.simulators.telegram import TelegramPlatform
from tests.desk import Api, eventually
from tests.proxies import caddy_authority, caddy_environment, caddy_program, free_port
from tests.servers import program, serving
from tests.telegram import TARAS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "production.md"
PLACES = ("/opt/opdesk", "/var/lib/opdesk", "/var/backups", "/etc/caddy", "/etc/systemd")
PASSWORD = "a passphrase of an operator"

PLAYED: Mapping[str, str] = {
    # Options that name a user are dropped: there is only us.
    "sudo": '[ "$1" = -u ] && shift 2\nexec "$@"',
    "apt-get": "exit 0",
    "useradd": "exit 0",
    "chown": "exit 0",
    "install": (
        'words=()\nwhile [ $# -gt 0 ]; do case "$1" in -o|-g) shift 2;; *) words+=("$1"); shift;; '
        'esac; done\nexec "$REAL_INSTALL" "${words[@]}"'
    ),
    "git": (
        'case "$1" in pull) exit 0;; clone) mkdir "$3";; *) exit 1;; esac\n'
        'ln -s "$CHECKOUT/deploy" "$CHECKOUT/requirements" "$3"'
    ),
    # Each time a newer version.
    "make": '[ "$1" = dist ] && mkdir -p dist && touch "dist/opdesk-$RANDOM-py3-none-any.whl"',
    "python3": (
        '[ "$1 $2" = "-m venv" ] || exit 1\nmkdir -p "$3/bin"\nln -s "$OPDESK" "$3/bin/opdesk"\n'
        'ln -s "$MACHINE/bin/pip-of-venv" "$3/bin/pip"'
    ),
    # What it is told to install must be there; two versions of one package are refused, and a
    # wheel without a new number is passed over unless one insists.
    "pip-of-venv": """
wheels=0
for one; do
    case "$one" in
    *.txt) [ -f "$one" ] || exit 1;;
    *.whl) [ -f "$one" ] || exit 1; wheels=$((wheels + 1));;
    esac
done
[ "$wheels" = 0 ] && exit 0
[ "$wheels" = 1 ] || exit 1
[ ! -f "$MACHINE/installed" ] || [[ "$*" = *--force-reinstall* ]] || exit 1
touch "$MACHINE/installed"
""",
    "journalctl": 'cat "$MACHINE/journal.$2"',
    "systemctl": """
unit="$MACHINE/etc/systemd/system/opdesk.service"
start() {
    # Who is there already ends first, as systemd has it.
    if [ -f "$MACHINE/pid.$service" ]; then
        kill -TERM -- "-$(cat "$MACHINE/pid.$service")"
        while kill -0 -- "-$(cat "$MACHINE/pid.$service")" 2>/dev/null; do sleep 0.05; done
        : >"$MACHINE/journal.$service"
    fi
    setsid "$@" >>"$MACHINE/journal.$service" 2>&1 &
    echo $! >"$MACHINE/pid.$service"
}
case "$1" in daemon-reload) exit 0;; enable) service="$3";; *) service="$2";; esac
case "$service" in
opdesk-backup.timer)
    backup="$MACHINE/etc/systemd/system/opdesk-backup.service"
    [ -f "$MACHINE/etc/systemd/system/$service" ] || exit 1
    cd "$MACHINE$(sed -n 's/^WorkingDirectory=//p' "$backup")" || exit 1
    # The night is now.
    exec $(sed -n 's/^ExecStart=//p' "$backup" | sed "s# /# $MACHINE/#g; s#^#$MACHINE#");;
opdesk)
    cd "$MACHINE$(sed -n 's/^WorkingDirectory=//p' "$unit")" || exit 1
    start $MACHINE$(sed -n 's/^ExecStart=//p' "$unit")
    ready() { grep -q "listens on" "$MACHINE/journal.opdesk"; };;
caddy)
    start env -i $CADDY_ENVIRONMENT "$CADDY" run --config "$MACHINE/etc/caddy/Caddyfile"
    ready() { curl -s -o "$MACHINE/ready" "https://localhost:$CADDY_PORT/healthz"; };;
esac
# A person takes longer than a server needs to begin.
for _ in $(seq 600); do
    ready && exit 0
    sleep 0.1
done
exit 1
""",
}


@dataclass(frozen=True)
class Machine:
    """A folder that stands for a new machine."""

    root: Path
    port: int
    environment: Mapping[str, str]

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    async def run(self, script: str) -> str:
        """What one shell wrote; each command must succeed."""
        process = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", script),
            cwd=self.root / "home",
            env=dict(self.environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output, _ = await process.communicate()
        journals = "".join(path.read_text() for path in sorted(self.root.glob("journal.*")))
        assert process.returncode == 0, f"{output.decode()}\n{journals}"
        return output.decode()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    root, port, inner = tmp_path / "machine", free_port(), free_port()
    for name in ("home", "bin", "etc/caddy", "etc/systemd/system", "var/backups", "opt"):
        (root / name).mkdir(parents=True)
    for name, script in PLAYED.items():
        file = root / "bin" / name
        file.write_text(f"#!/bin/bash\n{script}\n")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
    authority = caddy_authority(root / "caddy")
    caddy = {
        **caddy_environment(root / "caddy"),
        "OPDESK_UPSTREAM": f"127.0.0.1:{inner}",
        "OPDESK_HTTP_PORT": str(free_port()),
        "CADDY_ADMIN": f"localhost:{free_port()}",
    }
    usual = {name: text for name, text in os.environ.items() if not name.startswith("OPDESK_")}
    environment = {
        **usual,
        "PATH": f"{root / 'bin'}:{os.environ['PATH']}",
        "MACHINE": str(root),
        "CHECKOUT": str(ROOT),
        "OPDESK": str(program()),
        "REAL_INSTALL": shutil.which("install") or "",
        "CADDY": str(caddy_program()),
        "CADDY_PORT": str(port),
        "CADDY_ENVIRONMENT": " ".join(f"{name}={text}" for name, text in caddy.items()),
        # The ports that a machine of one's own has free, and whom this one believes.
        "OPDESK_PORT": str(inner),
        "OPDESK_OUTGOING_ALLOW": "127.0.0.0/8",
        "SSL_CERT_FILE": str(authority),
        "CURL_CA_BUNDLE": str(authority),
    }
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    yield Machine(root, port, environment)
    for file in root.glob("pid.*"):
        _end(int(file.read_text()))


def _end(process: int) -> None:
    try:
        os.killpg(process, signal.SIGKILL)
    except ProcessLookupError:
        print(f"process {process} had ended", file=sys.stderr)


def steps() -> str:
    """The commands of the ten steps, in order."""
    sections = re.split(r"^## ", DOCUMENT.read_text(), flags=re.MULTILINE)
    numbered = [one for one in sections if re.match(r"\d+\. ", one)]
    assert [int(one.split(".")[0]) for one in numbered] == list(range(1, 11))
    blocks = [block for one in numbered for block in re.findall(r"```sh\n(.*?)```", one, re.DOTALL)]
    return "\n".join(blocks)


def on(machine: Machine, token: str, telegram_url: str) -> str:
    """The commands with this machine's names instead of the examples."""
    text = steps()
    changes = {
        "DOMAIN=desk.example.com": f"DOMAIN=localhost:{machine.port}",
        "123456:the-token-from-BotFather": token,
        '"botToken": "$BOT_TOKEN"': f'"botToken": "$BOT_TOKEN", "apiBaseUrl": "{telegram_url}"',
        **{place: f"{machine.root}{place}" for place in PLACES},
    }
    for old, new in changes.items():
        assert old in text, f"the document says nothing of {old}"
        text = text.replace(old, new)
    return text


async def test_the_ten_steps_lead_to_a_bot_that_answers(machine: Machine) -> None:
    telegram = TelegramPlatform()
    token = telegram.add_bot()
    async with serving(telegram) as telegram_url:
        output = await machine.run(on(machine, token, telegram_url))

        assert "PROBLEM" not in output
        assert "demo_shop_bot: all is well" in output
        made = list_backups(machine.root / "var/backups/opdesk")
        assert len(made) == 2, "one by hand, and one by the timer's service"
        async with httpx.AsyncClient(base_url=machine.url, verify=trust()) as client:
            assert await levels(client, output) == {"ok"}
            operator = await joined(machine, client, output)
            await telegram.writes_to(token, TARAS, "Чи є у вас чорний чай?")
            [chat] = (await operator.get("/api/chat/chats")).json["items"]
            answer = {"textMessage": "Так, є!"}
            reply = await operator.post(f"/api/chat/{chat['id']}/message", answer)
            assert reply.status == 200, reply.text

            async def arrived() -> list[Any] | None:
                return [call.body["text"] for call in telegram.sent("sendMessage")] or None

            assert await eventually(arrived) == ["Так, є!"]


async def levels(client: httpx.AsyncClient, output: str) -> set[str]:
    """How well the owner's page of the dashboard says it is: it asks from inside the server."""
    found = re.search(r"The owner's password: (\S+)", output)
    assert found, output
    body = {"login": "olena", "password": found[1]}
    owner = Api(client).bearer((await Api(client).post("/api/company/get-token", body)).json)
    reply = await owner.get("/api/health", timeout=60)
    return {one["level"] for one in reply.json["findings"]}


async def joined(machine: Machine, client: httpx.AsyncClient, output: str) -> Api:
    """The operator opens the link that the last step made, and signs in."""
    found = re.search(re.escape(machine.url) + r"/join#([0-9a-f]+)", output)
    assert found, output
    anyone = Api(client, {"Origin": machine.url})
    body = {"secret": found[1], "login": "taras", "password": PASSWORD}
    assert (await anyone.post("/api/one-time-link/use", body)).json == {"leadsTo": "/login"}
    signed_in = await anyone.post("/api/operator/sign-in", {"login": "taras", "password": PASSWORD})
    assert signed_in.status == 200, signed_in.text
    cookie = signed_in.headers["set-cookie"].partition(";")[0]
    return Api(client, {"Origin": machine.url, "Cookie": cookie})
