"""NVIDIA's own counters of the energy that its cards used (NVML)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models.metering import Meter

_JOULES = 1e-3  # a counter's unit is the millijoule


class Nvml(Meter):
    """Every card that counts, since its driver was loaded: Volta and later."""

    counters = ("nvml",)

    def __init__(self) -> None:
        """Raises OSError where there is no driver, or no card with a counter."""
        import pynvml

        self._nvml: Any = pynvml
        self._asked(pynvml.nvmlInit)
        count = self._asked(pynvml.nvmlDeviceGetCount)
        cards = [self._asked(pynvml.nvmlDeviceGetHandleByIndex, n) for n in range(count)]
        self._cards = [card for card in cards if self._counts(card)]
        if not self._cards:
            raise FileNotFoundError("no graphics card has a counter of energy")

    def joules(self) -> float:
        return sum(self._millijoules(card) for card in self._cards) * _JOULES

    def _millijoules(self, card: object) -> int:
        return int(self._asked(self._nvml.nvmlDeviceGetTotalEnergyConsumption, card))

    def _counts(self, card: object) -> bool:
        try:
            self._millijoules(card)
        except OSError:
            return False
        return True

    def _asked(self, call: Callable[..., Any], *arguments: object) -> Any:
        """Raises OSError where the driver refuses."""
        try:
            return call(*arguments)
        except self._nvml.NVMLError as error:
            raise OSError(str(error)) from error
