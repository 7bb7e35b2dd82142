"""Files as they are met in life, encrypted, fuzzed and nested ones too: each is read or refused."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from passages import WordsEmbedder

from ingest.collections import Collection
from ingest.ingestion import Ingestion
from ingest.isolation.reader import IsolatedReader
from ingest.isolation.wire import Bounds
from ingest.memory import MemoryCatalogue, MemoryIndex
from ingest.readers import reasons

FILES = Path(__file__).parents[3] / "shared" / "data" / "files"

pytestmark = pytest.mark.slow


def test_every_file_is_read_or_refused_with_its_reason(
    capsys: pytest.CaptureFixture[str],
) -> None:
    if not FILES.is_dir():
        pytest.skip(f"the files as met in life are not at hand ({FILES})")
    reader = IsolatedReader(Bounds())
    catalogue = MemoryCatalogue()
    ingestion = Ingestion(MemoryIndex(), catalogue, WordsEmbedder(), reader)

    report = ingestion.run(
        FILES,
        Collection.undescribed("files", "Camille", frozenset({"everyone"})),
        lambda _done, _total: None,
    )
    reader.close()

    told = {failed.path for failed in report.failed} | set(catalogue.marks("files"))
    outermost = {path.split("/")[0] for path in told}
    counted = Counter(failed.reason.en for failed in report.failed)
    with capsys.disabled():
        print(f"\n{len(outermost)} files, {report.added} documents read", end="")
        print(f" in {report.seconds:.0f} s; {dict(counted.most_common())}")
    assert outermost == {path.name for path in FILES.iterdir() if path.is_file()}
    assert counted[reasons.CRASHED.en] == 0
