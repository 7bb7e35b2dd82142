"""Why a file cannot be read, said to the person who brought it."""

from __future__ import annotations

from models.wording import Wording

EMPTY = Wording(fr="Le fichier est vide.", en="The file is empty.")
TOO_LARGE = Wording(
    fr="Le fichier est trop volumineux pour être lu.", en="The file is too large to be read."
)
UNKNOWN = Wording(
    fr="Ce type de fichier n’est pas pris en charge.", en="This kind of file is not supported."
)
MISLABELLED = Wording(
    fr="Le contenu ne correspond pas à l’extension du fichier.",
    en="The content is not what the file's extension says.",
)
BINARY = Wording(
    fr="Le fichier contient des données binaires et non du texte.",
    en="The file holds binary data, not text.",
)
ENCRYPTED = Wording(
    fr="Le fichier est protégé par un mot de passe.", en="The file is protected by a password."
)
DAMAGED = Wording(
    fr="Le fichier est endommagé ou incomplet.", en="The file is damaged or incomplete."
)
NO_TEXT = Wording(
    fr="Le fichier ne contient aucun texte ; il s’agit peut-être d’images numérisées.",
    en="The file contains no text; it may hold scanned images.",
)
UNREACHABLE = Wording(
    fr="Le fichier ou le dossier n’a pas pu être ouvert.",
    en="The file or the folder could not be opened.",
)
GONE = Wording(fr="Il n’y a plus rien à cet endroit.", en="There is nothing there any more.")
OWN_COLLECTION = Wording(
    fr="Ce dossier est une collection à part entière ; il s’ajoute séparément.",
    en="This folder is a collection of its own; ingest it by itself.",
)
OUTSIDE = Wording(
    fr="Ce lien mène hors du dossier ; il n’est pas suivi.",
    en="This link leads out of the folder; it is not followed.",
)
NOT_A_FILE = Wording(fr="Ce n’est pas un fichier.", en="This is not a file.")
BAD_NAME = Wording(
    fr="Le nom du fichier ne peut pas être lu.", en="The name of the file cannot be read."
)
BAD_LINE = Wording(
    fr="La ligne n’est pas un objet JSON avec « id » et « text ».",
    en='The line is not a JSON object with "id" and "text".',
)
DUPLICATE = Wording(
    fr="Cet identifiant a déjà été lu dans cette source.",
    en="This identifier was already read in this source.",
)


def quarantined(reason: Wording, attempts: int) -> Wording:
    """Said of a file that is no longer tried, with the reason of its last failure."""
    return Wording(
        fr=f"Mis en quarantaine après {attempts} échecs : {reason.fr}",
        en=f"Quarantined after {attempts} failures: {reason.en}",
    )
