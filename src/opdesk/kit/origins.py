"""Origins (scheme, host and port of a page) in the one spelling that browsers use."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]")


def origin_in(url: str) -> str:
    """Lower case, without the port that goes without saying. Raises ValueError with words."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ValueError("it must have a host, and a port from 1 to 65535 or none") from error
    host = parts.netloc.rpartition(":")[0] if port is not None else parts.netloc
    is_bare = url.rstrip("/") == f"{url.partition(':')[0]}://{parts.netloc}"
    if parts.scheme not in DEFAULT_PORTS or not is_bare or not _HOST.fullmatch(host) or port == 0:
        raise ValueError(
            "it must be addresses such as https://desk.example.com or http://10.0.0.5:8080, "
            "without a path, a name or anything else"
        )
    shown = "" if port in (None, DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{host}{shown}".lower()


def is_safe(origin: str) -> bool:
    """Whether nobody on the way can put words into its pages: https, or this machine."""
    parts = urlsplit(origin)
    host = parts.hostname or ""
    if parts.scheme == "https" or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
