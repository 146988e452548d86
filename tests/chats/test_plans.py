"""How SQLite, which has no statistics, goes about what is asked of one chat's messages."""

import sqlite3
from pathlib import Path

import pytest

from opdesk.chats.store import chats, holders, messages
from opdesk.kit.sql import Statement


@pytest.mark.parametrize(
    "asked",
    [
        messages.MESSAGES_BEFORE,
        messages.MESSAGES_AFTER,
        messages.MESSAGES_PAGE,
        messages.ANSWER_OF_OTHERS,
        messages.AN_ANSWER,
    ],
)
def test_a_chats_messages_are_found_without_reading_the_companys(
    sqlite_template: Path, asked: Statement
) -> None:
    names = ("company", "chat", "position", "message", "size", "skip", "operator")
    params = {**asked.sqlite.literals, **dict.fromkeys(names, 1)}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    [step] = [row[3] for row in plan if row[3].split()[1] == "messages"]
    assert "messages_order (company_id=? AND chat_id=?" in step


@pytest.mark.parametrize("asked", [chats.BEGUN_WITH, holders.UNUSED])
def test_chats_that_were_begun_are_found_without_walking_through_the_others(
    sqlite_template: Path, asked: Statement
) -> None:
    names = ("company", "organization", "phone", "before", "size")
    params = {**asked.sqlite.literals, **dict.fromkeys(names, 1)}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    [step] = [row[3] for row in plan if row[3].split()[1] == "chats"]
    assert "chats_begun" in step
