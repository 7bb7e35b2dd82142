"""How much is read: what is larger was not written by people for people."""

LARGEST = 50 * 1024 * 1024
"""Bytes of a file."""

LONGEST = 5_000_000
"""Characters of text in one document: about 2 000 pages."""

INFLATED = 200 * 1024 * 1024
"""Bytes that an Office file may unfold to."""

PARTS = 20_000
"""Files that an Office file may hold."""

PAGES = 5_000

NESTED = 5_000
"""Elements of a page inside each other: parsing takes the square of it."""

ROWS = 200_000
"""Rows of one sheet, empty ones counted."""

CELLS = 2_000_000
"""Cells of one sheet with something in them."""

MEMBERS = 10_000
"""Files of an archive, those of archives inside it counted."""

UNPACKED = 1024 * 1024 * 1024
"""Bytes that an archive may unfold to in all."""

EXPANSION = 200
"""Times that a file of an archive may be larger than what is kept of it."""

ARCHIVES_DEEP = 3
"""Archives inside each other."""

EFFORT = 8 * 1024 * 1024 * 1024
"""Bytes of inner archives unfolded on the way to their members, each member counted."""

LONGEST_ID = 1_000
"""Characters of a document's id in a source that gives its own."""

REPLY = 32 * 1024 * 1024
"""Bytes that a reader may say of one file: `LONGEST` characters, and where each block stands."""

ATTACHED_DEPTH = 3
"""Messages inside each other."""

ATTACHMENTS = 100
"""Attachments of one message."""

PIXELS = 60_000_000
"""Pixels of a picture: an A4 page at 600 dots per inch has 35 million."""

SCANNED = 300
"""Scanned pages of one document: each takes seconds to recognise."""

RECOGNITION_S = 60
"""Seconds to recognise the text of one page."""

COLUMNS = 1_000
"""Empty cells in a row before one with something in it."""
