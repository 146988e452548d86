"""The extension that belongs to a MIME type, the same on every machine.

Python's own table, and in front of it what that lacks or answers in another way than people
write it. The machine's own tables (`/etc/mime.types` and the like) are not asked.
"""

import mimetypes
import re

from opdesk.kit.sniff import EXTENSIONS

UNKNOWN = "bin"
_WORD = r"[A-Za-z0-9][\w!#$&^.+-]*"
_MIME = re.compile(rf"\s*({_WORD}/{_WORD})\s*(?:;.*)?\Z", re.DOTALL)
_SAYS_NOTHING = ("application/octet-stream", "binary/octet-stream")
_OFFICE = "application/vnd.openxmlformats-officedocument"
_EXTENSIONS = EXTENSIONS | {
    "application/epub+zip": "epub",
    "application/gzip": "gz",
    "application/msword": "doc",
    "application/rtf": "rtf",
    "application/vnd.android.package-archive": "apk",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    f"{_OFFICE}.presentationml.presentation": "pptx",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    "application/vnd.rar": "rar",
    "application/x-7z-compressed": "7z",
    "application/x-gzip": "gz",
    "application/x-rar-compressed": "rar",
    "application/x-tgsticker": "tgs",
    "application/xml": "xml",
    "application/x-zip": "zip",
    "application/x-zip-compressed": "zip",
    "application/zip": "zip",
    "audio/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/mp3": "mp3",
    "audio/opus": "opus",
    "audio/vnd.wave": "wav",
    "audio/wave": "wav",
    "audio/webm": "webm",
    "audio/x-flac": "flac",
    "audio/x-m4a": "m4a",
    "audio/x-wav": "wav",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpg": "jpg",
    "image/pjpeg": "jpg",
    "image/svg+xml": "svg",
    "image/tiff": "tif",
    "image/x-ms-bmp": "bmp",
    "image/x-png": "png",
    "text/calendar": "ics",
    "text/csv": "csv",
    "text/html": "html",
    "text/javascript": "js",
    "text/markdown": "md",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/xml": "xml",
    "video/3gpp": "3gp",
    "video/mpeg": "mpg",
    "video/x-m4v": "m4v",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
}
_SHOWN = {extension: kind for kind, extension in EXTENSIONS.items()}
_OTHERS = {extension: kind for kind, extension in _EXTENSIONS.items()}
# An instance knows Python's built-in table only.
_PYTHONS = mimetypes.MimeTypes()


def is_mime_type(text: str) -> bool:
    """Whether it has the form of a MIME type, with parameters or without."""
    return _MIME.match(text) is not None


def extension_of_type(mime_type: str) -> str | None:
    """`image/jpeg; charset=binary` -> `jpg`; None for a type that says nothing or is not known."""
    found = _MIME.match(mime_type.lower())
    if found is None or found[1] in _SAYS_NOTHING:
        return None
    guessed = _PYTHONS.guess_extension(found[1])
    return _EXTENSIONS.get(found[1]) or (guessed.removeprefix(".") if guessed else None)


def mime_type_of(extension: str) -> str:
    """The MIME type that an extension stands for; bytes of any kind when it stands for none."""
    guessed, _ = _PYTHONS.guess_type(f"file.{extension}")
    return _SHOWN.get(extension) or guessed or _OTHERS.get(extension) or _SAYS_NOTHING[0]
