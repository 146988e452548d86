"""Extensions of MIME types: the same whatever the machine's own tables say."""

import mimetypes

import pytest

from opdesk.kit.formats import extension_of_type, is_mime_type
from opdesk.kit.sniff import EXTENSIONS


@pytest.mark.parametrize(
    ("mime_type", "extension"),
    [
        ("application/vnd.ms-excel", "xls"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
        ("application/msword", "doc"),
        ("application/x-zip-compressed", "zip"),
        ("application/json", "json"),
        ("audio/x-wav", "wav"),
        ("text/plain", "txt"),
        ("text/plain; charset=utf-8", "txt"),
        ("image/jpeg; charset=binary", "jpg"),
        (" IMAGE/JPEG ", "jpg"),
        ("image/svg+xml", "svg"),
        ("image/heic", "heic"),
        ("application/octet-stream", None),
        ("application/x-of-our-own", None),
        ("jpg", None),
        ("", None),
    ],
)
def test_a_type_has_one_extension(mime_type: str, extension: str | None) -> None:
    assert extension_of_type(mime_type) == extension


def test_what_the_first_bytes_show_has_the_same_extension() -> None:
    assert {kind: extension_of_type(kind) for kind in EXTENSIONS} == EXTENSIONS


def test_the_machines_own_tables_are_not_asked() -> None:
    mimetypes.add_type("application/x-of-this-machine", ".own")

    assert mimetypes.guess_extension("application/x-of-this-machine") == ".own"
    assert extension_of_type("application/x-of-this-machine") is None


@pytest.mark.parametrize("text", ["a/b/c", "/etc", "image/", "../jpg", "jpg", ""])
def test_what_has_another_form_is_no_type(text: str) -> None:
    assert not is_mime_type(text)
