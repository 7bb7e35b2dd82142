"""The generator that asks a model server on site, and ends what it asked when nobody reads."""

from __future__ import annotations

import json
from collections.abc import Generator as Steps
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from models.errors import ModelsError, ModelUnavailableError, ModelUnreachableError
from models.openai_http.declared import PATH, Declared, declared
from models.openai_http.endpoint import Endpoint
from models.openai_http.events import DONE, NoEventError, Said, events, read
from models.openai_http.exchange import Exchange
from models.openai_http.fleet import Fleet, Post, Turn
from models.openai_http.messages import FittedMessages, Measure, fit
from models.openai_http.settings import HttpSettings
from models.openai_http.wire import Patience
from models.ports import Finish, Generator, ModelIdentity, Permit, Prompt, Usage, Writing

CHAT = "/v1/chat/completions"
_LIST_S = 5.0  # how long a list of models is waited for
_LONGEST_LIST = 1_000_000  # bytes
_LONGEST_TOKEN = 100  # characters, on average; a server that writes more does not count
_FINISHES = {"stop": Finish.END, "length": Finish.LENGTH}


class HttpGenerator(Generator):
    """Asks each server what it serves when it is built.

    Raises ModelUnavailableError when none answers, or when they do not serve one model.
    """

    def __init__(self, endpoints: Sequence[Endpoint], settings: HttpSettings | None = None) -> None:
        self._settings = settings = settings or HttpSettings()
        self._fleet = Fleet(endpoints, settings.parallel, settings.waiting, settings.rest_s)
        found = _found(endpoints, settings)
        self._fleet.absent(one for one in endpoints if one.name not in found)
        self._model = _agreed(found, settings.model)
        known = [one for each in found.values() for one in each if one.name == self._model]
        told = "; ".join(f"{one.endpoint} says {one.about}" for one in known)
        self._identity = ModelIdentity(self._model, f"unknown, as its servers do not tell: {told}")
        contexts = (settings.context_tokens, *(one.context for one in known if one.context))
        room = min(contexts) - settings.answer_tokens
        if room <= 0:
            raise ModelUnavailableError(
                f"answer_tokens is too large: {settings.answer_tokens} of a context of "
                f"{min(contexts)}."
            )
        self._measure = Measure(room, settings.bytes_per_token)

    @property
    def identity(self) -> ModelIdentity:
        """The digest says that none is known, and what the servers say of themselves."""
        return self._identity

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        permit.check()
        fitted = fit(prompt, self._measure)
        with self._fleet.turn(prompt.asker, permit.check) as turn:
            patience = Patience(permit.check)
            with self._connected(turn, patience) as exchange:
                last = yield from self._written(exchange, self._body(fitted), patience, permit)
        return Usage(
            last.prompt_tokens,
            last.completion_tokens,
            fitted.sources_read,
            _FINISHES[last.finish or ""],
        )

    @contextmanager
    def _connected(self, turn: Turn, patience: Patience) -> Iterator[Exchange]:
        """A connection to the first server that can be reached; nothing was asked of the others."""
        tried: list[Post] = []
        post = self._fleet.post_of(turn)
        while True:
            try:
                exchange = self._reached(post, patience)
                break
            except ModelUnreachableError:
                tried.append(post)
                self._fleet.failed(post)
                post = self._fleet.moved(turn, tried)
        try:
            with closing(exchange):
                yield exchange
        except ModelUnavailableError:
            self._fleet.doubt(post)
            raise
        self._fleet.trust(post)

    def _reached(self, post: Post, patience: Patience) -> Exchange:
        """Raises ModelUnreachableError; one that is doubted must first tell what it serves."""
        if post.doubted:
            self._check_serves(post.endpoint, patience)
        patience.grant(self._settings.connect_s)
        return Exchange.connect(post.endpoint, patience)

    def _check_serves(self, endpoint: Endpoint, patience: Patience) -> None:
        try:
            names = [one.name for one in _asked(endpoint, patience, self._settings.connect_s)]
        except ModelsError as error:
            raise ModelUnreachableError(str(error)) from error
        if self._model not in names:
            raise ModelUnreachableError(f"The model server {endpoint.name} serves another model.")

    def _body(self, fitted: FittedMessages) -> bytes:
        settings = self._settings
        return json.dumps(
            {
                "model": self._model,
                "messages": [
                    {"role": "system", "content": fitted.system},
                    {"role": "user", "content": fitted.user},
                ],
                "max_tokens": settings.answer_tokens,
                "temperature": settings.temperature,
                "top_p": settings.top_p,
                "seed": settings.seed,
                "stream": True,
                "stream_options": {"include_usage": True},
                **({"stop": list(settings.stops)} if settings.stops else {}),
            },
            ensure_ascii=False,
        ).encode()

    def _written(
        self, exchange: Exchange, body: bytes, patience: Patience, permit: Permit
    ) -> Steps[str, None, Said]:
        """The pieces; at the end why the text ended, and what it cost where the server tells."""
        last = Said("")
        left = self._settings.answer_tokens * _LONGEST_TOKEN
        patience.grant(self._settings.first_token_s)
        for said in _told(exchange, body):
            last = _together(last, said)
            if said.text:
                permit.check()
                left -= len(said.text)
                if left < 0:
                    raise exchange.failure("writes more than it was asked for")
                yield said.text
                patience.grant(self._settings.next_token_s)
        if last.finish not in _FINISHES:
            raise exchange.failure("ended the text without saying why, or for a reason of its own")
        return last


def probe(endpoint: Endpoint, settings: HttpSettings) -> tuple[Declared, ...]:
    """What a server says that it serves. Raises ModelUnavailableError, ModelBusyError."""
    return _asked(endpoint, Patience(lambda: None), settings.connect_s)


def _found(
    endpoints: Sequence[Endpoint], settings: HttpSettings
) -> dict[str, tuple[Declared, ...]]:
    """What each server that answers says it serves. Raises ModelUnavailableError when none does."""
    found: dict[str, tuple[Declared, ...]] = {}
    failures: list[str] = []
    for endpoint in endpoints:
        try:
            found[endpoint.name] = probe(endpoint, settings)
        except ModelsError as error:
            failures.append(str(error))
    if not found:
        raise ModelUnavailableError(" ".join(failures) or "No model server is named.")
    return found


def _agreed(found: dict[str, tuple[Declared, ...]], wanted: str | None) -> str:
    """The model that every server serves. Raises ModelUnavailableError when there is none."""
    served = {name: [one.name for one in each] for name, each in found.items()}
    model = wanted or next((names[0] for names in served.values() if names), None)
    if model is None:
        raise ModelUnavailableError(f"No model is served by {', '.join(served)}.")
    for server, names in served.items():
        if model not in names:
            raise ModelUnavailableError(
                f"The model server {server} does not serve {model}: choose one that all serve, "
                "with VIGIE_LLM_MODEL."
            )
    return model


def _told(exchange: Exchange, body: bytes) -> Iterator[Said]:
    """What the server says until it is done. Raises ModelUnavailableError when it never is."""
    with closing(exchange.stream(CHAT, body)) as pieces:
        try:
            for data in events(pieces):
                if data == DONE:
                    return
                yield read(data)
        except NoEventError as error:
            raise exchange.failure(str(error)) from error
    raise exchange.failure("ended its answer early")


def _together(last: Said, said: Said) -> Said:
    return Said(
        "",
        said.finish or last.finish,
        last.prompt_tokens if said.prompt_tokens is None else said.prompt_tokens,
        last.completion_tokens if said.completion_tokens is None else said.completion_tokens,
    )


def _asked(endpoint: Endpoint, patience: Patience, connect_s: float) -> tuple[Declared, ...]:
    patience.grant(connect_s)
    with closing(Exchange.connect(endpoint, patience)) as exchange:
        patience.grant(_LIST_S)
        return declared(endpoint.name, exchange.get(PATH, _LONGEST_LIST))
