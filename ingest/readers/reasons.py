"""Why a file cannot be read, said to the person who brought it."""

from __future__ import annotations

from ingest.documents import Hiding
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

ORDERS = Wording(
    fr="Le fichier donne des ordres à un assistant ; sa collection ne l’accepte pas.",
    en="The file gives orders to an assistant; its collection does not take it.",
)

# What only a reader in a process of its own can tell.
OVERDUE = Wording(
    fr="La lecture du fichier dure trop longtemps ; elle a été arrêtée.",
    en="Reading the file takes too long; it was stopped.",
)
TOO_MUCH_MEMORY = Wording(
    fr="La lecture du fichier demande trop de mémoire ; elle a été arrêtée.",
    en="Reading the file takes too much memory; it was stopped.",
)
TOO_MUCH_SAID = Wording(
    fr="Le fichier produit beaucoup trop de texte ; sa lecture a été arrêtée.",
    en="The file yields far too much text; reading it was stopped.",
)
CRASHED = Wording(
    fr="La lecture du fichier a échoué brutalement ; rien d’autre n’a été touché.",
    en="Reading the file broke off; nothing else was touched.",
)

# Archives.
BOMB = Wording(
    fr="L’archive est faite pour saturer la machine ; elle n’est pas ouverte.",
    en="The archive is made to fill the machine; it is not opened.",
)
TOO_MANY_MEMBERS = Wording(
    fr="L’archive contient trop de fichiers.", en="The archive holds too many files."
)
TOO_DEEP = Wording(
    fr="Trop d’archives sont emboîtées les unes dans les autres.",
    en="Too many archives are nested in each other.",
)
LEAVES_ARCHIVE = Wording(
    fr="Le nom du fichier mène hors de l’archive.",
    en="The file's name leads out of the archive.",
)
LINK_IN_ARCHIVE = Wording(
    fr="C’est un lien et non un fichier ; il n’est pas suivi dans une archive.",
    en="This is a link, not a file; it is not followed in an archive.",
)
UNKNOWN_COMPRESSION = Wording(
    fr="Le fichier est compressé d’une façon qui n’est pas prise en charge.",
    en="The file is compressed in a way that is not supported.",
)

# What is said of a document beside it.
SIDECAR = Wording(
    fr="Le fichier .vigie.toml qui l’accompagne est illisible ; personne ne le lit.",
    en="The .vigie.toml file beside it cannot be read; the document is open to nobody.",
)
SIDECAR_OF_NOTHING = Wording(
    fr="Ce fichier .vigie.toml parle d’un document qui n’est pas là.",
    en="This .vigie.toml file speaks of a document that is not there.",
)
SIDECAR_OF_LINES = Wording(
    fr="Un fichier .vigie.toml ne dit rien des lignes d’un .jsonl ; retirez-le.",
    en="A .vigie.toml file says nothing of the lines of a .jsonl; take it away.",
)

OLD_OFFICE = Wording(
    fr="Cet ancien format d’Office n’est pas lu ; enregistrez le fichier en .docx, .xlsx ou .pptx.",
    en="This old Office format is not read; save the file as .docx, .xlsx or .pptx.",
)
NO_RECOGNITION = Wording(
    fr="Lire une image demande « tesseract » avec le français et l’anglais, qui n’est pas installé "
    "ici.",
    en="Reading a picture takes “tesseract” with French and English, which is not installed here.",
)
TOO_SLOW = Wording(
    fr="Reconnaître le texte de cette image prend trop de temps.",
    en="Recognising the text of this picture takes too long.",
)

HIDDEN = {
    Hiding.TEXT: Wording(fr="texte invisible", en="hidden text"),
    Hiding.DELETION: Wording(fr="suppression suivie", en="tracked deletion"),
    Hiding.COMMENT: Wording(fr="commentaire", en="comment"),
    Hiding.SHEET: Wording(fr="feuille masquée", en="hidden sheet"),
    Hiding.ROW: Wording(fr="ligne masquée", en="hidden row"),
    Hiding.COLUMN: Wording(fr="colonne masquée", en="hidden column"),
    Hiding.SLIDE: Wording(fr="diapositive masquée", en="hidden slide"),
    Hiding.ZERO_WIDTH: Wording(fr="caractère sans largeur", en="character without width"),
    Hiding.BIDIRECTIONAL: Wording(
        fr="caractère qui change le sens de lecture", en="character that turns the direction"
    ),
    Hiding.UNREAD_PAGE: Wording(fr="page numérisée non lue", en="scanned page not read"),
    Hiding.UNREAD_ATTACHMENT: Wording(fr="pièce jointe non lue", en="attachment not read"),
    Hiding.ORDER: Wording(fr="ordre adressé à un assistant", en="order given to an assistant"),
    Hiding.SUSPECT: Wording(
        fr="phrase qui pourrait être un ordre à un assistant",
        en="sentence that may be an order to an assistant",
    ),
}
"""What stands in a file and not in its reading, said to the person who brought it."""


def quarantined(reason: Wording, attempts: int) -> Wording:
    """Said of a file that is no longer tried, with the reason of its last failure."""
    return Wording(
        fr=f"Mis en quarantaine après {attempts} échecs : {reason.fr}",
        en=f"Quarantined after {attempts} failures: {reason.en}",
    )
