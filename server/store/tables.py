"""The store's tables: people, collections, documents, and questions left for a person."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

metadata = MetaData()

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False, unique=True),
    Column("password", String, nullable=False),  # argon2id
    Column("roles", String, nullable=False),  # comma-separated, sorted
    Column("groups", String, nullable=False),
    Column("language", String, nullable=True),
    Column("suspended", Boolean, nullable=False, default=False),
    Column("created", DateTime, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String, primary_key=True),  # SHA-256 of what the cookie holds
    Column("user", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("expires", DateTime, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("secret", String, primary_key=True),  # SHA-256 of the API key
    Column("user", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("label", String, nullable=False),
    Column("created", DateTime, nullable=False),
)

acceptances = Table(
    "acceptances",
    metadata,
    Column("user", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("charter", String, nullable=False),
    Column("at", DateTime, nullable=False),
    PrimaryKeyConstraint("user", "charter"),
)

collections = Table(
    "collections",
    metadata,
    Column("name", String, primary_key=True),
    Column("description", Text, nullable=False),  # JSON of ingest.collections.Collection
    Column("source", String, nullable=True),  # where it was last ingested from
)

documents = Table(
    "documents",
    metadata,
    Column("collection", String, nullable=False),
    Column("id", String, nullable=False),
    Column("title", String, nullable=False),
    Column("text", Text, nullable=False),
    Column("spans", Text, nullable=False),  # JSON of ingest.documents.Span, in reading order
    Column("language", String, nullable=False),
    Column("readers", Text, nullable=False),  # JSON list, sorted
    Column("version", String, nullable=False),
    Column("url", String, nullable=True),
    Column("origin", String, nullable=False),  # the source it came from
    Column("fingerprint", String, nullable=True),  # empty while not indexed
    Column("indexed", DateTime, nullable=True),
    PrimaryKeyConstraint("collection", "id"),
)

lives = Table(  # one row a version, so that a text that comes back is known again
    "lives",
    metadata,
    Column("collection", String, nullable=False),
    Column("document", String, nullable=False),
    Column("version", String, nullable=False),
    Column("arrived", Date, nullable=True),
    Column("confirmed", Date, nullable=True),
    Column("verdict", String, nullable=True),  # ingest.freshness.Verdict
    Column("successor", String, nullable=True),  # the document that replaces it
    Column("wrong_since", Date, nullable=True),  # since when it says what no longer holds
    PrimaryKeyConstraint("collection", "document", "version"),
)

signatures = Table(
    "signatures",
    metadata,
    Column("collection", String, nullable=False),
    Column("document", String, nullable=False),
    Column("version", String, nullable=False),
    Column("signature", LargeBinary, nullable=False),  # of ingest.likeness
    PrimaryKeyConstraint("collection", "document"),
)

likenesses = Table(
    "likenesses",
    metadata,
    Column("collection", String, nullable=False),
    Column("document", String, nullable=False),
    Column("other", String, nullable=False),  # of two versions, the later one
    Column("similarity", Float, nullable=False),
    Column("kind", String, nullable=False),  # ingest.likeness.Kind
    PrimaryKeyConstraint("collection", "document", "other"),
)

files = Table(
    "files",
    metadata,
    Column("collection", String, nullable=False),
    Column("origin", String, nullable=False),  # the source it is a file of
    Column("path", String, nullable=False),
    Column("state", String, nullable=False),
    Column("version", String, nullable=False),
    Column("stamp", String, nullable=False),
    Column("reader", String, nullable=False),
    Column("reason_fr", Text, nullable=True),
    Column("reason_en", Text, nullable=True),
    Column("attempts", Integer, nullable=False),
    Column("tried", DateTime, nullable=True),
    PrimaryKeyConstraint("collection", "origin", "path"),
)

questions = Table(
    "questions",
    metadata,
    Column("id", String, primary_key=True),
    Column("asker", String, nullable=False, index=True),  # a user's id
    Column("text", Text, nullable=False),  # personal data masked
    Column("asked", DateTime, nullable=False),
    Column("answer", Text, nullable=True),
    Column("answered_by", String, nullable=True),  # as shown to the asker
    Column("answered", DateTime, nullable=True),
)

schema_version = Table("schema_version", metadata, Column("version", Integer, nullable=False))

Index("lives_by_verdict", lives.c.verdict, lives.c.collection, lives.c.version)
Index("open_questions", questions.c.answered, questions.c.asked)
