"""A file is read in a process of its own, within bounds, whatever becomes of that process."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from hostile import pdf
from hostile.zips import PAGE, zipped
from hypothesis import given
from hypothesis import strategies as st

from ingest.archives import Member
from ingest.documents import Block, BlockKind, Reading
from ingest.errors import ReaderUnavailableError, UnreadableFileError
from ingest.isolation import wire, zygote
from ingest.isolation.reader import IsolatedReader
from ingest.isolation.wire import Bounds
from ingest.readers import reasons
from ingest.reading import InProcessReader
from models.wording import Wording

ROOT = Path(__file__).parents[3]
PATIENCE_S = 30.0
LONG = f"<p {' '.join(f'a{n}=1' for n in range(300_000))}>x".encode()
"""A page that takes minutes to read: its parser compares each attribute with all before it."""


@pytest.fixture(scope="module")
def reader() -> Iterator[IsolatedReader]:
    made = IsolatedReader(Bounds())
    yield made
    made.close()


@pytest.fixture
def bounded() -> Iterator[Callable[..., IsolatedReader]]:
    """Readers with bounds of the test's own."""
    made: list[IsolatedReader] = []

    def opened(**bounds: float) -> IsolatedReader:
        made.append(IsolatedReader(replace(Bounds(), **bounds)))
        return made[-1]

    yield opened
    for one in made:
        one.close()


def children(pid: int) -> list[int]:
    """The processes that this one started and that have not ended."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except (OSError, ValueError):
            continue
        if fields[1] == str(pid) and fields[0] != "Z":
            found.append(int(entry.name))
    return found


def eventually(told: Callable[[], object]) -> object:
    """What `told` says once it says something; fails when it never does."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if said := told():
            return said
        time.sleep(0.01)
    raise AssertionError("it never happened")


def zygotes() -> list[int]:
    return [pid for pid in children(os.getpid()) if "isolation.zygote" in command(pid)]


def command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
    except OSError:
        return ""


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2][1] == "Z"
    except OSError:
        return True


@pytest.fixture
def at_work(bounded) -> Iterator[tuple[IsolatedReader, Future[Reading], int, int]]:  # noqa: ANN001
    """A reader with a child at work on a long file: with its zygote and that child."""
    before = set(zygotes())
    reader = bounded(cpu_seconds=300)
    with ThreadPoolExecutor(1) as thread:
        reading = thread.submit(reader.read, "long.html", LONG)
        (born,) = eventually(lambda: set(zygotes()) - before)
        (child,) = eventually(lambda: children(born))
        yield reader, reading, born, child
        reader.close()


@pytest.mark.parametrize(
    "path",
    sorted(
        str(path.relative_to(ROOT))
        for path in (ROOT / "examples").rglob("*.*")
        if path.suffix in (".md", ".html", ".docx", ".xlsx", ".pdf")
    ),
)
def test_a_child_reads_what_this_process_would(reader: IsolatedReader, path: str) -> None:
    data = (ROOT / path).read_bytes()

    assert reader.read(Path(path).name, data) == InProcessReader().read(Path(path).name, data)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.md", b"", reasons.EMPTY),
        ("a.exe", b"MZ", reasons.UNKNOWN),
        ("a.pdf", b"%PDF-1.7", reasons.DAMAGED),
        ("a.txt", b"abc\x00def", reasons.BINARY),
    ],
)
def test_the_reason_of_a_reader_is_the_reason_given(
    reader: IsolatedReader, name: str, data: bytes, reason: Wording
) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        reader.read(name, data)

    assert refused.value.reason == reason


@pytest.mark.slow
@pytest.mark.parametrize(
    ("bounds", "name", "data", "reason"),
    [
        ({"seconds": 0.2}, "long.html", LONG, reasons.OVERDUE),
        ({"cpu_seconds": 1}, "long.html", LONG, reasons.OVERDUE),
        ({"memory": 256 << 20}, "a.txt", b"\xff" + b"x" * (49 << 20), reasons.TOO_MUCH_MEMORY),
        ({"reply": 1000}, "a.txt", b"bonjour " * 1000, reasons.TOO_MUCH_SAID),
        ({}, "a.pdf", pdf.form_in_itself(), reasons.CRASHED),
    ],
    ids=["time", "computing", "memory", "reply", "crash"],
)
def test_a_file_that_asks_too_much_is_stopped_with_its_reason(
    bounded: Callable[..., IsolatedReader],
    bounds: dict[str, float],
    name: str,
    data: bytes,
    reason: Wording,
) -> None:
    reader = bounded(**bounds)

    with pytest.raises(UnreadableFileError) as refused:
        reader.read(name, data)

    assert refused.value.reason == reason


@pytest.mark.slow
def test_after_a_file_that_was_stopped_the_next_one_is_read(
    bounded: Callable[..., IsolatedReader],
) -> None:
    reader = bounded(seconds=5.0, cpu_seconds=1)
    with pytest.raises(UnreadableFileError):
        reader.read("long.html", LONG)

    assert reader.read("note.md", PAGE).title == "Note"


def test_several_files_are_read_at_once_and_none_is_taken_for_another(
    reader: IsolatedReader,
) -> None:
    def title(n: int) -> str:
        return reader.read("a.md", f"# Titre {n}\n".encode()).title

    with ThreadPoolExecutor(4) as threads:
        titles = list(threads.map(title, range(60)))

    assert titles == [f"Titre {n}" for n in range(60)]


@pytest.mark.parametrize("harm", [signal.SIGSEGV, signal.SIGABRT])
def test_a_child_that_crashes_is_a_reason_and_nothing_else(at_work, harm: int) -> None:  # noqa: ANN001
    reader, reading, _, child = at_work

    os.kill(child, harm)

    with pytest.raises(UnreadableFileError) as refused:
        reading.result(PATIENCE_S)
    assert refused.value.reason == reasons.CRASHED
    assert reader.read("note.md", PAGE).title == "Note"


def test_a_child_killed_from_outside_is_replaced_once(at_work) -> None:  # noqa: ANN001
    reader, reading, born, child = at_work

    os.kill(child, signal.SIGKILL)
    (second,) = eventually(lambda: [pid for pid in children(born) if pid != child])
    os.kill(second, signal.SIGKILL)

    with pytest.raises(UnreadableFileError) as refused:
        reading.result(PATIENCE_S)
    assert refused.value.reason == reasons.CRASHED
    assert reader.read("note.md", PAGE).title == "Note"


def test_a_zygote_that_is_killed_is_replaced_and_its_children_end(
    at_work,  # noqa: ANN001
) -> None:
    reader, _, born, child = at_work

    os.kill(born, signal.SIGKILL)

    eventually(lambda: is_gone(child))
    assert reader.read("note.md", PAGE).title == "Note"
    assert born not in zygotes()


@pytest.mark.slow
def test_a_zygote_that_no_longer_answers_is_replaced(at_work) -> None:  # noqa: ANN001
    """Stopped rather than killed: it obeys nothing, and is ended after a while."""
    reader, _, born, _ = at_work
    os.kill(born, signal.SIGSTOP)

    reader.close()

    assert is_gone(born)


def test_closing_ends_every_process_and_says_so_to_who_waits(at_work) -> None:  # noqa: ANN001
    reader, reading, born, child = at_work

    reader.close()

    with pytest.raises(ReaderUnavailableError):
        reading.result(PATIENCE_S)
    assert is_gone(born)
    eventually(lambda: is_gone(child))


OWNER = """
import sys, threading
from ingest.isolation.reader import IsolatedReader
from ingest.isolation.wire import Bounds
reader = IsolatedReader(Bounds())
reader.read("note.md", b"# Note")
threading.Thread(target=reader.read, args=("long.html", sys.stdin.buffer.read())).start()
print("reading", flush=True)
try:
    threading.Event().wait()
finally:
    reader.close()
"""


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_nothing_outlives_the_process_that_asked(ending: signal.Signals) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        owner.stdin.write(LONG)
        owner.stdin.close()
        owner.stdout.readline()
        (born,) = eventually(lambda: children(owner.pid))
        (child,) = eventually(lambda: children(born))

        owner.send_signal(ending)

    eventually(lambda: is_gone(born) and is_gone(child))


CONFINED = """
import os, socket, sys
from ingest.isolation.confinement import confine
from ingest.isolation.wire import Bounds
if os.fork() == 0:
    confine(Bounds(), os.getppid())
    try:
        {attempt}
    except (OSError, MemoryError):
        os._exit(42)
    os._exit(0)
os._exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.socket()",
        "socket.socket(socket.AF_UNIX)",
        "os.write(os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT), b'x')",
        "bytearray(4 << 30)",
        "[open('/dev/null') for _ in range(100)]",
        "os.setpgid(0, os.getppid())",
    ],
)
def test_a_child_has_nothing_to_do_harm_with(attempt: str, tmp_path: Path) -> None:
    if "socket" in attempt and os.uname().machine not in ("x86_64", "aarch64"):
        pytest.skip("sockets are closed on processors whose calls are known")
    made = CONFINED.format(attempt=attempt)

    ended = subprocess.run(
        [sys.executable, "-c", made, str(tmp_path / "written")],
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )

    assert ended.returncode == 42


def test_no_secret_and_no_folder_of_the_caller_reaches_a_zygote(
    at_work,  # noqa: ANN001
) -> None:
    _, _, born, _ = at_work

    inherited = Path(f"/proc/{born}/environ").read_text(encoding="utf-8").split("\0")
    known = {"PATH", "LANG", "LC_ALL", "TESSDATA_PREFIX", "PYTHONPATH", "OMP_THREAD_LIMIT"}

    assert {one.partition("=")[0] for one in inherited if one} <= known | {"LC_CTYPE"}
    assert Path(f"/proc/{born}/cwd").resolve() == Path("/")


def test_a_member_of_an_archive_is_read_where_it_stands(reader: IsolatedReader) -> None:
    archive = zipped(("a.txt", b"x" * 5000), ("sous.zip", zipped(("note.md", PAGE))))

    _, inner = reader.members(archive)

    assert isinstance(inner, Member)
    assert inner.name == "sous.zip/note.md"
    assert reader.read("note.md", archive, inner.places).title == "Note"


def understood(told: Callable[[bytes], object], reply: bytes) -> object:
    try:
        return told(reply)
    except UnreadableFileError as refused:
        return refused.reason


@given(st.binary(max_size=200))
def test_whatever_a_child_says_is_a_reading_or_a_reason(reply: bytes) -> None:
    found = [understood(wire.read, reply), understood(wire.listed, reply)]

    assert all(
        isinstance(one, Reading | tuple) or one in (reasons.CRASHED, reasons.DAMAGED)
        for one in found
    )


def test_a_child_gives_reasons_of_ours_and_none_of_its_own() -> None:
    forged = Wording("Appelez le 09 99.", "Call 09 99.")

    with pytest.raises(UnreadableFileError) as refused:
        wire.read(wire.refusal(forged))

    assert refused.value.reason == reasons.DAMAGED


def test_half_a_character_does_not_spoil_a_reading() -> None:
    said = Reading("a\ud800", (Block(BlockKind.PARAGRAPH, "b\udfffc"),))

    assert wire.read(wire.reading(said)) == Reading("a", (Block(BlockKind.PARAGRAPH, "bc"),))


def test_what_readers_import_is_loaded_before_the_first_file() -> None:
    """Else each child would load it anew, for every file."""
    imported = {
        name.partition(".")[0]
        for path in (ROOT / "ingest" / "readers").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    libraries = imported - set(sys.stdlib_module_names) - {"ingest", "models"}

    assert libraries <= {name.partition(".")[0] for name in zygote.PRELOADED}
