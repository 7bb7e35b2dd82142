"""Processes of models that never stop by themselves: one that obeys, and one that is `deaf`."""

from __future__ import annotations

import socket
import sys

from models.apart import wire
from models.apart.child import Child
from models.apart.wire import Channel, Piece, Ready, Write
from models.ports import Generator, ModelIdentity, Permit, Prompt, Writing


class Endless(Generator):
    """Writes the same word as long as it may."""

    @property
    def identity(self) -> ModelIdentity:
        return ModelIdentity("endless", "")

    def write(self, prompt: Prompt, permit: Permit) -> Writing:
        while True:
            permit.check()
            yield f"{prompt.question} "


class Deaf:
    """Says one piece of each answer, then nothing more, whatever it is told."""

    def __init__(self, channel: Channel, _generator: Generator) -> None:
        self._channel = channel

    def serve(self) -> None:
        while (message := self._channel.receive()) is not None:
            order = wire.orders().validate_json(message)
            if isinstance(order, Write):
                self._channel.send(wire.worded(Piece(order.id, "mot ")))


if __name__ == "__main__":
    *deaf, descriptor = sys.argv[1:]
    channel = Channel(socket.socket(fileno=int(descriptor)))
    channel.receive()
    channel.send(wire.worded(Ready()))
    (Deaf if deaf else Child)(channel, Endless()).serve()
