"""The documents say what the program does: settings, calls, channels and decisions."""

import re
from dataclasses import fields
from pathlib import Path

from opdesk.cli import app
from opdesk.connectors.registry import CONNECTORS
from opdesk.settings import Settings
from tests.desk import Desk

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
MAX_DECISION_LINES = 40


def test_every_setting_is_described() -> None:
    text = (DOCS / "settings.md").read_text()

    described = set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE))

    assert described == {field.name for field in fields(Settings)}


async def test_every_call_is_in_the_contract(desk: Desk) -> None:
    text = (DOCS / "contract.md").read_text()
    paths = (await desk.anyone.get("/openapi.json")).json["paths"]

    missing = [path for path in paths if f"{path}`" not in text and f"{path}," not in text]

    assert missing == []


def test_every_channel_has_its_page() -> None:
    for connector in CONNECTORS.values():
        assert (DOCS / "channels" / f"{connector.__name__.lower()}.md").is_file()


def test_every_command_explains_itself() -> None:
    commands = [*app.registered_commands]
    for group in app.registered_groups:
        assert group.typer_instance is not None
        commands += group.typer_instance.registered_commands

    assert all(command.callback and command.callback.__doc__ for command in commands)


def test_decisions_are_short_and_complete() -> None:
    for path in (DOCS / "decisions").glob("*.md"):
        text = path.read_text()
        assert len(text.splitlines()) <= MAX_DECISION_LINES, path.name
        for word in ("Context", "Decision", "Consequences"):
            assert f"**{word}.**" in text, path.name


def test_links_between_documents_lead_somewhere() -> None:
    for path in [ROOT / "README.md", *DOCS.rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path.name} -> {target}"
