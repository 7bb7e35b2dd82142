"""Programs that call the API: by key, or from our own pages by session and form secret."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from server.access import Person
from server.web.security import SAFE_METHODS, ForgedFormError, check_form_secret, same_origin
from server.web.visits import SignInNeededError, TheWeb, Visit, Web, check_charter, visit

FORM_HEADER = "X-Form-Secret"


async def caller(request: Request, web: TheWeb) -> Person:
    """Whoever calls. A key and a cookie are never mixed: what is sent as a key must be one."""
    if "authorization" in request.headers:
        return await _of_key(request, web)
    return _of_session(request, await visit(request))


async def asking_caller(
    request: Request, web: TheWeb, person: Annotated[Person, Depends(caller)]
) -> Person:
    """Whoever asks: at a browser under the charter; whoever gave a key out answers for it."""
    if "authorization" not in request.headers:
        await check_charter(web, person)
    return person


async def key_holder(request: Request, web: TheWeb) -> Person:
    """Whoever calls with a key; cookies count for nothing here."""
    return await _of_key(request, web)


Caller = Annotated[Person, Depends(caller)]
AskingCaller = Annotated[Person, Depends(asking_caller)]
KeyHolder = Annotated[Person, Depends(key_holder)]


async def _of_key(request: Request, web: Web) -> Person:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise SignInNeededError
    person = await web.threads.run(
        web.threads.visits, lambda: web.vigie.accounts.of_key(key.strip())
    )
    if person is None:
        raise SignInNeededError
    return person


def _of_session(request: Request, visited: Visit) -> Person:
    if visited.person is None:
        raise SignInNeededError
    if request.method not in SAFE_METHODS:
        if not same_origin(request):
            raise ForgedFormError
        check_form_secret(request.headers.get(FORM_HEADER), visited.reader.form)
    return visited.person
