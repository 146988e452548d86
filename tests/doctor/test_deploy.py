"""The files of deploy/ name what is there, and the programs that they are for take them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from opdesk.cli import app
from tests.proxies import DEPLOY, caddy_program

ROOT = DEPLOY.parent
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
UNIT = DEPLOY / "opdesk.service"
BACKUP, TIMER = DEPLOY / "opdesk-backup.service", DEPLOY / "opdesk-backup.timer"
ANALYZE = shutil.which("systemd-analyze") or ""
EXPOSURE = 2.0
"""systemd's own mark, from 0 (closed) to 10; below 2 is what it calls OK."""
needs_systemd = pytest.mark.skipif(not ANALYZE, reason="systemd-analyze is not installed")


def test_the_image_is_built_from_what_is_there() -> None:
    let_in = [
        line[1:]
        for line in (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
        if line.startswith("!")
    ]

    assert all((ROOT / name).exists() for name in let_in)
    assert re.search(r"^USER opdesk$", DOCKERFILE, re.MULTILINE)
    for path in re.findall(r"-r (\S+)", DOCKERFILE):
        assert (ROOT / path).is_file()
        assert "--hash=" in (ROOT / path).read_text()


def test_the_health_check_asks_what_there_is() -> None:
    found = re.search(r"127\.0\.0\.1:8080(/\w+)", DOCKERFILE)

    assert found
    assert f'"{found[1]}"' in (ROOT / "src/opdesk/doctor/endpoints.py").read_text()


def test_the_compose_file_believes_its_own_network() -> None:
    text = (DEPLOY / "compose.yaml").read_text()

    [subnet] = re.findall(r"subnet: ([\d./]+)", text)
    assert f"OPDESK_TRUSTED_PROXIES: {subnet}\n" in text


def test_a_backup_of_a_container_outlives_it() -> None:
    """The container's own file system is read-only, and /tmp is gone with it."""
    document = (ROOT / "docs" / "production.md").read_text()
    compose = (DEPLOY / "compose.yaml").read_text()

    folders = set(re.findall(r"exec opdesk opdesk (?:backup|restore) (\S+)", document))
    folders |= set(re.findall(r"run --rm opdesk opdesk restore (\S+)", document))
    mounted = re.findall(r'"(\w[\w-]*):(/var/[^":]+)"', compose)
    owned = re.search(r"install -d -m 0700 -o opdesk -g opdesk (.+)$", DOCKERFILE, re.MULTILINE)

    assert folders == {"/var/backups/opdesk"}
    assert owned
    for volume, folder in mounted:
        if volume in ("data", "backups"):
            assert folder in owned[1].split()
            assert re.search(rf"^  {volume}:$", compose, re.MULTILINE)
    assert folders <= {folder for _, folder in mounted}


def test_caddy_takes_its_file() -> None:
    words = ["validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")]
    done = subprocess.run([str(caddy_program()), *words], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


@needs_systemd
@pytest.mark.parametrize("source", [UNIT, BACKUP], ids=lambda path: path.stem)
def test_systemd_takes_the_unit(tmp_path: Path, source: Path) -> None:
    program = tmp_path / "opdesk"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    unit = tmp_path / source.name
    unit.write_text(source.read_text().replace("/opt/opdesk/bin/opdesk", str(program)))

    verified = subprocess.run([ANALYZE, "verify", unit], capture_output=True, text=True)
    rated = subprocess.run(
        [ANALYZE, "security", "--offline=true", unit], capture_output=True, text=True
    )

    assert (verified.returncode, verified.stderr) == (0, "")
    found = re.search(rf"exposure level for {source.name}: ([\d.]+)", rated.stdout)
    assert found, rated.stderr
    assert float(found[1]) < EXPOSURE


@needs_systemd
def test_systemd_takes_the_timer(tmp_path: Path) -> None:
    program = tmp_path / "opdesk"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (tmp_path / BACKUP.name).write_text(
        BACKUP.read_text().replace("/opt/opdesk/bin/opdesk", str(program))
    )
    timer = tmp_path / TIMER.name
    timer.write_text(TIMER.read_text())

    verified = subprocess.run([ANALYZE, "verify", timer], capture_output=True, text=True)

    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("unit", [UNIT, BACKUP], ids=lambda path: path.stem)
def test_the_unit_starts_a_command_that_there_is(unit: Path) -> None:
    found = re.search(r"^ExecStart=\S+/opdesk (\w+)", unit.read_text(), re.MULTILINE)

    assert found
    assert found[1] in {one.callback.__name__ for one in app.registered_commands if one.callback}
