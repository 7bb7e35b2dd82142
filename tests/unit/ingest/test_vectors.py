"""The vectors kept aside: the right ones or none, bounded, and forgotten when nobody holds them."""

from __future__ import annotations

import hashlib
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from ingest.vectors import Vector, VectorCache

WIDTH = 384


def unit(n: int) -> Vector:
    row = np.random.default_rng(n).standard_normal(WIDTH).astype(np.float32)
    return np.asarray(row / np.linalg.norm(row), dtype=np.float32)


def key(n: int) -> bytes:
    return hashlib.sha256(str(n).encode()).digest()


def rows(*numbers: int) -> dict[bytes, Vector]:
    return {key(n): unit(n) for n in numbers}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "vectors.db"


@pytest.fixture
def cache(path: Path) -> Iterator[VectorCache]:
    with closing(VectorCache(path)) as opened:
        yield opened


def test_what_is_held_is_found_again_by_another_process(cache: VectorCache, path: Path) -> None:
    cache.hold(b"a", rows(1, 2))

    with closing(VectorCache(path)) as other:
        found = other.find([key(1), key(2), key(3)])

    assert found.keys() == {key(1), key(2)}
    assert all(found[key(n)] @ unit(n) >= 0.999999 for n in (1, 2))
    assert all(np.linalg.norm(row) == pytest.approx(1, abs=1e-6) for row in found.values())


def test_more_keys_than_a_statement_takes_are_found(cache: VectorCache) -> None:
    many = rows(*range(1_201))
    cache.hold(b"a", many)

    assert cache.find(many).keys() == many.keys()


def test_a_new_version_of_a_document_leaves_nothing_of_the_former(cache: VectorCache) -> None:
    cache.hold(b"a", rows(1, 2))

    cache.hold(b"a", rows(2, 3))

    assert cache.find(rows(1, 2, 3)).keys() == {key(2), key(3)}


def test_what_two_documents_say_stays_until_both_are_gone(cache: VectorCache) -> None:
    cache.hold(b"a", rows(1))
    cache.hold(b"b", rows(1, 2))

    cache.release([b"a"])
    after_one = cache.find(rows(1, 2)).keys()
    cache.release([b"b", b"unknown"])

    assert after_one == {key(1), key(2)}
    assert cache.find(rows(1, 2)) == {}


def test_a_forgotten_vector_is_in_none_of_the_files(cache: VectorCache, path: Path) -> None:
    cache.hold(b"a", rows(1))
    cache.hold(b"b", rows(2))

    cache.release([b"a"])

    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert unit(2).astype("<f2").tobytes() in written
    assert unit(1).astype("<f2").tobytes() not in written
    assert key(1) not in written


def test_the_oldest_leave_first(path: Path) -> None:
    with closing(VectorCache(path, limit=3)) as cache:
        for n in range(5):
            cache.hold(bytes([n]), rows(n))

        assert cache.find(rows(*range(5))).keys() == {key(2), key(3), key(4)}


@pytest.mark.parametrize("damage", [b"", b"not a database at all" * 200, b"SQLite format 3\0"])
def test_a_damaged_file_is_thrown_away(path: Path, damage: bytes) -> None:
    path.write_bytes(damage)

    with closing(VectorCache(path)) as cache:
        found = cache.find([key(1)])
        cache.hold(b"a", rows(1))
        again = cache.find([key(1)])

    assert found == {}
    assert again.keys() == {key(1)}


def test_pages_overwritten_in_the_middle_give_no_wrong_vector(path: Path) -> None:
    many = rows(*range(300))
    with closing(VectorCache(path)) as cache:
        cache.hold(b"a", many)
    data = bytearray(path.read_bytes())
    for start in range(4096 * 2, len(data), 4096):
        data[start + 900 : start + 1100] = os.urandom(200)
    path.write_bytes(data)

    with closing(VectorCache(path)) as cache:
        found = cache.find(many)

    assert len(found) < len(many)
    assert all(row @ many[key_] >= 0.999999 for key_, row in found.items())


def test_a_vector_under_another_texts_key_is_not_believed(cache: VectorCache, path: Path) -> None:
    cache.hold(b"a", rows(1, 2))
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(
            "UPDATE vectors SET vector = (SELECT vector FROM vectors WHERE key = ?) WHERE key = ?",
            (key(2), key(1)),
        )

    assert cache.find(rows(1, 2)).keys() == {key(2)}


def test_another_versions_file_is_thrown_away(cache: VectorCache, path: Path) -> None:
    cache.hold(b"a", rows(1))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA user_version = 99")

    with closing(VectorCache(path)) as other:
        assert other.find(rows(1)) == {}


def test_threads_and_caches_write_at_once(cache: VectorCache, path: Path) -> None:
    with closing(VectorCache(path)) as other, ThreadPoolExecutor(6) as pool:
        list(
            pool.map(
                lambda n: (cache if n % 2 else other).hold(bytes([n]), rows(n, n + 100)), range(60)
            )
        )

        assert len(other.find(rows(*range(160)))) == 120


def test_a_writer_killed_at_any_moment_leaves_right_vectors(path: Path) -> None:
    here = Path(__file__).parent
    script = (
        f"import sys; sys.path[:0] = [{str(here)!r}, {str(here.parents[2])!r}]\n"
        "from pathlib import Path\n"
        "from test_vectors import VectorCache, rows\n"
        f"cache = VectorCache(Path({str(path)!r}))\n"
        "for n in range(100_000):\n"
        "    cache.hold(str(n).encode(), rows(n))\n"
        "    print(n, flush=True)\n"
    )
    writer = subprocess.Popen(  # the same interpreter, as another process
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True
    )
    assert writer.stdout is not None
    with writer.stdout as said:
        done = [int(next(said)) for _ in range(40)]
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    with closing(VectorCache(path)) as cache:
        found = cache.find(rows(*done))
        cache.hold(b"after", rows(1))

    assert found.keys() == rows(*done).keys()
    assert all(row @ unit(n) >= 0.999999 for n in done for row in (found[key(n)],))
