"""How the chapters become a book: pages that need no network, and editions to take along.

Reading notebooks brings in jsonschema, and that a checker of addresses whose grammar takes more
than a second to prepare. No notebook has an address to be checked, so the checker is kept out.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)
