"""What an author runs: manuscripts in `src/lessons` become the notebooks a learner opens."""

import sys

# nbformat imports jsonschema, and that, where it can, a package that compiles a grammar of
# addresses for 0.8 s at every start. No notebook's schema has such a field: do without it.
sys.modules.setdefault("rfc3987_syntax", None)
