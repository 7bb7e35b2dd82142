"""What can go wrong with a guard. A guard that fails lets nothing through.

GuardrailsError
 └── CharterError              the charter cannot be read or does not make sense
"""

from __future__ import annotations


class GuardrailsError(Exception):
    """The root of every failure in this room."""


class CharterError(GuardrailsError):
    """The charter cannot be read or does not make sense; the text names the line and the field."""
