"""Files in the data folder, and who may fetch one."""

import contextlib
import hashlib
import hmac
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio.to_thread

from opdesk.kit.clock import DAY_MS
from opdesk.kit.keyring import Keyring
from opdesk.kit.log import get_logger
from opdesk.kit.sniff import HEAD_BYTES, sniff
from opdesk.media.errors import FileTooLarge, MediaNotFound, NoRoom
from opdesk.media.model import Media, StoredFile

log = get_logger(__name__)
MEDIA_KEY = "media"
"""The kind of the keys that sign addresses."""


class Files:
    """The bytes of media below the data folder: `<company>/<first two digits>/<digest>`."""

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self.max_bytes = max_bytes
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def path(self, company_id: int, digest: str) -> Path:
        return self._root / str(company_id) / digest[:2] / digest

    def head(self, company_id: int, digest: str) -> bytes:
        """The first bytes of a file, for `sniff`.

        Raises MediaNotFound for a file that is lost: its chat was deleted while the backup was
        made that this installation comes from, or somebody took it from the data folder.
        """
        try:
            with self.path(company_id, digest).open("rb") as file:
                return file.read(HEAD_BYTES)
        except FileNotFoundError:
            log.error("file_lost", company=company_id, digest=digest)
            raise MediaNotFound("the server does not have this file any more") from None

    async def receive(self, chunks: AsyncIterator[bytes]) -> StoredFile:
        """Write a stream to disk, synced. Raises FileTooLarge, NoRoom; nothing is left then."""
        with _told_of_the_disk():
            return await self._received(chunks)

    async def _received(self, chunks: AsyncIterator[bytes]) -> StoredFile:
        descriptor, name = tempfile.mkstemp(dir=self._incoming)
        digest, size, head = hashlib.sha256(), 0, b""
        try:
            with os.fdopen(descriptor, "wb") as file:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > self.max_bytes:
                        raise FileTooLarge(f"a file has at most {self.max_bytes >> 20} MB")
                    head += chunk[: HEAD_BYTES - len(head)]
                    digest.update(chunk)
                    file.write(chunk)
                await anyio.to_thread.run_sync(_sync, file.fileno())
        except BaseException:
            os.unlink(name)
            raise
        return StoredFile(name, digest.hexdigest(), size, sniff(head))

    def take_over(self, company_id: int, file: StoredFile) -> None:
        """Give received bytes their place. Doing it twice is as good as once. Raises NoRoom."""
        place = self.path(company_id, file.digest)
        with _told_of_the_disk():
            place.parent.mkdir(parents=True, exist_ok=True)
            if os.path.exists(file.path):
                os.replace(file.path, place)

    def drop(self, file: StoredFile) -> None:
        """Forget received bytes that nobody took over."""
        Path(file.path).unlink(missing_ok=True)

    def remove(self, company_id: int, digest: str) -> None:
        self.path(company_id, digest).unlink(missing_ok=True)

    def clear_incoming(self) -> None:
        """What an earlier process had begun to receive."""
        for path in self._incoming.iterdir():
            path.unlink(missing_ok=True)


@contextlib.contextmanager
def _told_of_the_disk() -> Iterator[None]:
    """What the disk refuses is the admin's to mend, and the caller's to try again."""
    try:
        yield
    except OSError as error:
        log.error("file_not_stored", reason=str(error))
        raise NoRoom("there is no room for this file at the moment") from error


def _sync(descriptor: int) -> None:
    os.fsync(descriptor)


class Addresses:
    """Signed addresses of media: they need no credentials, and end."""

    def __init__(self, keyring: Keyring, base_url: str) -> None:
        self._keyring, self._base_url = keyring, base_url

    def path(self, media: Media, now: int) -> str:
        """`/media/<company>/<id>/<ends>/<kid>/<signature>/<name>`.

        The end is the midnight after next, so that an address stays the same for a day and a
        browser's cache works; it is good for 24 to 48 hours.
        """
        ends = (now // DAY_MS + 2) * DAY_MS
        key = self._keyring.current(MEDIA_KEY)
        signature = _signature(key.secret, media.company_id, media.id, ends)
        return (
            f"/media/{media.company_id}/{media.id}/{ends}/{key.kid}/{signature}"
            f"/file.{media.format or 'bin'}"
        )

    def url(self, media: Media, now: int) -> str:
        return self._base_url + self.path(media, now)

    def check(
        self, company_id: int, media_id: int, ends: int, signed: tuple[str, str], now: int
    ) -> None:
        """`signed` is (kid, signature). Raises MediaNotFound for a forged or expired address."""
        kid, signature = signed
        key = self._keyring.find(MEDIA_KEY, kid)
        if key is None or ends <= now:
            raise MediaNotFound("this address has expired")
        expected = _signature(key.secret, company_id, media_id, ends)
        if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
            raise MediaNotFound("this address is not valid")


def _signature(secret: bytes, company_id: int, media_id: int, ends: int) -> str:
    text = f"{company_id}/{media_id}/{ends}".encode()
    return hmac.new(secret, text, hashlib.sha256).hexdigest()
