"""Model servers on site, as the settings name them: which may be reached, and how answers come."""

from __future__ import annotations

import json
import socket
from collections.abc import Sequence
from pathlib import Path

import pytest
from conftest import Opened
from model_servers import HEAD, Caller, StandIn, event, models

from models.errors import ModelUnreachableError
from models.ports import Language
from server.access import anyone
from server.asking import Asking
from server.audit.log import SealedOutcome, SealedSentence
from server.errors import SettingsError
from server.judging import examined
from server.onsite import is_here, on_site
from server.outcomes import Answered, Failed, FailureCause
from server.settings import load
from server.wiring.model_servers import endpoints, served

BADGE = "Le badge est rendu à l’accueil le dernier jour du contrat."


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.9", "::1", "fd00::1", "::ffff:10.0.0.1"],
)
def test_addresses_of_the_site(address: str) -> None:
    assert is_here(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "172.32.0.1", "0.0.0.0", "169.254.169.254", "::", "2001:db8::1", "fe80::1%eth0",
     "::ffff:8.8.8.8", "100.64.0.1", "224.0.0.1"],
)  # fmt: skip
def test_addresses_outside_or_of_nobody(address: str) -> None:
    assert not is_here(address)


def test_a_name_that_was_made_to_lead_outside_is_not_connected_to() -> None:
    def poisoned(_: str) -> Sequence[str]:
        return ["10.0.0.5", "203.0.113.7"]

    with pytest.raises(ModelUnreachableError, match=r"203\.0\.113\.7"):
        on_site("llm.maison.example", poisoned)


def test_a_name_that_leads_nowhere_is_told() -> None:
    def lost(_: str) -> Sequence[str]:
        raise socket.gaierror

    with pytest.raises(ModelUnreachableError, match="is not found"):
        on_site("llm.maison.example", lost)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://api.example/v1", "VIGIE_ON_SITE"),
        ("http://127.0.0.1:8000, http://8.8.8.8:1", "VIGIE_ON_SITE"),
        ("127.0.0.1:8000", "http://HOST:PORT"),
        ("http://me:secret@127.0.0.1:8000", "without a password"),
        (" , ", "names no model server"),
    ],
)
def test_what_is_not_on_site_is_refused(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as failure:
        endpoints(load(tmp_path, llm_url=url))

    assert "secret" not in str(failure.value)


def test_a_name_that_an_operator_vouches_for_is_taken(tmp_path: Path) -> None:
    settings = load(tmp_path, llm_url="http://gpu:8000, http://10.0.0.7:80/v1", on_site="gpu")

    assert [one.name for one in endpoints(settings)] == ["http://gpu:8000", "http://10.0.0.7:80"]


@pytest.mark.parametrize(
    ("held", "mode", "said"),
    [
        ("s3cr3t", 0o644, "chmod 600"),
        ("", 0o600, "one key"),
        ("s3cr3t and more", 0o600, "one key"),
        ("clé", 0o600, "cannot be read"),
    ],
)
def test_a_key_that_others_may_read_or_that_is_none(
    tmp_path: Path, held: str, mode: int, said: str
) -> None:
    file = tmp_path / "key"
    file.write_text(held)
    file.chmod(mode)
    settings = load(tmp_path, llm_url="http://127.0.0.1:1", llm_key_file=file)
    with pytest.raises(SettingsError, match=said) as failure:
        endpoints(settings)

    assert "s3cr3t" not in str(failure.value)


def test_a_key_file_that_is_right_opens_the_server(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("s3cr3t\n")
    file.chmod(0o600)
    (endpoint,) = endpoints(load(tmp_path, llm_url="http://127.0.0.1:1", llm_key_file=file))

    assert endpoint.key == "s3cr3t"


def _quoting(caller: Caller) -> None:
    caller.say(HEAD)
    for word in f"{BADGE[:-1]} [1].".split(" "):
        caller.chunk(f"{word} ")
    caller.chunk(finish="stop", usage={"prompt_tokens": 90, "completion_tokens": 12})
    caller.say(event(b"[DONE]"))


def _breaking(caller: Caller) -> None:
    caller.say(HEAD)
    caller.chunk(f"{BADGE[:-1]} [1].\nLe ")


def _ask(open_house: Opened, folder: Path, **settings: object) -> list[object]:
    document = folder / "badge.md"
    document.write_text(f"# Badge\n\n{BADGE}\n")
    house = open_house(relevance=0.0, **settings)
    house.library.ingest(document, "essai", house.operator, lambda _done, _of: None)
    asking = Asking("Quand le badge est-il rendu ?", anyone(house.secret), Language.FRENCH)
    return list(house.answering.answer(asking))


@pytest.mark.slow
def test_an_answer_comes_from_the_server_and_the_record_says_what_is_known(
    open_house: Opened, tmp_path: Path
) -> None:
    with StandIn(_quoting, models("mistral-small", owned_by="vllm")) as server:
        sentence, end = _ask(open_house, tmp_path, llm_url=server.url)

    assert isinstance(sentence, SealedSentence)
    assert isinstance(end, SealedOutcome)
    assert isinstance(end.outcome, Answered)
    assert end.outcome.generator == "mistral-small"
    assert end.facts["energy"] == {"wh": None, "method": "unknown"}  # it is another machine's
    assert end.facts["usage"] == {
        "prompt_tokens": 90,
        "completion_tokens": 12,
        "sources_read": 1,
        "finish": "end",
    }


@pytest.mark.slow
def test_a_server_that_breaks_leaves_what_was_checked_and_says_why(
    open_house: Opened, tmp_path: Path
) -> None:
    with StandIn(_breaking) as server:
        sentence, end = _ask(open_house, tmp_path, llm_url=server.url)

    assert isinstance(sentence, SealedSentence)
    assert isinstance(end, SealedOutcome)
    assert end.outcome == Failed(FailureCause.MODEL)
    assert end.facts["failure"] == f"The model server {server.url} ended its answer early."


@pytest.mark.slow
def test_the_doctor_has_a_line_for_each_server(tmp_path: Path) -> None:
    with StandIn() as well, StandIn() as gone:
        gone.__exit__()
        result = examined(load(tmp_path, llm_url=f"{well.url},{gone.url}"))

    checks = {one["name"]: one for one in json.loads(json.dumps(result))["checks"]}
    assert checks[well.url]["sentence"].startswith("serves tiny, said in ")
    assert not checks[gone.url]["ok"]
    assert "cannot be connected to" in checks[gone.url]["sentence"]
    assert checks["energy"]["sentence"] == "unknown: model servers write the answers"


def test_a_generator_that_was_asked_for_without_a_server_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="VIGIE_LLM_URL"):
        served(load(tmp_path, generator="openai_http"))
