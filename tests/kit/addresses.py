"""Addresses that nobody may talk us into calling, and the ways of writing them."""

import ipaddress
from collections.abc import Iterator

LOOPBACKS = ("127.0.0.1", "127.0.0.2", "127.1.2.3", "127.255.255.254", "0.0.0.0", "0.0.0.1")
PRIVATE_V4 = (
    *("10.0.0.0", "10.0.0.1", "10.1.2.3", "10.255.255.255"),
    *("172.16.0.1", "172.17.0.1", "172.20.10.2", "172.31.255.255"),
    *("192.168.0.1", "192.168.1.1", "192.168.122.1", "192.168.255.255"),
    *("100.64.0.1", "100.100.100.200", "100.127.255.255"),
    *("169.254.0.1", "169.254.169.254", "169.254.170.2", "169.254.255.255"),
    *("192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.0.192", "192.0.2.1", "192.88.99.1"),
    *("198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9"),
    *("224.0.0.1", "224.0.0.251", "232.1.1.1", "239.255.255.250"),
    *("240.0.0.1", "250.1.2.3", "255.255.255.254", "255.255.255.255", "0.1.2.3"),
)
PRIVATE_V6 = (
    *("::", "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::2"),
    *("fe80::1", "fe80::a00:27ff:fe4e:66a1", "febf::1", "fec0::1", "feff::1"),
    *("fc00::1", "fc12:3456::1", "fd00::1", "fd00:ec2::254", "fdff:ffff::1"),
    *("ff01::1", "ff02::1", "ff02::fb", "ff05::2", "ff0e::1", "ff3e:30:2001:db8::1"),
    *("100::1", "100:0:0:1::1", "64:ff9b:1::1", "5f00::1", "4000::1", "8000::1", "e000::1"),
    *("2001::1", "2001:2::1", "2001:10::1", "2001:20::1", "2001:db8::1", "3fff::1", "3fff:fff::1"),
)
SPELLED = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1")
METADATA = (
    "metadata.google.internal",
    "metadata",
    "metadata.goog",
    "instance-data",
    "instance-data.ec2.internal",
    "metadata.azure.internal",
    "metadata.packet.net",
    "metadata.tencentyun.com",
    "rancher-metadata",
    "kubernetes.default.svc",
    "kubernetes.default.svc.cluster.local",
    "host.docker.internal",
    "gateway.docker.internal",
    "consul.service.consul",
    "vault.service.consul",
    "router.home.arpa",
    "printer.local",
    "db.corp.internal",
)
LOCAL_NAMES = (
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost.localdomain",
    "ip6-localhost",
    "ip6-loopback",
    "app.localhost",
    "127.0.0.1.nip.io",
    "7f000001.nip.io",
    "localtest.me",
    "spoofed.burpcollaborator.net",
    "xn--lcalhost-n1a.example",
    "пошта.укр",
    "xn--80a1acny.xn--j1amh",
)
NAMES = {**dict.fromkeys(METADATA, "169.254.169.254"), **dict.fromkeys(LOCAL_NAMES, "127.0.0.1")}
"""What a hostile name server answers."""


def spellings(text: str) -> Iterator[str]:
    """One IPv4 address in every way that some resolver takes."""
    number = int(ipaddress.IPv4Address(text))
    a, b, c, d = (number >> shift & 255 for shift in (24, 16, 8, 0))
    yield from (str(number), hex(number), hex(number).upper(), oct(number).replace("o", ""))
    yield from (f"{a}.{number & 0xFFFFFF}", f"{a}.{b}.{number & 0xFFFF}")
    yield from (f"{a:#x}.{b:#x}.{c:#x}.{d:#x}", f"0{a:o}.0{b:o}.0{c:o}.0{d:o}")
    yield from (f"0{a:o}.{b}.{c:#x}.{d}", f"{a:03}.{b:03}.{c:03}.{d:03}", f"{a}.{b:#x}.{c}.{d}")
    yield from (f"{a:#x}.{number & 0xFFFFFF}", f"0x{a:08x}.{b}.{c}.{d}", f"00000{a:o}.{b}.{c}.{d}")
    yield from (f"{text}.", f"{number}.", f"{text}..", f".{text}", f"{number + 2**32}")
    yield from ("".join(wide(one) for one in text), text.replace(".", "。"), circled(text))
    yield from (f"{text}%00", f"{text}%2e", f"{text}%20", f"%31{text[1:]}", f"{text}\u00ad")
    yield from (f"{a + 256}.{b}.{c}.{d}", f"{text}.0", f"[{text}]")


def wide(char: str) -> str:
    return chr(ord(char) + 0xFEE0)


def circled(text: str) -> str:
    return "".join(chr(0x245F + int(one)) if one in "123456789" else one for one in text)


def carried(text: str) -> Iterator[str]:
    """One IPv4 address inside IPv6 ones."""
    number = int(ipaddress.IPv4Address(text))
    high, low = number >> 16, number & 0xFFFF
    yield from (f"::ffff:{text}", f"::ffff:{high:x}:{low:x}", f"0:0:0:0:0:ffff:{text}")
    yield from (f"::{text}", f"::{high:x}:{low:x}", f"::ffff:0:{text}")
    yield from (f"64:ff9b::{text}", f"64:ff9b::{high:x}:{low:x}", f"64:ff9b:1::{text}")
    yield from (f"2002:{high:x}:{low:x}::", f"2002:{high:x}:{low:x}::1")
    hidden = number ^ 0xFFFF_FFFF
    yield f"2001:0:4136:e378:8000:63bf:{hidden >> 16:x}:{hidden & 0xFFFF:x}"
    yield from (f"2a00:1450:4001:81b:0:5efe:{high:x}:{low:x}", f"2a00::200:5efe:{text}")


def urls(port: int) -> list[str]:
    """The corpus; what listens on `port` of this machine must never hear of it."""
    at = f":{port}"
    found = [f"http://{one}{at}/" for one in (*LOOPBACKS, *PRIVATE_V4, *NAMES)]
    found += [f"http://[{one}]{at}/" for one in PRIVATE_V6]
    for text in SPELLED:
        found += [f"http://{one}{at}/" for one in spellings(text)]
        found += [f"http://[{one}]{at}/" for one in carried(text)]
    found += [f"https://{one}{at}/" for one in ("127.0.0.1", "[::1]", "localhost", "10.0.0.1")]
    return list(dict.fromkeys([*found, *tricks(port), *ports(), *long_ones(port)]))


def tricks(port: int) -> Iterator[str]:
    """What another reader of addresses takes for another host."""
    ours, good = f"127.0.0.1:{port}", "example.com"
    yield from (f"http://{good}@{ours}/", f"http://{good}:80@{ours}/", f"http://{good}%40{ours}/")
    yield from (f"http://user:pass@{ours}/", f"http://@{ours}/", f"http://:@{ours}/")
    yield from (f"http://a@b@{ours}/", f"http://{ours}@{ours}/", f"http://{good}%20@{ours}/")
    yield from (f"http://{ours}#@{good}/", f"http://{ours}?@{good}/", f"http://{ours}/@{good}")
    yield from (f"http://{ours}\\@{good}/", f"http://{good}\\@{ours}/", f"http:\\\\{ours}\\")
    yield from (f"http:{ours}/", f"http:/{ours}/", f"http:///{ours}/", f"//{ours}/", f"{ours}/")
    yield from (f" http://{ours}/", f"http://{ours}/ ", f"http:// {ours}/", f"http://\t{ours}/")
    yield from (
        f"http://{ours}/\r\nHost: {good}",
        f"http://127.0.0.1\r\n:{port}/",
        f"\0http://{ours}",
    )
    yield from (f"HTTP://{ours}/", f"hTTp://{ours}/", f"http://127.0.0.1:0{port}/")
    yield from (f"http://[::1%25lo]:{port}/", f"http://[::1%lo]:{port}/", "http://[fe80::1%251]/")
    yield from (f"http://[fe80::1%25eth0]:{port}/", f"http://[::1]{port}/", f"http://::1:{port}/")
    yield from (f"http://[::ffff:127.0.0.1%25lo]:{port}/", f"http://[[::1]]:{port}/", "http://[]/")
    for scheme in ("file", "ftp", "gopher", "dict", "ldap", "ws", "wss", "unix", "data", "jar"):
        yield f"{scheme}://{ours}/"
    yield from (
        "file:///etc/passwd",
        f"gopher://{ours}/_GET",
        f"http+unix://{ours}/",
        f"url:http://{ours}",
    )
    yield from ("javascript:alert(1)", "about:blank", "", "http://", "https://", "nonsense", "/")


def ports() -> Iterator[str]:
    """Ports that are none, or that wrap round to one."""
    for port in (
        "0",
        "-1",
        "65536",
        "65616",
        "99999",
        "4294967376",
        "1e3",
        "0x50",
        "８０",
        "80 ",
        "",
    ):
        yield f"http://127.0.0.1:{port}/"
    for port in ("-1", "65536", "65616", "99999", "4294967376", "1e3", "0x50", "x"):
        yield f"http://93.184.216.34:{port}/"
    yield from (f"http://127.0.0.1:{port}/" for port in (1, 22, 25, 80, 443, 5432, 6379, 11211))


def long_ones(port: int) -> Iterator[str]:
    yield f"http://127.0.0.1:{port}/{'a' * 100_000}"
    yield f"http://{'a' * 70_000}@127.0.0.1:{port}/"
    yield f"http://{'a.' * 40_000}localhost:{port}/"
    yield f"http://{'a' * 64}.example:{port}/"
    yield f"http://{'0' * 5_000}127.0.0.1:{port}/"
    yield f"http://[{'0' * 500}::1]:{port}/"
    yield f"http://127.0.0.1:{'0' * 5_000}{port}/"
