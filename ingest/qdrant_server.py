"""The collections of a house on its Qdrant server: an alias says which one is in force."""

from __future__ import annotations

import re
import secrets
import warnings
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ingest.errors import IndexDamagedError, IndexUnavailableError
from ingest.identity import Identity
from ingest.live import Site, Standing
from ingest.points import COLLECTION, KEYWORDS, MEANING, TERMS
from ingest.qdrant import QdrantIndex, said_of_server
from models.ports import Embedder

if TYPE_CHECKING:
    from qdrant_client import QdrantClient

TIMEOUT_S = 20
_LEAST_VERSION = (1, 20)
"""The first server here that counts how rare a word is within a filter: an older one would count
it over passages that the audience may not read."""


class QdrantServer(Site):
    """Collections named after the alias, each with the identity of its embedder as metadata.

    The server snapshots its collections itself; what they hold can always be rebuilt.
    """

    def __init__(self, client: QdrantClient, alias: str) -> None:
        self._client = client
        self._alias = alias

    @classmethod
    def connect(cls, url: str, key: str | None, alias: str) -> QdrantServer:
        """No connection is made yet, and none ever through a proxy."""
        from qdrant_client import QdrantClient

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a key over http: on site, that is theirs to weigh
            client = QdrantClient(
                url=url,
                api_key=key,
                timeout=TIMEOUT_S,
                check_compatibility=False,
                trust_env=False,
            )
        return cls(client, alias)

    def identity(self) -> Identity | None:
        self._check_version()
        name = self._in_force()
        return None if name is None else self._identity(name)

    def open(self, embedder: Embedder) -> Standing:
        self._check_version()
        name = self._in_force()
        if name is None:
            self.put_in_force(first := self.build(embedder))
            return first
        return Standing(name, QdrantIndex(self._client, name), self._identity(name))

    def build(self, embedder: Embedder) -> Standing:
        self._check_version()
        self.sweep()
        name = f"{self._alias}-{secrets.token_hex(6)}"
        identity = Identity.of(embedder.identity)
        with said_of_server():
            self._create(name, identity, embedder.dimensions)
        return Standing(name, QdrantIndex(self._client, name), identity)

    def copy(self, standing: Standing) -> Standing | None:
        del standing  # the server optimizes its collections by itself
        return None

    def put_in_force(self, standing: Standing) -> None:
        from qdrant_client import models

        former = models.DeleteAliasOperation(
            delete_alias=models.DeleteAlias(alias_name=self._alias)
        )
        heir = models.CreateAliasOperation(
            create_alias=models.CreateAlias(collection_name=standing.name, alias_name=self._alias)
        )
        known = self._in_force() is not None
        with said_of_server():  # one request: the server changes both or neither
            self._client.update_collection_aliases([former, heir] if known else [heir])

    def sweep(self) -> None:
        in_force = self._in_force()
        ours = re.compile(rf"{re.escape(self._alias)}-[0-9a-f]{{12}}")
        with said_of_server():
            names = [one.name for one in self._client.get_collections().collections]
            for name in names:
                if ours.fullmatch(name) and name != in_force:
                    self._client.delete_collection(name)

    def _create(self, name: str, identity: Identity, dimensions: int) -> None:
        from qdrant_client import models

        self._client.create_collection(
            name,
            vectors_config={
                MEANING: models.VectorParams(size=dimensions, distance=models.Distance.COSINE)
            },
            sparse_vectors_config={TERMS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            metadata=identity.model_dump(),
        )
        for field in KEYWORDS:
            # A passage has one collection and may have many readers: only the first is a tenant.
            params = models.KeywordIndexParams(
                type=models.KeywordIndexType.KEYWORD, is_tenant=field == COLLECTION
            )
            self._client.create_payload_index(name, field, params, wait=True)

    def _in_force(self) -> str | None:
        with said_of_server():
            aliases = self._client.get_aliases().aliases
        return next((one.collection_name for one in aliases if one.alias_name == self._alias), None)

    def _identity(self, name: str) -> Identity:
        with said_of_server():
            metadata = self._client.get_collection(name).config.metadata
        try:
            found = Identity.model_validate(metadata or {})
        except ValidationError as error:
            raise IndexDamagedError(f"collection {name}") from error
        found.check_format(f"collection {name}")
        return found

    def _check_version(self) -> None:
        with said_of_server():
            version = self._client.info().version
        if tuple(int(part) for part in re.findall(r"\d+", version)[:2]) < _LEAST_VERSION:
            raise IndexUnavailableError(
                f"The Qdrant server has version {version}: Vigie needs "
                f"{'.'.join(map(str, _LEAST_VERSION))} or later."
            )
