"""Every setting, from the environment, with the default a careful admin would choose."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from guardrails.pii import Kind
from server.errors import SettingsError
from server.files import write_new

CHECKOUT = Path(__file__).parents[1]
SECRET_BYTES = 32
OTHERS = 0o077  # what group and world may do


class Settings(BaseSettings):
    """One value per `VIGIE_NAME` environment variable."""

    model_config = SettingsConfigDict(env_prefix="VIGIE_", frozen=True, extra="forbid")

    home: Path = Field(Path("var"), description="Folder of all state.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8080, ge=0, le=65535, description="Port the web server listens on.")
    names: str = Field(
        "", description="Host names people use besides the address, separated by commas."
    )
    company: str = Field("Vigie", max_length=80, description="Name shown at the top of the pages.")

    charter: Path | None = Field(
        None, description="The AI charter; by default `charter.yaml` in the home, then the demo's."
    )
    generator: Literal["auto", "extractive", "llama", "openai_http", "stub"] = Field(
        "auto",
        description="Who writes answers; `auto` is the servers of `VIGIE_LLM_URL` if it names any, "
        "else the pinned GGUF, else extractive.",
    )
    embedder: Path | None = Field(
        None, description="A sentence-transformers folder; by default the bundled MiniLM."
    )
    reranker: Path | None = Field(
        None,
        description="The folder of a cross-encoder that reads the best passages again; without "
        "one they keep the order in which they were found.",
    )
    entailment: Path | None = Field(
        None,
        description="The folder of a cross-encoder that tells entailment: what the rules let "
        "through is shown only if it agrees. Without one the rules decide.",
    )
    index_url: str | None = Field(
        None, description="A Qdrant server on site; by default the index is a folder of the home."
    )
    index_key: str | None = Field(None, description="API key of that server.")
    index_name: str = Field(
        "vigie",
        pattern="^[a-z][a-z0-9_]{0,39}$",
        description="Name of the index there: one for each house that shares the server.",
    )
    on_site: str = Field(
        "",
        description="Names of machines on site that Vigie may connect to, separated by commas; "
        "this machine and private addresses need no mention.",
    )
    keep_kinds: str = Field(
        "",
        description="Kinds of personal data that are left in clear in this house, separated by "
        "commas: `SIRET,SIREN,VAT` where they are only companies'; by default none.",
    )
    llm_url: str = Field(
        "",
        description="Model servers on site that write the answers (vLLM, llama-server, or any "
        "that speaks as they do), as `http://host:port`, separated by commas.",
    )
    llm_model: str | None = Field(
        None, description="The model to ask them for; by default the first that they name."
    )
    llm_key_file: Path | None = Field(
        None, description="A file that holds the key which they ask for, for its owner alone."
    )
    llm_connect_s: float = Field(5.0, gt=0, description="Longest wait for a connection to one.")
    llm_first_token_s: float = Field(
        60.0, gt=0, description="Longest wait for the first word of an answer from one."
    )
    llm_next_token_s: float = Field(20.0, gt=0, description="Longest wait between two words.")
    context_tokens: int = Field(4096, ge=256, description="Context window of the model.")
    answer_tokens: int = Field(400, ge=16, description="Longest answer it may write.")
    parallel: int = Field(
        8, ge=1, le=64, description="Answers written at once: by llama.cpp, or by each server."
    )
    cache_mb: int = Field(
        2048,
        ge=16,
        description="Memory for what these answers have read; where it is too small, fewer are "
        "written at once.",
    )
    flash_attention: Literal["auto", "off", "on"] = Field(
        "off",
        description="Flash attention of llama.cpp; `auto` where `vigie models doctor` measured "
        "it clearly faster for this model here. What one answer says may then depend, now and "
        "then in a word, on which others are written at the same time.",
    )
    kv_cache: Literal["auto", "f16", "q8_0"] = Field(
        "f16",
        description="How llama.cpp keeps what answers have read: `q8_0` takes half the memory, so "
        "that `VIGIE_CACHE_MB` holds more answers, rounds more, and needs "
        "`VIGIE_FLASH_ATTENTION=on` or `auto`; `auto` is q8_0 where `vigie models doctor` measured "
        "it clearly faster and flash attention may be had.",
    )
    threads: int | None = Field(
        None,
        ge=1,
        description="CPU threads of llama.cpp; by default what `vigie models doctor` found best "
        "for this model here, else all.",
    )
    batch_tokens: int | None = Field(
        None,
        ge=16,
        description="Tokens of a prompt that llama.cpp reads in one pass; by default what "
        "`vigie models doctor` found best for this model here, else 512.",
    )
    engine_isolation: Literal["auto", "none", "process"] = Field(
        "auto",
        description="Where llama.cpp runs: in the server (`none`) or in a `process` of its own, "
        "whose crash ends its answers and nothing else; `auto` is a process where "
        "`vigie models doctor` saw a crash on this CPU.",
    )
    engine_loading: Literal["eager", "lazy"] = Field(
        "eager", description="Load the model at the start, or with the first answer."
    )
    drafts: bool = Field(
        True,
        description="Whether llama.cpp writes several tokens at once where an answer quotes what "
        "it read, for as long as that measures faster. The answer is the same.",
    )
    queue: int = Field(8, ge=0, description="Answers that may wait for the model.")
    first_sentence_s: float = Field(
        10.0,
        gt=0,
        description="How soon the first sentence should come: passages are shortened to what can "
        "be read in this time, where it is known how fast the model reads.",
    )
    read_tokens_per_s: float | None = Field(
        None,
        gt=0,
        description="How fast the model reads, in tokens per second; by default what `vigie models "
        "doctor` found for this model here, else passages are read whole.",
    )
    relevance: float | None = Field(
        None,
        ge=0,
        le=1,
        description="How likely passages must be about a question for an answer to be written; "
        "0 always writes. By default what keeps 96 of 100 questions to the demo company; "
        "`vigie evaluate retrieval` tells what a house's own questions allow.",
    )
    passages: int = Field(6, ge=1, le=20, description="Passages given to the generator.")
    deadline_s: float = Field(120.0, gt=0, description="Longest time an answer may take.")
    watts_per_core: float = Field(
        10.0, gt=0, description="Used to estimate energy where no counter can be read."
    )

    read_seconds: float = Field(
        600.0, gt=0, description="Longest time that reading one file may take, scans included."
    )
    read_cpu_seconds: int = Field(
        120, ge=1, description="Longest time that a file's reader may compute."
    )
    read_memory_mb: int = Field(1024, ge=256, description="Memory that a file's reader may take.")
    read_lanes: int = Field(2, ge=1, le=64, description="Files that are read at once.")

    secret: str | None = Field(
        None, description="Signs pseudonyms and forms; by default a random file in the home."
    )
    record_wait_s: float = Field(
        5.0, gt=0, description="Longest wait for the record; then nothing is answered."
    )
    session_hours: float = Field(12.0, gt=0, description="A session ends this long after sign-in.")
    sign_in_tries: int = Field(5, ge=1, description="Wrong passwords before a pause.")
    sign_in_pause_s: float = Field(60.0, ge=0, description="Length of that pause.")
    secure_cookies: bool = Field(
        default=False, description="Send cookies over HTTPS only; set it behind a TLS proxy."
    )
    review_rate: float = Field(
        0.25, ge=0, le=1, description="Share of answers sampled for review, by a secret coin."
    )

    remote_hosts: str = Field(
        "",
        description="Hosts whose documents may be ingested, as `host` or `host:port`, separated by "
        "commas; a public address must be listed itself. None by default.",
    )
    watch_every_s: float = Field(
        300.0, ge=1, description="How often a remote place that is watched is looked at."
    )
    s3_endpoint: str = Field(
        "", description="Where `s3://` leads, as `https://host:port`; its host must be allowed too."
    )

    hub: str = Field(
        "https://huggingface.co",
        description="Where `vigie models pull` finds models, or a mirror of it on site; nothing "
        "else speaks to it.",
    )
    hub_hosts: str = Field(
        ".hf.co",
        description="Other hosts that the hub's files may come from, separated by commas; a name "
        "that begins with a dot takes all that end so.",
    )
    hub_token: str | None = Field(
        None, description="Opens models whose licence must be accepted; shown to the hub alone."
    )

    @field_validator("kv_cache")
    @classmethod
    def _with_flash(cls, cache: str, info: ValidationInfo) -> str:
        if cache == "q8_0" and info.data.get("flash_attention") == "off":
            raise ValueError("q8_0 needs flash attention: set VIGIE_FLASH_ATTENTION=on, or auto")
        return cache

    @field_validator("keep_kinds")
    @classmethod
    def _known_kinds(cls, written: str) -> str:
        if unknown := sorted(_listed(written).difference(Kind)):
            raise ValueError(f"{unknown[0]} is none of {', '.join(Kind)}")
        return written

    @property
    def kept(self) -> frozenset[str]:
        """The kinds of personal data that this house leaves in clear."""
        return _listed(self.keep_kinds)

    def charter_file(self) -> Path:
        """The charter in force. Raises SettingsError when there is none."""
        candidates = (self.charter, self.home / "charter.yaml", CHECKOUT / "examples/charter.yaml")
        for candidate in candidates:
            if candidate is not None and candidate.is_file():
                return candidate
            if candidate is not None and candidate == self.charter:
                raise SettingsError(f"VIGIE_CHARTER: there is no file {candidate}.")
        raise SettingsError(
            f"No AI charter: write one to {self.home / 'charter.yaml'} or set VIGIE_CHARTER."
        )


def _listed(written: str) -> frozenset[str]:
    return frozenset(one.strip().upper() for one in written.split(",") if one.strip())


def load(home: Path | None = None, **overrides: object) -> Settings:
    """Settings from the environment. Raises SettingsError naming each wrong variable."""
    given = {name: value for name, value in overrides.items() if value is not None}
    if home is not None:
        given["home"] = home
    try:
        return Settings(**given)  # type: ignore[arg-type]  # pydantic checks the values
    except ValidationError as error:
        raise SettingsError(_explain(error)) from error


def _explain(error: ValidationError) -> str:
    lines = (
        f"VIGIE_{'_'.join(str(part) for part in detail['loc']).upper()}: {detail['msg']}"
        for detail in error.errors()
    )
    return "; ".join(lines)


def prepare_home(settings: Settings) -> None:
    """Make the state folder, for its owner only. Raises SettingsError when it cannot be written."""
    home = settings.home
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_mode & OTHERS:
            home.chmod(0o700)
        probe = home / f".probe-{secrets.token_hex(4)}"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        raise SettingsError(
            f"The state folder {home} cannot be written ({error.strerror}). "
            "Set VIGIE_HOME or --home to a folder you own."
        ) from error


def check_state(home: Path) -> None:
    """Raises SettingsError where the record or the store of a home in use was emptied or removed.

    A new one in its place would look sound, and have forgotten everything.
    """
    record, store = home / "record.db", home / "store.db"
    for path in (record, store):
        if path.is_file() and not path.stat().st_size:
            raise SettingsError(f"{path} is empty: restore it from a backup, or remove it.")
    if store.is_file() and not record.is_file():
        raise SettingsError(
            f"{record} is missing, and {home} is not new: restore the record from a backup. "
            "To begin another record, begin another state folder."
        )


def secret_key(settings: Settings) -> bytes:
    """The installation's secret. Raises SettingsError for one that others could guess."""
    if settings.secret is not None:
        if len(settings.secret) < SECRET_BYTES or len(set(settings.secret)) < SECRET_BYTES // 4:
            raise SettingsError(
                f"VIGIE_SECRET is a default or too simple: use at least {SECRET_BYTES} random "
                "characters, or leave it unset and Vigie makes its own."
            )
        return settings.secret.encode()
    return _secret_file(settings.home / "secret.key")


def _secret_file(path: Path) -> bytes:
    if not path.exists():
        write_new(path, secrets.token_hex(SECRET_BYTES).encode())
    secret = path.read_bytes().strip()
    if len(secret) < SECRET_BYTES:
        raise SettingsError(f"{path} is damaged; restore it from a backup.")
    return secret
