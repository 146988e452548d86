"""The command line: `opdesk serve`, `demo`, `doctor`, `backup` and an admin's other chores."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

import opdesk
from opdesk.settings import SettingError, Settings, load

if TYPE_CHECKING:
    from opdesk.server import Started

app = typer.Typer(
    name="opdesk",
    help="OpDesk, a self-hosted operator desk. Begin with `opdesk demo`.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
company_app = typer.Typer(help="Companies of this installation.", no_args_is_help=True)
keys_app = typer.Typer(help="The keys that sign tokens and addresses.", no_args_is_help=True)
app.add_typer(company_app, name="company")
app.add_typer(keys_app, name="keys")

Host = Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")]
# Text, so that a port that is none is told in one line like every other wrong setting.
Port = Annotated[
    str | None,
    typer.Option(
        help="Port to listen on; 0 takes a free one.", show_default="8080", metavar="INTEGER"
    ),
]
_DATA_HELP = "Folder of the database, media and master key."
Data = Annotated[Path | None, typer.Option(help=_DATA_HELP, show_default="./data")]
DemoData = Annotated[Path | None, typer.Option(help=_DATA_HELP, show_default="./data/demo")]
DatabaseUrl = Annotated[
    str | None,
    typer.Option(help="postgresql://... to use PostgreSQL instead of SQLite in the folder."),
]


def main() -> None:
    """The program's entry point; a wrong setting is one line and exit code 2."""
    try:
        app()
    except SettingError as error:
        _give_up(str(error), code=2)


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    resume_sending: Annotated[
        bool, typer.Option(help="Send what a restored backup had queued, as `resume-sending` does.")
    ] = False,
) -> None:
    """Serve the API, the hub, the panel and the dashboard until Ctrl+C.

    Brings the database to this version's schema first, after a backup of it. Every setting can
    also stand in the environment (OPDESK_PORT=...) or in opdesk.toml; docs/settings.md lists them.
    """
    from opdesk.server import serve_until_stopped  # noqa: PLC0415  keeps --help and errors quick

    settings = _settings(host=host, port=port, data=data, database_url=database_url)
    _run(serve_until_stopped(settings, _print_start, resumes_sending=resume_sending))


@app.command()
def demo(port: Port = None, data: DemoData = None) -> None:
    """Try OpDesk: a company, operators, a simulated Telegram bot and a few chats, on this machine.

    Everything is kept in its own folder (./data/demo), so that the next start goes on where this
    one ended. Listens on the loopback address only.
    """
    from opdesk.demo.run import run_demo  # noqa: PLC0415  as above

    _run(run_demo(_settings(host="127.0.0.1", port=port, data=data or Path("data") / "demo")))


@company_app.command("add")
def add_company(
    login: Annotated[str, typer.Option(help="What the company signs in with.")],
    name: Annotated[str, typer.Option(help="What it is called.")],
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password from standard input instead of asking.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a company. Its password has 10 to 256 characters and is not a common one."""
    from opdesk.chores import add_company as add  # noqa: PLC0415  as above

    settings = _settings(data=data, database_url=database_url)
    if password_stdin:
        password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    company_id = _run(add(settings, login, name, password))
    typer.echo(f"Company {company_id} is there: {login} signs in at /dashboard.")


@keys_app.command("rotate")
def rotate_keys(
    revoke: Annotated[
        bool, typer.Option(help="Drop the old keys at once: every token and address ends now.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make new signing keys. The old ones go on verifying until their last token has ended."""
    from opdesk.chores import rotate_signing_keys  # noqa: PLC0415  as above

    _run(rotate_signing_keys(_settings(data=data, database_url=database_url), revoke=revoke))
    ending = "the old ones are gone" if revoke else "the old ones still verify what they signed"
    typer.echo(f"New keys sign from now on; {ending}. A running server notices within 5 seconds.")


@app.command()
def backup(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="Folder of backups, outside the data folder.")
    ],
    keep: Annotated[
        int | None, typer.Option(min=1, help="Remove older backups of this folder beyond so many.")
    ] = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Make a backup, DIR/opdesk-<time>, also while the server serves. Says what it contains."""
    from opdesk.backups.making import back_up_outside  # noqa: PLC0415  as above
    from opdesk.backups.words import contents  # noqa: PLC0415

    settings = _settings(data=data, database_url=database_url)
    typer.echo(contents(_guarded(back_up_outside, settings, folder, keep)))


@app.command()
def restore(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A backup, or a folder of them: then the newest.")
    ],
    force: Annotated[
        bool, typer.Option(help="Move the data that the folder has aside, instead of refusing.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Bring a backup into a new data folder, and into an empty database where it is PostgreSQL's.

    Nothing that waited to be sent is sent until `resume-sending`; everyone signs in anew.
    """
    from opdesk.backups.restoring import restore as bring_back  # noqa: PLC0415  as above
    from opdesk.backups.words import restored  # noqa: PLC0415

    settings = _settings(data=data, database_url=database_url)
    typer.echo(restored(_guarded(bring_back, settings, folder, force), settings.data))


@app.command()
def resume_sending(
    only_list: Annotated[
        bool, typer.Option("--list", help="Only tell what waits: nothing is sent, nothing changes.")
    ] = False,
    drop: Annotated[
        bool,
        typer.Option("--drop", help="Never send it: the messages are shown as not sent."),
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Send what a restored backup had queued, or give it up. May run beside the server.

    Some of it may have gone out after the backup was made, and would come twice.
    """
    from opdesk import chores  # noqa: PLC0415  as above
    from opdesk.backups.words import dropped, waiting  # noqa: PLC0415

    if only_list and drop:
        _give_up("--list changes nothing and --drop does: give one of them", code=2)
    settings = _settings(data=data, database_url=database_url)
    if only_list:
        typer.echo(waiting(_run(chores.held_sends(settings))))
    elif drop:
        typer.echo(dropped(_run(chores.drop_sending(settings))))
    else:
        count = _run(chores.resume_sending(settings))
        typer.echo(f"Sends that go on now: {count}." if count else "Nothing was waiting.")


@app.command()
def migrate(
    without_backup: Annotated[
        bool, typer.Option(help="Make no backup first: one that you made elsewhere must do.")
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Bring the database to the schema of this version, after a backup. `serve` does it too."""
    from opdesk.server import migrate_database  # noqa: PLC0415  as above

    settings = _settings(data=data, database_url=database_url)
    before, after = _guarded(migrate_database, settings, without_backup)
    if before == after:
        typer.echo(f"The database has schema {after} already.")
    else:
        typer.echo(f"The database went from schema {before or 'nothing'} to {after}.")


@app.command()
def doctor(
    host: Host = None,
    port: Port = None,
    data: Data = None,
    database_url: DatabaseUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Look at the server from all sides, and say how to mend what is wrong; changes nothing.

    Runs beside the server, with the same settings, or when none runs. Exit code 1: a problem.
    """
    from opdesk.doctor import examine, report  # noqa: PLC0415  as above

    settings = _settings(host=host, port=port, data=data, database_url=database_url)
    findings = _run(examine.beside(settings))
    typer.echo(report.as_json(findings) if as_json else report.as_text(findings))
    raise typer.Exit(0 if examine.is_well(findings) else 1)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(f"opdesk {opdesk.__version__}")


def _settings(**given: Any) -> Settings:
    return load(given, os.environ)


def _print_start(started: "Started") -> None:
    typer.echo(
        f"OpDesk listens on {started.url} (panel /, dashboard /dashboard, Swagger /index.html)"
    )
    if started.set_up_code is not None:
        typer.echo(
            "There is no company yet. Open /dashboard and give this set-up code: "
            f"{started.set_up_code}"
        )
    if started.held:
        typer.echo(
            f"This is a restored backup: {started.held} sends of it wait. They may have gone out"
            " already; `opdesk resume-sending` lets them go, with --list it names them, and with"
            " --drop it gives them up."
        )


def _run(work: Any) -> Any:
    from opdesk.server import run_on_uvloop  # noqa: PLC0415  as above

    return _guarded(run_on_uvloop, work)


def _guarded(call: Callable[..., Any], *args: Any) -> Any:
    """Run it; what an admin can mend is one line and exit code 1, without a trace."""
    from opdesk.backups.manifest import BackupError  # noqa: PLC0415  as above
    from opdesk.server import StartError  # noqa: PLC0415

    try:
        return call(*args)
    except (BackupError, StartError) as error:
        _give_up(str(error), code=1)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _give_up(text: str, *, code: int) -> NoReturn:
    print(f"opdesk: {text}", file=sys.stderr)
    sys.exit(code)
