"""The findings and their mends in English; the dashboard has them in every language."""

from collections.abc import Mapping

from opdesk.doctor.model import SIZES, Finding
from opdesk.kit.sizes import size_in_words

TEXTS: Mapping[str, str] = {
    "server.running": "OpDesk {version} answers at {url}",
    "server.notRunning": "no OpDesk answers at {url}: what needs a running one was not looked at",
    "server.otherVersion": "the running server is OpDesk {version}, this program is {ours}",
    "database.ok": "{kind}, schema {schema}",
    "database.unfinished": (
        "{kind}, schema {schema}; it is large: the check of its pages was stopped after "
        "{seconds} s without having found damage"
    ),
    "database.missing": "there is no database in {folder} yet",
    "database.unreachable": "the database can't be used: {words}",
    "database.older": "the database has schema {found}, this version wants {wanted}",
    "database.newer": "the database has schema {found}, this version knows only up to {wanted}",
    "database.readOnly": "{path} can't be written to by {user}",
    "database.busy": "something else kept the database locked for {seconds} s",
    "database.damaged": "the database is damaged: {words}",
    "database.journal": (
        "the database's journal is {mode} instead of WAL: its disk can't do better, so a power cut "
        "may lose what was acknowledged"
    ),
    "database.oldPostgres": "PostgreSQL {version} is older than {wanted}",
    "database.notDurable": (
        "PostgreSQL has {setting} = {value}: a power cut may lose what was acknowledged"
    ),
    "database.fewConnections": (
        "PostgreSQL takes {most} connections altogether, and this server alone may want {wanted}"
    ),
    "disk.ok": "{free} are free for {folder}",
    "disk.little": "only {free} are free for {folder}",
    "disk.full": "the disk of {folder} is nearly full: {free} are free",
    "disk.fewFiles": "the disk of {folder} has room for {percent} % more files only",
    "files.ok": "{folder} and the master key are closed to others",
    "files.open": "{path} has mode {mode}: others on this machine can read it",
    "files.notWritable": "{path} can't be written to by {user}",
    "files.noKey": "there is no master key in {folder}, and a new one opens nothing that is there",
    "files.otherKey": "the master key is not the one that sealed this database",
    "clock.ok": "the clock is right, compared with {against}",
    "clock.unchecked": "the clock was compared with nothing: there is no PostgreSQL and no channel",
    "clock.wrong": (
        "the clock is {seconds} s away from that of {against}: sign-ins and links end too early or "
        "too late"
    ),
    "publicUrl.ok": "{url} leads to this server",
    "publicUrl.none": (
        "there is no public address: links lead to {url}, and bots are polled instead of calling"
    ),
    "publicUrl.plain": "{url} is not https: passwords and messages can be read on the way",
    "publicUrl.noName": "the name of {url} has no address",
    "publicUrl.noConnection": "nothing answers at {url} ({words})",
    "publicUrl.certificate": "the certificate of {url} is not valid: {words}",
    "publicUrl.certificateEnds": "the certificate of {url} ends in {days} days",
    "publicUrl.elsewhere": "what answers at {url} is not this server (status {status})",
    "publicUrl.gateway": "the proxy at {url} does not reach this server (status {status})",
    "proxy.ok": "through {url}, the proxy {peer} says whom it serves, and is believed",
    "proxy.direct": "{url} leads here without a proxy",
    "proxy.untrusted": (
        "the proxy {peer} of {url} says whom it serves, but is not believed: everyone has its "
        "address, in the audit log, for API keys and for the limits on failed sign-ins"
    ),
    "proxy.silent": (
        "the proxy {peer} of {url} does not say whom it serves: everyone has its address, in the "
        "audit log, for API keys and for the limits on failed sign-ins"
    ),
    "proxy.tooWide": "{network} is believed as a proxy: nearly anyone may claim any address",
    "webSocket.ok": "a WebSocket through {url} opens",
    "webSocket.refused": (
        "a WebSocket through {url} is refused (status {status}): panels fall back to slower ways"
    ),
    "webSocket.failed": "a WebSocket through {url} does not open: {words}",
    "body.ok": "a file of {size}, the largest there may be, passes {url}",
    "body.tooSmall": "a file of {size} does not pass {url} (status {status})",
    "body.broken": "a file of {size} does not pass {url}: {words}",
    "body.slow": "a file of {size} did not pass {url} within {seconds} s",
    "stream.ok": "what is sent bit by bit comes through {url} at once",
    "stream.buffered": (
        "{url} keeps an answer back until it is whole: without WebSockets nothing new would appear"
    ),
    "stream.failed": "an answer that is sent bit by bit does not come through {url}: {words}",
    "outbox.ok": "nothing waits longer than it should",
    "outbox.late": "{count} things to do are late, the oldest by {minutes} minutes",
    "outbox.held": "{count} sends of the restored backup wait for your word",
    "channel.ok": "{source} {from}: all is well",
    "channel.off": "{source} {from} is switched off",
    "channel.trouble": "{source} {from}: {words}",
    "channel.unseen": "{source} {from} could not be looked at: {words}",
    "openFiles.ok": "the server may open {limit} files",
    "openFiles.unlimited": "the server may open any number of files",
    "openFiles.few": "the server may open {limit} files only: each panel takes one",
    "memory.ok": "{free} of memory are free",
    "memory.little": "only {free} of memory are free",
}
"""What was found."""

MENDS: Mapping[str, str] = {
    "serve": "Start the server; it makes and migrates the database by itself",
    "restart": "Restart the server, so that it runs the version that is installed",
    "databaseUrl": "See that PostgreSQL runs, and that the address is right",
    "migrate": "Stop the server and bring the database up to date (a start does it as well)",
    "install": "Install the newer OpDesk again",
    "own": "Give the data folder to the user that the server runs as",
    "wait": "Find out which other program has the file open",
    "restore": "Stop the server, keep the folder as it is, and restore the last backup",
    "localDisk": "Move the data folder to a disk of this machine, not one of the network",
    "postgresVersion": "Upgrade PostgreSQL to 15 or newer",
    "durable": "Run this as PostgreSQL's superuser",
    "connections": "Raise PostgreSQL's max_connections, or take fewer",
    "space": "Make room, or move the data folder to a larger disk; this shows what is large",
    "inodes": "Delete files that nobody needs; this shows where they are",
    "mode": "Close it",
    "masterKey": "Put the master key back: from a backup, or into OPDESK_MASTER_KEY",
    "time": "Let the clock be set over the network",
    "publicUrl": "Set the address that people and platforms reach this server at",
    "https": "Put a proxy with TLS in front (deploy/Caddyfile, deploy/nginx.conf), and set",
    "dns": "Give the name an A or AAAA record with this server's address, or correct the setting",
    "listen": "Start the proxy, and let ports 80 and 443 through the firewall",
    "certificate": (
        "Let the proxy get a certificate for this very name; if an authority of your own has "
        "signed it, let this machine believe it"
    ),
    "renew": "See why the proxy does not renew the certificate",
    "pointHere": "Correct the setting, or let the proxy hand this name on to this server",
    "upstream": "Let the proxy hand on to where this server listens",
    "trust": "Set this, and restart the server",
    "forward": "Let the proxy say whom it serves: Caddy does by itself, nginx with",
    "narrow": "Name your proxies only",
    "upgrade": "Let the proxy pass upgrades on: Caddy does by itself, nginx with",
    "bodyLimit": "Let the proxy pass larger bodies: nginx with",
    "slowLine": "The line to this address is slow; operators will feel it with files",
    "noBuffer": "Let the proxy pass on what comes at once: nginx with",
    "log": "See the server's log for why they fail",
    "resume": (
        "They may have gone out after the backup was made: with --list this command names them, "
        "with --drop it gives them up. To send them"
    ),
    "page": "Open the channel in the dashboard",
    "outgoing": "See that this server has a way to the platform",
    "openFiles": "Raise the limit: in the systemd unit with",
    "memory": "Stop what else runs here, or give the machine more memory",
}
"""What to do; `params.line`, where there is one, is what to run or to write."""


def told(finding: Finding) -> str:
    """What was found, in English."""
    sizes = {
        name: size_in_words(int(finding.params[name])) for name in SIZES & finding.params.keys()
    }
    return TEXTS[finding.text].format_map({**finding.params, **sizes})


def mend_told(finding: Finding) -> str | None:
    """What to do, in English, without the line to run or to write."""
    return MENDS[finding.mend] if finding.mend else None
