"""Keep files, find them again, let them go with the last chat that used them."""

import contextlib
import re
from collections.abc import Sequence

from opdesk.kit.clock import DAY_MS
from opdesk.kit.context import Tx
from opdesk.kit.db import Database
from opdesk.kit.errors import Invalid, Unavailable
from opdesk.kit.formats import UNKNOWN, extension_of_type, is_mime_type
from opdesk.kit.sniff import EXTENSIONS
from opdesk.kit.text import clean_foreign, clean_ours
from opdesk.media import store
from opdesk.media.access import Files
from opdesk.media.errors import MediaNotFound
from opdesk.media.model import Media, MediaState, MediaType, StoredFile

MAX_FILE_NAME_CHARS = 200
FORGOTTEN_MS = DAY_MS
"""An upload that no message takes within a day is deleted."""
_EXTENSION = re.compile(r"[a-z0-9]{1,10}\Z")
_USUAL = {"jpeg": "jpg"}


def format_in(given: str, name: str = "") -> str:
    """An extension or MIME type as the lower-case extension: `image/jpeg`, `.JPG` -> `jpg`.

    A type that says nothing, or none at all, leaves it to the file's name. Raises Invalid naming
    `media.format`.
    """
    text = given.strip().lower()
    if not text or is_mime_type(text):
        return format_guessed(text, name)
    text = text.rpartition(".")[2]
    if not _EXTENSION.match(text):
        raise Invalid.field("media.format", "must be an extension or a MIME type, such as jpg")
    return _USUAL.get(text, text)


def format_guessed(mime_type: str, name: str) -> str:
    """The extension of a MIME type, else of the file's name, else `bin`."""
    ending = name.rpartition(".")[2].strip().lower() if "." in name else UNKNOWN
    text = extension_of_type(mime_type) or ending
    return _USUAL.get(text, text) if _EXTENSION.match(text) else UNKNOWN


def file_name_in(name: str, field: str) -> str:
    """A caller's name for a file. Raises Invalid naming `field`."""
    try:
        return clean_ours(name, multiline=False)
    except ValueError as error:
        raise Invalid.field(field, str(error)) from error


def _file_name(name: str, file_format: str) -> str:
    """A file's name without folders or line breaks; `file.<format>` when nothing is left."""
    flat = clean_foreign(name).replace("\n", " ").replace("\t", " ")
    base = re.split(r"[\\/]", flat)[-1].strip(". ")
    return base[-MAX_FILE_NAME_CHARS:] or f"file.{file_format}"


def format_of(file: StoredFile, given: str) -> str:
    """The extension that a file is shown with: what its bytes show, else what was said."""
    return EXTENSIONS.get(file.sniffed or "", given)


def type_of(file: StoredFile, asked: MediaType | None) -> MediaType:
    """What a file is sent as: what was asked for, else what its bytes show."""
    if asked is not None:
        return asked
    families = {"image": MediaType.PHOTO, "video": MediaType.VIDEO, "audio": MediaType.AUDIO}
    return families.get((file.sniffed or "").split("/")[0], MediaType.FILE)


def keep(tx: Tx, files: Files, new: Media, file: StoredFile, chat_id: int) -> Media:
    """Store the row of a chat's file, and give its bytes their place (`_take_over`)."""
    _take_over(tx, files, new.company_id, file)
    store.insert_media(tx, new, chat_id)
    return new


def _take_over(tx: Tx, files: Files, company_id: int, file: StoredFile) -> None:
    """Give received bytes their place.

    This is the one effect outside the transaction that is allowed: doing it twice is as good as
    once, and bytes without a row are found and removed by `remove_unused`. The company's row is
    locked, so that the same bytes can't be removed at the same moment.
    """
    tx.lock("companies", id=company_id)
    files.take_over(company_id, file)


def new_media(
    tx: Tx, company_id: int, name: str, file_format: str, kind: MediaType, file: StoredFile | None
) -> Media:
    """A row for a file that is here (`file`) or still has to be fetched (None)."""
    return Media(
        tx.new_id("media"),
        company_id,
        file.digest if file else None,
        _file_name(name, file_format),
        file_format,
        kind,
        file.size if file else 0,
        MediaState.READY if file else MediaState.LOADING,
    )


def announce(tx: Tx, new: Media, chat_id: int) -> None:
    """Store the row of a file that its platform still has."""
    store.insert_media(tx, new, chat_id)


def add_upload(
    tx: Tx,
    files: Files,
    owner: tuple[int, int | None],
    named: tuple[str, str, MediaType],
    file: StoredFile,
) -> Media:
    """Keep an uploaded file, named (name, format, type), until a message takes it.

    `owner` is (company, organization): an operator's organization, None for the company itself.
    """
    (company_id, organization_id), (name, file_format, kind) = owner, named
    new = new_media(tx, company_id, name, file_format, kind, file)
    _take_over(tx, files, company_id, file)
    store.insert_media(tx, new, None, organization_id)
    return new


async def store_upload(
    db: Database,
    files: Files,
    owner: tuple[int, int | None],
    named: tuple[str, str, MediaType],
    file: StoredFile,
) -> Media:
    """`add_upload`, leaving nothing behind when there is no room. Raises Unavailable."""
    try:
        return await db.write(add_upload, files, owner, named, file)
    except Unavailable:
        # Its bytes may have their place already, without the row that would have named them.
        with contextlib.suppress(Unavailable):
            await db.write(remove_unused, files, owner[0], [file.digest])
        raise


def fill(tx: Tx, files: Files, media: Media, file: StoredFile) -> None:
    """The bytes of a platform's file have come."""
    _take_over(tx, files, media.company_id, file)
    shown = EXTENSIONS.get(file.sniffed or "", media.format)
    store.fill(tx, media.company_id, media.id, file, shown)


def fail(tx: Tx, company_id: int, media_id: int) -> None:
    """A platform's file can't be had."""
    store.fail(tx, company_id, media_id)


def find(tx: Tx, company_id: int, media_id: int) -> Media | None:
    return store.find_media(tx, company_id, media_id)


def get(tx: Tx, company_id: int, media_id: int) -> Media:
    """Raises MediaNotFound."""
    found = store.find_media(tx, company_id, media_id)
    if found is None:
        raise MediaNotFound(f"there is no file {media_id}")
    return found


def attach(
    tx: Tx, company_id: int, media_id: int, chat_id: int, organization_id: int | None
) -> Media:
    """Make an upload part of a chat. Raises MediaNotFound; one that was taken is not there.

    `organization_id` is that of the operator who asks: only uploads of its operators are there
    for them. None for company credentials, which may use every upload of the company.
    """
    if not store.attach(tx, company_id, media_id, chat_id, organization_id):
        raise MediaNotFound(f"there is no uploaded file {media_id} that is still free")
    return get(tx, company_id, media_id)


def delete_of_chat(tx: Tx, company_id: int, chat_id: int) -> list[str]:
    """Delete a chat's rows; hand the digests to `remove_unused` once that is committed."""
    return store.delete_of_chat(tx, company_id, chat_id)


def delete_one(tx: Tx, company_id: int, media_id: int) -> list[str]:
    """Delete one row; hand its digest, if it had one, to `remove_unused` once that is committed."""
    found = store.find_media(tx, company_id, media_id)
    store.delete_media(tx, company_id, media_id)
    return [found.digest] if found and found.digest else []


def remove_unused(tx: Tx, files: Files, company_id: int, digests: Sequence[str]) -> None:
    """Remove the bytes that no row names any more, while nobody can begin to use them."""
    tx.lock("companies", id=company_id)
    used = store.still_used(tx, company_id, digests)
    for digest in digests:
        if digest not in used:
            files.remove(company_id, digest)


def delete_forgotten(tx: Tx) -> list[tuple[int, str]]:
    """Uploads older than a day without a message; (company, digest) for `remove_unused`."""
    return store.delete_forgotten(tx, tx.now - FORGOTTEN_MS)
