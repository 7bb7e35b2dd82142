"""A folder in the shape of /sys/class/powercap, whose counters a test turns."""

from __future__ import annotations

from pathlib import Path

RANGE = 262_143_328_850  # microjoules
ZONES = {
    "intel-rapl:0": "package-0",
    "intel-rapl:0:0": "core",
    "intel-rapl:0:1": "dram",
    "intel-rapl:1": "psys",
}


class Powercap:
    def __init__(self, root: Path) -> None:
        self.root = root
        for zone, name in ZONES.items():
            folder = root / zone
            folder.mkdir(parents=True)
            (folder / "name").write_text(f"{name}\n")
            (folder / "max_energy_range_uj").write_text(f"{RANGE}\n")
            (folder / "energy_uj").write_text("0\n")

    def use(self, zone: str, joules: float) -> None:
        counter = self.root / zone / "energy_uj"
        self.turn(zone, int(counter.read_text()) + int(joules * 1e6))

    def turn(self, zone: str, microjoules: int) -> None:
        """At once, as a counter of the kernel: nobody reads half a number."""
        new = self.root / zone / "new"
        new.write_text(f"{microjoules % (RANGE + 1)}\n")
        new.replace(self.root / zone / "energy_uj")
