"""The operator's socket: commands from whoever may open a file in the state folder."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from server.audit.events import Json
from server.commands import Call, run
from server.failures import EXPECTED
from server.wiring import Vigie

MOST_BYTES = 1_000_000
MOST_COMMANDS = 32  # so that a suspension does not wait behind a few ingestions


def operator_app(vigie: Vigie) -> Starlette:
    """An app for the local socket alone: it trusts its caller as the folder's permissions do."""
    threads = ThreadPoolExecutor(max_workers=MOST_COMMANDS, thread_name_prefix="command")

    async def command(request: Request) -> Response:
        body = await request.body()
        if len(body) > MOST_BYTES:
            return Response(status_code=413)
        try:
            call = Call.model_validate_json(body)
        except ValidationError as error:
            return Response(str(error), status_code=422)
        return StreamingResponse(_lines(vigie, call, threads), media_type="application/x-ndjson")

    return Starlette(routes=[Route("/", command, methods=["POST"])])


def _lines(vigie: Vigie, call: Call, threads: ThreadPoolExecutor) -> Iterator[str]:
    """One JSON object a line: any number of `progress`, then one `result` or `error`."""
    messages: queue.SimpleQueue[dict[str, Json]] = queue.SimpleQueue()

    def work() -> None:
        try:
            result = run(vigie, call, lambda done, of: messages.put({"progress": [done, of]}))
        except EXPECTED as error:
            messages.put({"error": str(error)})
        except BaseException:
            messages.put({"error": "The server failed at this command; its log says why."})
            raise
        else:
            messages.put({"result": result})

    future = threads.submit(work)
    while True:
        message = messages.get()
        yield json.dumps(message, ensure_ascii=False) + "\n"
        if "progress" not in message:
            break
    future.result()
