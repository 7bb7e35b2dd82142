"""Qdrant's REST interface over its client's local mode: the wire is real, the engine is not."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter
from qdrant_client import QdrantClient, models

KEY = "k" * 40
Answer = Callable[["StandIn", str, bytes], object]


@dataclass
class StandIn:
    """The engine, and how it answers now: a status other than 200 refuses everything."""

    engine: QdrantClient
    url: str = ""
    status: int = 200
    version: str = "1.20.0"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, path: str, body: bytes) -> object:
        for (wanted, pattern), act in ROUTES.items():
            found = re.fullmatch(pattern, path)
            if wanted == method and found:
                with self.lock:
                    return act(self, found.groupdict().get("name", ""), body)
        raise LookupError(f"{method} {path}")


def _create(one: StandIn, name: str, body: bytes) -> object:
    asked = models.CreateCollection.model_validate_json(body)
    return one.engine.create_collection(
        name,
        vectors_config=asked.vectors,
        sparse_vectors_config=asked.sparse_vectors,
        metadata=asked.metadata,
    )


def _alias(one: StandIn, _name: str, body: bytes) -> object:
    asked = models.ChangeAliasesOperation.model_validate_json(body)
    return one.engine.update_collection_aliases(asked.actions)


def _upsert(one: StandIn, name: str, body: bytes) -> object:
    return one.engine.upsert(name, models.PointsList.model_validate_json(body).points)


def _delete(one: StandIn, name: str, body: bytes) -> object:
    return one.engine.delete(name, models.FilterSelector.model_validate_json(body))


def _set_payload(one: StandIn, name: str, body: bytes) -> object:
    asked = models.SetPayload.model_validate_json(body)
    assert asked.filter is not None
    return one.engine.set_payload(name, asked.payload, points=asked.filter)


def _query(one: StandIn, name: str, body: bytes) -> object:
    asked = models.QueryRequestBatch.model_validate_json(body)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it searches exactly, whatever the effort
        return one.engine.query_batch_points(name, asked.searches)


def _retrieve(one: StandIn, name: str, body: bytes) -> object:
    return one.engine.retrieve(name, models.PointRequest.model_validate_json(body).ids)


def _scroll(one: StandIn, name: str, body: bytes) -> object:
    asked = models.ScrollRequest.model_validate_json(body)
    points, last = one.engine.scroll(
        name,
        limit=asked.limit or 10,
        offset=asked.offset,
        with_payload=True,
        with_vectors=["meaning"],
    )
    return models.ScrollResult(points=points, next_page_offset=last)


NAMED = "/collections/(?P<name>[^/]+)"
ROUTES: dict[tuple[str, str], Answer] = {
    ("GET", "/collections"): lambda one, _name, _body: one.engine.get_collections(),
    ("GET", "/aliases"): lambda one, _name, _body: one.engine.get_aliases(),
    ("POST", "/collections/aliases"): _alias,
    ("GET", NAMED): lambda one, name, _body: one.engine.get_collection(name),
    ("PUT", NAMED): _create,
    ("DELETE", NAMED): lambda one, name, _body: one.engine.delete_collection(name),
    ("PUT", f"{NAMED}/index"): lambda _one, _name, _body: {
        "operation_id": 0,
        "status": "completed",
    },
    ("PUT", f"{NAMED}/points"): _upsert,
    ("POST", f"{NAMED}/points/delete"): _delete,
    ("POST", f"{NAMED}/points/payload"): _set_payload,
    ("POST", f"{NAMED}/points/count"): lambda one, name, _body: one.engine.count(name),
    ("POST", f"{NAMED}/points/query/batch"): _query,
    ("POST", f"{NAMED}/points/scroll"): _scroll,
    ("POST", f"{NAMED}/points"): _retrieve,
}


@contextlib.contextmanager
def stand_in() -> Iterator[StandIn]:
    """A server on this machine, until the end of the block."""
    engine = QdrantClient(":memory:", force_disable_check_same_thread=True)
    one = StandIn(engine)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name there
            """Nothing."""

        def _respond(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, answer = self._answered(body)
            sent = json.dumps({"result": answer, "status": "ok", "time": 0.0}).encode()
            if urlsplit(self.path).path == "/":
                sent = json.dumps({"title": "q", "version": one.version, "commit": ""}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(sent)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(sent)

        def _answered(self, body: bytes) -> tuple[int, object]:
            if self.headers.get("api-key") != KEY:
                return 401, None
            path = urlsplit(self.path).path
            if one.status != 200 or path == "/":
                return one.status, None
            found: Any = one.answer(self.command, path, body)
            return 200, TypeAdapter(Any).dump_python(found, mode="json")

        do_GET = do_PUT = do_POST = do_DELETE = _respond  # noqa: N815  # their names there

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    one.url = f"http://127.0.0.1:{server.server_port}"
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    try:
        yield one
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            engine.close()
