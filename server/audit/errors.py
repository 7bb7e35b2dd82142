"""What can go wrong with the record.

AuditError
 ├── RecordUnavailableError   the record cannot be written or read: no record, no answer
 ├── RecordAlteredError       the record contradicts what was already signed
 ├── UnknownRecordError       no answer has this record id
 ├── UnrecordableEventError   an event cannot stand on the record as it is
 ├── RecordingClosedError     an answer that was closed cannot go on
 ├── NotSealedError           something claims to be on the record and is not
 ├── UnreadableContentError   what a person wrote cannot be read back as what it was
 ├── CheckpointError          a checkpoint is malformed, or its signature is wrong
 └── ReviewRefusedError       a verdict would spoil the sample
"""

from __future__ import annotations


class AuditError(Exception):
    """The root of every failure of the record."""


class RecordUnavailableError(AuditError):
    """The record cannot be written or read; the text is one sentence that says why."""


class RecordAlteredError(AuditError):
    """The record contradicts what was already signed; nothing more is signed."""


class UnknownRecordError(AuditError):
    """No answer has this record id."""


class UnrecordableEventError(AuditError):
    """An event cannot stand on the record as it is; the text says why."""


class RecordingClosedError(AuditError):
    """An answer that was closed cannot go on."""


class NotSealedError(AuditError):
    """Something claims to be on the record and is not."""


class UnreadableContentError(AuditError):
    """What a person wrote cannot be read back as what it was."""


class CheckpointError(AuditError):
    """A checkpoint is malformed, or its signature is wrong."""


class ReviewRefusedError(AuditError):
    """A verdict would spoil the sample; the text says how."""
