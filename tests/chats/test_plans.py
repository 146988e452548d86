"""How SQLite, which has no statistics, goes about what is asked of one chat's messages."""

import sqlite3
from pathlib import Path

import pytest

from opdesk.chats.store import chats, holders, messages, people
from opdesk.contacts import store as contacts
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


@pytest.mark.parametrize(
    ("asked", "table", "index"),
    [
        (people.OF_CONTACT, "chats", "chats_contact (company_id=? AND contact_id=?)"),
        (people.IDENTITIES, "identities", "identities_contact (company_id=? AND contact_id=?)"),
        (contacts.OF_PERSON, "contacts", "contacts_person (company_id=? AND person_id=?)"),
        (contacts.WITH_PHONE, "contacts", "contacts_phone (company_id=? AND phone=?)"),
        (contacts.WITH_HINT, "contacts", "contacts_hint (company_id=? AND phone_hint=?)"),
        (contacts.SAID[0], "contact_pairs", "PRIMARY KEY (company_id=? AND low_id=?)"),
        (contacts.SAID[1], "contact_pairs", "contact_pairs_high (company_id=? AND high_id=?)"),
    ],
)
def test_a_person_is_found_without_reading_the_companys(
    sqlite_template: Path, asked: Statement, table: str, index: str
) -> None:
    names = ("company", "organization", "person", "contact", "phone")
    params = {**asked.sqlite.literals, **dict.fromkeys(names, 1)}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    steps = [row[3] for row in plan]
    assert any(step.startswith(f"SEARCH {table} ") and index in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps
