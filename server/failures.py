"""The failures that have a sentence for people: one root per room."""

from guardrails.errors import GuardrailsError
from ingest.errors import IngestError
from models.errors import ModelsError
from server.audit.errors import AuditError
from server.errors import ServerError

EXPECTED = (ServerError, AuditError, IngestError, GuardrailsError, ModelsError)
