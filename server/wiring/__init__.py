"""The wiring: the only package that names adapters and puts them together.

`house` makes the use cases of one state folder, `generators` whoever writes their answers,
`model_servers` those that another machine writes, `hub` what brings models.
"""

from __future__ import annotations

from server.wiring.generators import (
    Made,
    choose_generator,
    how_to_run,
    make_generator,
    places,
)
from server.wiring.house import (
    Parts,
    Vigie,
    arithmetic,
    install_switch,
    make_embedder,
    make_entailment,
    make_guards,
    make_personal_data,
    make_reranker,
    make_site,
    now,
    open_remote,
    open_vigie,
)
from server.wiring.hub import open_hub

__all__ = [
    "Made",
    "Parts",
    "Vigie",
    "arithmetic",
    "choose_generator",
    "how_to_run",
    "install_switch",
    "make_embedder",
    "make_entailment",
    "make_generator",
    "make_guards",
    "make_personal_data",
    "make_reranker",
    "make_site",
    "now",
    "open_hub",
    "open_remote",
    "open_vigie",
    "places",
]
