"""`make run`: the demo company, furnished in a new state folder, then served.

Its documents, one account per role and one per owner; passwords are random and printed this
once. A folder that has them already is served as it is.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from models.threads import stay_awake
from server.access import Role
from server.failures import EXPECTED
from server.serving import serve
from server.settings import load
from server.wiring import Vigie, open_vigie

COMPANY = Path(__file__).parents[2] / "examples"
Account = tuple[str, tuple[Role, ...], tuple[str, ...]]
PEOPLE: tuple[Account, ...] = (
    ("camille", (Role.EMPLOYEE,), ()),
    ("nadia", (Role.EMPLOYEE,), ("direction", "paie")),
    ("paul", (Role.OWNER,), ()),
    ("admin", (Role.ADMIN,), ()),
    ("admin2", (Role.ADMIN,), ()),
    ("audit", (Role.AUDITOR,), ()),
    ("garde", (Role.STOPPER,), ()),
    # Who answers for the collections, under the names that these give.
    ("Camille Exemplaire", (Role.OWNER,), ()),
    ("Hélène Spécimen", (Role.OWNER,), ()),
    ("Inès Patron-Type", (Role.OWNER,), ()),
    ("Louise Gabarit", (Role.OWNER,), ()),
    ("Nadia Fictive", (Role.OWNER,), ()),
    ("Théo Maquette", (Role.OWNER,), ()),
)


def main() -> int:
    stay_awake()
    try:
        settings = load()
        with open_vigie(settings) as vigie:
            known = {account.name for account in vigie.accounts.everyone()}
            missing = [person for person in PEOPLE if person[0] not in known]
            if missing:
                furnish(vigie, missing)
        serve(settings, lambda line: print(line, flush=True))
    except EXPECTED as error:
        print(f"vigie: {error}", file=sys.stderr)
        return 1
    return 0


def furnish(vigie: Vigie, people: Sequence[Account]) -> None:
    """Documents first: an interrupted run lacks accounts, and the next one goes on."""
    shelve(vigie)
    print("\nAccounts of the demo company. These passwords are shown only now:\n")
    for name, roles, groups in people:
        password = secrets.token_urlsafe(12)
        vigie.accounts.add(name, password, roles, groups, vigie.operator.pseudonym)
        said = ", ".join([role.value for role in roles] + [f"group {group}" for group in groups])
        print(f"  {name:18} {password}   {said}", flush=True)
    print()


def shelve(vigie: Vigie) -> None:
    """Ingest every collection of the demo company."""
    for folder in sorted(path for path in COMPANY.iterdir() if path.is_dir()):
        report = vigie.library.ingest(folder, None, vigie.operator, lambda _done, _of: None)
        print(f"  {folder.name}: {report.added + report.unchanged} documents", flush=True)
        for failed in report.failed:
            print(f"    {failed.path}: {failed.reason.en}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
