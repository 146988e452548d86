"""What can go wrong with files."""

from opdesk.kit.errors import Invalid, NotFound, TooLarge, Unavailable


class MediaNotFound(NotFound):
    """No such file, another company's, or an address that has expired."""

    title = "No such file"


class FileTooLarge(TooLarge):
    title = "The file is too large"


class NoRoom(Unavailable):
    """The disk is full or does not write; what was received is gone."""

    title = "The file can't be stored at the moment"


class BadMedia(Invalid):
    title = "The file is not valid"
