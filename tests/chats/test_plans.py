"""How SQLite, which has no statistics, goes about what is asked of one chat's messages."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from opdesk.chats.model import ChatFilter
from opdesk.chats.store import (
    chats,
    holders,
    listing,
    messages,
    notes,
    people,
    reindexing,
    searching,
    states,
    views,
    working,
)
from opdesk.connectors import store as connectors
from opdesk.contacts import store as contacts
from opdesk.kit.sql import Statement
from opdesk.media import store as media


def listed(**wanted: Any) -> Statement:
    shape = listing._filter_shape(ChatFilter(1, **wanted))
    return listing._list_statement(shape, "page")


def counted(**wanted: Any) -> Statement:
    shape = listing._filter_shape(ChatFilter(1, **wanted))
    return listing._count_statement(shape, is_limited=False)


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
    ("asked", "index"),
    [
        (working.DUE, "chats_snoozed (paused_until>? AND paused_until<?)"),
        (working.QUEUED, "chats_queue (company_id=? AND organization_id=?)"),
        (working.UNREAD_OF, "chats_unread (company_id=? AND organization_id=? AND operator_id=?)"),
        (working.UNREAD_OF_NOBODY, "chats_unread (company_id=? AND organization_id=? AND ope"),
        (listed(is_waiting=True), "chats_waiting (company_id=? AND organization_id=?"),
        (counted(is_waiting=True), "chats_waiting (company_id=? AND organization_id=?"),
        (working.BUSY, "chats_open_of (company_id=? AND operator_id=?)"),
        (listed(is_blocked=True), "chats_blocked (company_id=? AND organization_id=?"),
        (counted(is_blocked=True), "chats_blocked (company_id=? AND organization_id=?"),
    ],
)
def test_work_is_found_without_walking_through_the_companys_chats(
    sqlite_template: Path, asked: Statement, index: str
) -> None:
    names = re.findall(r":(\w+)", asked.sqlite.text)
    params = {**dict.fromkeys(names, 1), **asked.sqlite.literals}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    steps = [row[3] for row in plan if row[3].split()[1] == "chats"]
    assert len(steps) == 1, plan
    assert index in steps[0], steps


@pytest.mark.parametrize(
    ("asked", "table", "index"),
    [
        (chats.CHATS_OF_CONTACT, "chats", "chats_contact (company_id=? AND contact_id=?)"),
        (notes.NOTES_BEFORE, "chat_notes", "chat_notes_chat (company_id=? AND chat_id=? AND id<?)"),
        (notes.DRAFTS, "chat_drafts", "(company_id=? AND operator_id=?)"),
        (views.PINNED_IDS, "chat_pins", "(company_id=? AND operator_id=?)"),
        (views.PINNED, "chat_pins", "(company_id=? AND operator_id=?)"),
        (views.PINNED, "chats", "(company_id=? AND id=?)"),
        (views.PINNED_OWN, "chats", "(company_id=? AND id=?)"),
        (people.OF_CONTACT, "chats", "chats_contact (company_id=? AND contact_id=?)"),
        (people.IDENTITIES, "identities", "identities_contact (company_id=? AND contact_id=?)"),
        (listed(tag_key="vip"), "chat_tags", "(company_id=? AND tag_key=?"),
        (states.FORGET_TAGS, "chat_tags", "chat_tags_chat (company_id=? AND chat_id=?)"),
        (contacts.OF_PERSON, "contacts", "contacts_person (company_id=? AND person_id=?)"),
        (contacts.WITH_PHONE, "contacts", "contacts_phone (company_id=? AND phone=?)"),
        (contacts.WITH_HINT, "contacts", "contacts_hint (company_id=? AND phone_hint=?)"),
        (
            connectors.EARLY_OF,
            "early_updates",
            "early_updates_message (company_id=? AND channel_id=?",
        ),
        (connectors.CLEAR_RAW, "inbox", "(company_id=? AND channel_id=? AND dedupe_key=?)"),
        (connectors.COUNT_UNPARSED, "inbox", "inbox_unparsed (company_id=? AND channel_id=?)"),
        (media.OF_CHAT, "media", "media_chat (company_id=? AND chat_id=?)"),
        (media.STILL_USED, "media", "media_digest (company_id=? AND digest=?)"),
        (contacts.SAID[0], "contact_pairs", "PRIMARY KEY (company_id=? AND low_id=?)"),
        (contacts.SAID[1], "contact_pairs", "contact_pairs_high (company_id=? AND high_id=?)"),
    ],
)
def test_what_is_asked_of_one_is_found_without_reading_the_companys(
    sqlite_template: Path, asked: Statement, table: str, index: str
) -> None:
    names = re.findall(r":(\w+)", asked.sqlite.text)
    params = {**dict.fromkeys(names, 1), **asked.sqlite.literals}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    steps = [row[3] for row in plan]
    assert any(step.startswith(f"SEARCH {table} ") and index in step for step in steps), steps
    assert not any(step.startswith("SCAN") for step in steps), steps


PLACE = "(company_id=? AND chat_id=? AND message_id=?"


@pytest.mark.parametrize(
    ("asked", "first", "sorts"),
    [
        (searching.COUNT_WORD, "SEARCH search_words USING", 0),
        (searching.COUNT_NAME, "SEARCH search_words USING COVERING INDEX search_words_cl", 0),
        (searching.STEP_END, "SEARCH messages USING PRIMARY KEY (company_id=? AND id<?)", 0),
        (searching._few(3, (True, True)), "SEARCH its USING PRIMARY KEY (company_id=? AND w", 1),
        (
            searching._walk(3, (True, True)),
            "SEARCH messages USING PRIMARY KEY (company_id=? AND id>? AND id<?)",
            0,
        ),
        (
            searching._named(3, (True, True), by_name=True),
            "SEARCH its USING COVERING INDEX search_words_clients (company_id=? AND word>?",
            1,
        ),
        (
            searching._named(3, (True, True), by_name=False),
            "SEARCH chats USING INDEX chats_activity (company_id=? AND organization_id=?)",
            1,
        ),
        (
            searching._named(3, (False, False), by_name=False),
            "SEARCH chats USING INDEX chats_company_activity (company_id=?)",
            1,
        ),
        (reindexing.NEXT_CHAT, "SEARCH chats USING PRIMARY KEY (company_id=? AND id<?)", 0),
        (reindexing.ITS_MESSAGES, "SEARCH messages USING COVERING INDEX messages_order (co", 1),
    ],
)
def test_a_search_looks_at_no_more_than_it_must(
    sqlite_template: Path, asked: Statement, first: str, sorts: int
) -> None:
    """It begins at an index, and asks for each thing found there by its whole key.

    What is read in its own order is never sorted, so that LIMIT ends the reading.
    """
    names = re.findall(r":(\w+)", asked.sqlite.text)
    params = {**dict.fromkeys(names, 1), **asked.sqlite.literals}
    connection = sqlite3.connect(sqlite_template)

    plan = connection.execute(f"EXPLAIN QUERY PLAN {asked.sqlite.text}", params).fetchall()
    connection.close()

    steps = [row[3] for row in plan]
    assert [one for one in steps if one.startswith(first)], steps
    others = [one for one in steps if one.startswith("SEARCH also_")]
    assert all(f"search_words_chat {PLACE}" in one for one in others), steps
    assert not [one for one in steps if one.startswith("SCAN") and one.split()[1] in TABLES], steps
    assert sum("TEMP B-TREE FOR ORDER" in one for one in steps) <= sorts, steps


TABLES = {"its", "messages", "chats", "search_words", "place"}
