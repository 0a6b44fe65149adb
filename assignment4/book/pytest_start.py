"""A plugin that pytest loads before all others, so that each of its processes starts sooner.

Reading notebooks brings in jsonschema, which brings in a checker of addresses whose
grammar takes more than a second to prepare. No notebook has an address to be checked.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)
