"""What the admin is told of a backup."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from opdesk.backups.manifest import SQLITE, Backup, Manifest
from opdesk.backups.restoring import Restored
from opdesk.chats.actions import HeldSend
from opdesk.kit.clock import SECOND_MS
from opdesk.kit.sizes import size_in_words

_COUNTED = ("companies", "organizations", "operators", "channels", "chats", "messages")


def contents(backup: Backup) -> str:
    """What a new backup holds and what it does not."""
    facts = backup.manifest
    took_s = (facts.finished_at - facts.started_at) / SECOND_MS
    lines = [
        f"{backup.folder}, made in {took_s:.1f} s, contains {size_in_words(facts.bytes)}:",
        f"  database    {_kind(facts)}, schema {facts.schema}: {_counts(facts)}",
        f"  media       {facts.media_files} files, {size_in_words(facts.media_bytes)}",
        f"  master key  {_key(facts)}",
        "Not contained: the settings (opdesk.toml, environment, command line) and the log.",
    ]
    if facts.missing_media:
        lines.insert(
            3,
            f"              {len(facts.missing_media)} files that the database names are missing or"
            f" damaged in the data folder, such as {facts.missing_media[0]}",
        )
    return "\n".join(lines)


def restored(done: Restored, data: Path) -> str:
    """What is there now, and what to look after."""
    facts = done.backup.manifest
    made = _moment(facts.started_at)
    lines = [
        f"{data} has the state of {made} now: {_counts(facts)}, {facts.media_files} files.",
        f"Waiting to be sent: {done.held}."
        + (" They may have gone out after the backup was made." if done.held else ""),
        "Nothing of that is sent until `opdesk resume-sending` (or `serve --resume-sending`);"
        " with --list it names what waits, with --drop it gives that up.",
        "Everyone signs in anew, and the CRM gets new tokens; API keys are those of that time.",
        "Look through the users, operators and API keys: what was removed since is there again.",
    ]
    if done.aside is not None:
        lines.append(f"What was here before is in {done.aside}.")
    return "\n".join(lines)


def waiting(sends: Sequence[HeldSend]) -> str:
    """What a restored backup had queued, a line for each message."""
    if not sends:
        return "Nothing waits."
    return "\n".join([f"Messages that wait: {len(sends)}.", *map(_send, sends)])


def dropped(sends: Sequence[HeldSend]) -> str:
    """What will never be sent, a line for each message."""
    if not sends:
        return "Nothing was waiting."
    return "\n".join(
        [f"Messages that are not sent, and are shown so: {len(sends)}.", *map(_send, sends)]
    )


def _send(one: HeldSend) -> str:
    """Where a message is, whose it is and from when: not what it says, which is the customer's."""
    message = one.message
    by = f", by {message.operator.name}" if message.operator else ""
    doubt = "; it was being sent when the backup was made" if one.was_under_way else ""
    place = f"{one.organization}, chat {message.chat_id}, message {message.id}"
    return f"  {_moment(message.created_at)}  {place}{by}{doubt}"


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / SECOND_MS, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _kind(facts: Manifest) -> str:
    return "SQLite" if facts.database == SQLITE else "PostgreSQL"


def _counts(facts: Manifest) -> str:
    return ", ".join(f"{name} {facts.rows(name)}" for name in _COUNTED)


def _key(facts: Manifest) -> str:
    if facts.has_master_key:
        return "yes: whoever has this folder can read everything in it; keep it as a secret"
    return "NO: it came by OPDESK_MASTER_KEY; keep it too, without it this backup can't be opened"
