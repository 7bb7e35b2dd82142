"""A house to test in: real parts on a temporary folder."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from demo import CHEAP

os.environ["HF_HUB_OFFLINE"] = "1"  # read once, when the hub's client is imported
for variable in [name for name in os.environ if name.startswith("VIGIE_")]:
    if not variable.startswith("VIGIE_TEST_"):
        del os.environ[variable]

from server.settings import load
from server.wiring import Parts, Vigie, open_vigie

RECORD_WAIT_S = 0.5  # some tests lock the record, and wait until the house gives up
EXAMPLES = Path(__file__).parents[1] / "examples"

Opened = Callable[..., Vigie]


def pytest_configure() -> None:
    """A shell leaves SIGINT ignored in what runs behind it, and so would each process we start."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def parts() -> Parts:
    """The embedder and the recognisers, made once for every house of the session."""
    return replace(Parts.of(load()), hasher=CHEAP)


@pytest.fixture
def open_house(tmp_path: Path, parts: Parts) -> Iterator[Opened]:
    """Opens a house on a folder of the test, with whatever settings it names."""
    with ExitStack() as closing:

        def opened(home: Path | None = None, **settings: object) -> Vigie:
            chosen = load(home or tmp_path / "home", **settings)
            return closing.enter_context(open_vigie(chosen, parts))

        yield opened


@pytest.fixture
def house(open_house: Opened) -> Vigie:
    """A house with the extractive generator and no document."""
    return open_house(generator="extractive")


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory, parts: Parts) -> Path:
    """A home with the demo company in it, closed; copy it, never open it."""
    made = _of_every_worker(tmp_path_factory) / "furnished"
    with _alone(made.with_suffix(".lock")):
        if not made.exists():
            being_made = made.with_suffix(".new")
            _furnish(being_made, parts)
            being_made.rename(made)
    return made / "home"


def _furnish(folder: Path, parts: Parts) -> None:
    with open_vigie(load(folder / "home", generator="extractive"), parts) as vigie:
        for example in sorted(path for path in EXAMPLES.iterdir() if path.is_dir()):
            report = vigie.library.ingest(example, None, vigie.operator, lambda _done, _of: None)
            assert not report.failed


def _of_every_worker(folders: pytest.TempPathFactory) -> Path:
    """The folder of the session: where tests run in several processes, each has one below it."""
    own = folders.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@pytest.fixture
def demo_house(furnished: Path, tmp_path: Path, open_house: Opened) -> Vigie:
    """The demo company, for this test alone, answered by the extractive generator."""
    home = tmp_path / "home"
    shutil.copytree(furnished, home, ignore=shutil.ignore_patterns("*.sock", "server.lock"))
    return open_house(home, generator="extractive", record_wait_s=RECORD_WAIT_S)


def pytest_sessionfinish() -> None:
    """llama-cpp-python opens two files when it is imported, and never closes them."""
    opened = sys.modules.get("llama_cpp._utils")
    for name in ("outnull_file", "errnull_file"):
        if opened is not None:
            getattr(opened, name).close()
