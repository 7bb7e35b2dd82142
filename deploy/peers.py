"""Builds llama.cpp's own programs from the sources that llama-cpp-python carries.

They are what `vigie bench llama_cpp` measures the engine against, and one of the servers that the
contract of model servers is tried on. CMAKE_ARGS is honoured, as by the package's own build.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
from importlib.metadata import version
from pathlib import Path

PROGRAMS = ("llama-server", "llama-bench")
WITHOUT = ("LLAMA_BUILD_UI", "LLAMA_USE_PREBUILT_UI", "LLAMA_OPENSSL", "BUILD_SHARED_LIBS")
"""A page of its own, which it would fetch; TLS; libraries to carry along."""


def main() -> None:
    target = Path(__file__).parents[1] / "build" / "llama.cpp"
    with tempfile.TemporaryDirectory() as folder:
        build(sources(Path(folder)), target)
    print(f"{', '.join(PROGRAMS)}: {target / 'bin'}")


def sources(folder: Path) -> Path:
    """llama.cpp as the installed llama-cpp-python was compiled from it."""
    package = f"llama-cpp-python=={version('llama-cpp-python')}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    run([*command, "--no-binary", ":all:", "--dest", str(folder), package])
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    (found,) = folder.glob("*/vendor/llama.cpp")
    return found


def build(source: Path, target: Path) -> None:
    options = [f"-D{name}=OFF" for name in WITHOUT]
    options += ["-DCMAKE_BUILD_TYPE=Release", *shlex.split(os.environ.get("CMAKE_ARGS", ""))]
    run(["cmake", "-S", str(source), "-B", str(target), *options])
    cores = str(len(os.sched_getaffinity(0)))
    run(["cmake", "--build", str(target), "--parallel", cores, "--target", *PROGRAMS])


def run(command: list[str]) -> None:
    """Raises CalledProcessError, behind what the command said."""
    subprocess.run(command, check=True)  # noqa: S603  (every word is written above)


if __name__ == "__main__":
    main()
