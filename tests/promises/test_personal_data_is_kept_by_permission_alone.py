"""What a collection may keep in clear reaches its readers, and nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from adapters import ScriptedGenerator, quoting
from conftest import Opened
from demo import asked_by, employee
from visitor import Visitor, person

from models.ports import Prompt
from server.access import Person, Role
from server.audit.log import SealedOutcome
from server.commands import Call, run
from server.lazy import Lazy
from server.outcomes import Answered, Outcome
from server.web.app import create_app
from server.wiring import Vigie

QUESTION = "Quel est le numéro de téléphone du standard de nuit ?"
PHONE, PERSON, NIR = "06 39 98 12 34", "Odile Exemple", "1 85 05 78 006 084 91"
PAGE = f"""# Standard de nuit

Le standard de nuit répond au numéro de téléphone {PHONE}, tenu par Mme {PERSON}, NIR {NIR}.
"""
DIRECTORY = '[personal_data]\notherwise = "pseudonymise"\nPHONE = "keep"\nPERSON = "mask"\n'


def described(house: Vigie, folder: Path, said: str, readers: str = "everyone") -> None:
    folder.mkdir(exist_ok=True)
    (folder / "standard.md").write_text(PAGE, encoding="utf-8")
    (folder / "collection.toml").write_text(
        f'owner = "Claude"\nreaders = ["{readers}"]\n{said}', encoding="utf-8"
    )
    house.library.ingest(folder, None, house.operator, lambda _done, _of: None)


def outcome(house: Vigie, asker: Person) -> tuple[Outcome, list[str]]:
    """How it ended, and all that the model read."""
    read: list[str] = []

    def written(prompt: Prompt) -> Iterable[str]:
        read.extend(source.text for source in prompt.sources)
        return quoting(prompt)

    generator = ScriptedGenerator(written)
    engines = replace(house.answering.engines, generator=Lazy(lambda: generator))
    *_, last = replace(house.answering, engines=engines).answer(asked_by(asker, QUESTION))
    assert isinstance(last, SealedOutcome)
    return last.outcome, read


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("", "téléphone [PHONE_1], tenu par Mme [PERSON_1], NIR [NIR_1]"),
        (
            'personal_data = "pseudonymise"',
            "téléphone [PHONE_1], tenu par Mme [PERSON_1], NIR [NIR_1]",
        ),
        ('personal_data = "mask"', "téléphone [PHONE], tenu par Mme [PERSON], NIR [NIR]"),
        ('personal_data = "keep"', f"téléphone {PHONE}, tenu par Mme {PERSON}, NIR {NIR}"),
        (DIRECTORY, f"téléphone {PHONE}, tenu par Mme [PERSON], NIR [NIR_1]"),
    ],
)
def test_the_model_and_the_answer_hold_what_the_collection_says(
    open_house: Opened, tmp_path: Path, said: str, left: str
) -> None:
    house = open_house(generator="extractive")
    described(house, tmp_path / "standard", said)

    ended, read = outcome(house, employee(house))

    assert isinstance(ended, Answered)
    assert left in ended.text
    assert left in " ".join(read)


def test_a_reader_of_one_document_alone_has_no_such_permission(
    open_house: Opened, tmp_path: Path
) -> None:
    house = open_house(generator="extractive")
    opened = 'personal_data = "keep"\n[documents."standard.md"]\nreaders = ["everyone"]\n'
    described(house, tmp_path / "standard", opened, readers="nuit")

    stranger, _ = outcome(house, employee(house))
    insider, _ = outcome(house, employee(house, "paul", groups=("nuit",)))

    assert isinstance(stranger, Answered)
    assert PHONE not in stranger.text
    assert PHONE in insider.text if isinstance(insider, Answered) else False


def test_what_no_cited_passage_keeps_is_masked_all_the_same(
    open_house: Opened, tmp_path: Path
) -> None:
    house = open_house(generator="extractive")
    described(house, tmp_path / "standard", 'personal_data = "keep"')
    asker = employee(house)

    def inventing(prompt: Prompt) -> Iterable[str]:
        said = prompt.sources[0].text.strip().splitlines()[-1].rstrip(".")
        yield f"{said.replace(PHONE, '07 00 00 00 01')} [1]. "
        yield f"{said} [1]. "

    generator = ScriptedGenerator(inventing)
    engines = replace(house.answering.engines, generator=Lazy(lambda: generator))
    *_, last = replace(house.answering, engines=engines).answer(asked_by(asker, QUESTION))

    assert isinstance(last, SealedOutcome)
    assert isinstance(last.outcome, Answered)
    assert PHONE in last.outcome.text
    assert "07 00" not in last.outcome.text


def test_the_permission_is_shown_and_the_record_says_that_it_was_used(
    open_house: Opened, tmp_path: Path
) -> None:
    house = open_house(generator="extractive")
    described(house, tmp_path / "standard", DIRECTORY)
    person(house, "adele", Role.ADMIN)

    page = Visitor(create_app(house)).sign_in("adele").web.get("/admin/collections").text
    (shelf,) = run(house, Call(command="collections.list", arguments={}), lambda _done, _of: None)  # type: ignore[misc]
    outcome(house, employee(house))
    facts = house.record.answers(1)[0].closing.facts["passages"]  # type: ignore[union-attr]

    assert "Données personnelles en clair pour ses lecteurs\u00a0: numéro de téléphone" in page
    assert shelf["personal_data"] == {  # type: ignore[index,call-overload]
        "otherwise": "pseudonymise",
        "PHONE": "keep",
        "PERSON": "mask",
    }
    assert shelf["remarks"] == ["no deputy", "personal data in clear for its readers: PHONE"]  # type: ignore[index,call-overload]
    assert [one["kept"] for one in facts] == [["PHONE"]]  # type: ignore[index,union-attr,call-overload]
