"""A stored file as the rest of the program knows it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class MediaType(IntEnum):
    """The contract's numbers."""

    FILE = 0
    PHOTO = 1
    VIDEO = 2
    AUDIO = 3
    STICKER = 4
    LOCATION = 5
    CONTACT = 6


class MediaState(StrEnum):
    """`loading`: the platform still has it; `failed`: it could not be fetched."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Media:
    """`digest` names the bytes; None until they are here. `size` in bytes, `format` lower case."""

    id: int
    company_id: int
    digest: str | None
    name: str
    format: str
    type: MediaType
    size: int
    state: MediaState


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes that lie in the data folder under a temporary name, ready to be taken over."""

    path: str
    digest: str
    size: int
    sniffed: str | None
    """The MIME type that the first bytes show, if they show one."""
