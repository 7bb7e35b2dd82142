"""Model servers to speak with: llama-cpp-python's own, and one that does as it is told."""

from __future__ import annotations

import json
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.error import URLError

import gguf
from tiny_gguf import CONTROLS

PROGRAMS = Path(__file__).parents[1] / "build" / "llama.cpp" / "bin"
LLAMA_SERVER = PROGRAMS / "llama-server"
STARTED_S = 60.0
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))

Script = Callable[["Caller"], None]


@dataclass(frozen=True, slots=True)
class Child:
    """A server in a process of its own, and the file of what it says."""

    url: str
    log: Path
    process: subprocess.Popen[bytes] = field(repr=False)


@contextmanager
def llama_cpp_server(model: Path, log: Path, context: int) -> Iterator[Child]:
    command = [sys.executable, "-u", "-m", "llama_cpp.server", "--model", str(model)]
    command += ["--n_ctx", str(context), "--n_threads", "1", "--model_alias", "tiny"]
    with _served([*command, "--interrupt_requests", "false"], log) as child:
        yield child


@contextmanager
def llama_server(model: Path, log: Path, slots: int, *options: str) -> Iterator[Child]:
    """llama.cpp's own, where `deploy/peers.py` built it; see `LLAMA_SERVER`."""
    command = [str(LLAMA_SERVER), "--model", str(model), "--parallel", str(slots)]
    with _served([*command, "--no-webui", "--offline", *options], log) as child:
        yield child


@contextmanager
def _served(command: Sequence[str], log: Path) -> Iterator[Child]:
    port = free_port()
    command = [*command, "--host", "127.0.0.1", "--port", str(port)]
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        child = Child(f"http://127.0.0.1:{port}", log, process)
        try:
            _wait_for(child)
            yield child
        finally:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:  # one that computes hears no signal
                process.kill()
                process.wait()


def talkative(model: Path) -> Path:
    """The same model, made to write whole characters and never to end by itself.

    llama-cpp-python's server says nothing any more behind a byte that begins no character.
    """
    file = gguf.GGUFReader(model, "r+")
    names = file.get_field("tokenizer.ggml.tokens")
    assert names is not None
    (output,) = (one for one in file.tensors if one.name == "output.weight")
    for token, name in enumerate(names.contents()):
        if name in CONTROLS or not name.replace("Ġ", "").isascii():
            output.data[token] = 0
    output.data.flush()  # type: ignore[attr-defined]  # a memory map, written in place
    return model


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as held:
        port: int = held.getsockname()[1]
        return port


def _wait_for(child: Child) -> None:
    until = time.monotonic() + STARTED_S
    while time.monotonic() < until and child.process.poll() is None:
        with suppress(URLError, ConnectionError), NO_PROXY.open(f"{child.url}/v1/models"):
            return
        time.sleep(0.1)
    raise AssertionError(child.log.read_text(errors="replace")[-2000:])


@dataclass(slots=True)
class Caller:
    """One connection that asked for a text."""

    connection: socket.socket
    request: dict[str, object]
    head: bytes
    served: int  # texts asked for before this one

    def say(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.connection.sendall(piece)

    def chunk(self, text: str = "", finish: str | None = None, **more: object) -> None:
        choice = {"index": 0, "delta": {"content": text}, "finish_reason": finish}
        self.say(event(json.dumps({"choices": [choice], **more}).encode()))

    def wait_until_left(self) -> None:
        """Until the other side closes; a connection that is reset is closed too."""
        with suppress(ConnectionError):
            while self.connection.recv(4096):
                pass


def event(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"


def models(*names: str, **about: object) -> bytes:
    return json.dumps({"data": [{"id": name, **about} for name in names]}).encode()


def written(caller: Caller, words: Sequence[str] = ("Le ", "badge. ", "[1]")) -> None:
    """As a server ought to."""
    caller.say(HEAD)
    for word in words:
        caller.chunk(word)
    caller.chunk(finish="stop", usage={"prompt_tokens": 40, "completion_tokens": len(words)})
    caller.say(event(b"[DONE]"))


class StandIn:
    """A server of real sockets: it lists its models, and writes texts by its script."""

    def __init__(
        self,
        script: Script = written,
        listed: bytes | None = None,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._script = script
        self._listed = models("tiny") if listed is None else listed
        self._tls = tls
        self._server = socket.create_server(("127.0.0.1", port))
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.getsockname()[1]}"
        self.callers: list[Caller] = []
        self.lists = 0  # times that it was asked for its models
        self.left = threading.Semaphore(0)  # released each time a script has ended
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        for thread in self._threads:
            thread.join(20)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            self._begin(lambda one=connection: self._serve(one))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(ConnectionError, ssl.SSLError):
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            head, body = _request(connection)
            if head.startswith(b"GET"):
                self.lists += 1
                connection.sendall(_json(self._listed))
                return
            caller = Caller(connection, json.loads(body), head, len(self.callers))
            self.callers.append(caller)
            try:
                self._script(caller)
            finally:
                self.left.release()


def _json(body: bytes) -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
        + f"Content-Length: {len(body)}\r\n\r\n".encode()
        + body
    )


def _request(connection: socket.socket) -> tuple[bytes, bytes]:
    said = b""
    while b"\r\n\r\n" not in said:
        piece = connection.recv(65_536)
        if not piece:
            raise ConnectionError
        said += piece
    head, _, body = said.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")]
    while len(body) < int(lengths[0].split(b":")[1]):
        body += connection.recv(65_536)
    return head, body
