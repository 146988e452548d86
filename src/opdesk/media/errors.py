"""What can go wrong with files."""

from opdesk.kit.errors import Invalid, NotFound, TooLarge


class MediaNotFound(NotFound):
    """No such file, another company's, or an address that has expired."""

    title = "No such file"


class FileTooLarge(TooLarge):
    title = "The file is too large"


class BadMedia(Invalid):
    title = "The file is not valid"
