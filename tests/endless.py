"""A model's process whose model never stops by itself: only what it is told ends an answer."""

from __future__ import annotations

import socket
import sys

from models.apart import wire
from models.apart.child import Child
from models.apart.wire import Channel, Ready
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


if __name__ == "__main__":
    channel = Channel(socket.socket(fileno=int(sys.argv[1])))
    channel.receive()
    channel.send(wire.worded(Ready()))
    Child(channel, Endless()).serve()
