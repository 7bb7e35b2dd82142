"""Every file as it is met in life is read, or refused with a reason that a person understands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ingest import chunking
from ingest.errors import UnreadableFileError
from ingest.readers import load, read, reasons
from models.wording import Wording

DATA = Path(__file__).parents[3] / "shared" / "data"
SAMPLES = ("files", "guides")
SAID = {id(one) for one in vars(reasons).values() if isinstance(one, Wording)}
# Formats that are read; the others of the sample are refused by their name alone.
READ = frozenset(
    ".txt .md .html .htm .csv .docx .pptx .xlsx .odt .ods .odp .rtf .pdf .epub .eml .msg "
    ".png .jpg .tif".split()
)

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("sample", SAMPLES)
def test_every_file_is_read_or_refused_with_a_reason(
    sample: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DATA / sample
    if not folder.is_dir():
        pytest.skip(f"the sample of files is not at hand ({folder})")
    outcomes: Counter[str] = Counter()

    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        try:
            text, spans = chunking.document_text(read(path.name, load(path)))
        except UnreadableFileError as refusal:
            assert id(refusal.reason) in SAID, path.name  # noqa: PT017  # both are right
            if path.suffix.lower() in READ:
                outcomes[refusal.reason.en] += 1
            continue
        assert text, path.name
        assert all(text[span.start : span.end].strip() for span in spans), path.name
        outcomes["read"] += 1

    with capsys.disabled():
        print(f"\n{sample}: {dict(outcomes.most_common())}")
    assert outcomes["read"] > sum(outcomes.values()) / 2
