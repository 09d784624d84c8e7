"""Lets `python -m whiteboard …` work in a fresh clone, where nothing is installed yet.

Python looks into the current folder first, so this file would also hide the package in
`src/whiteboard` from an `import whiteboard` made here. Imported, it steps aside for the package.
"""

import importlib
import os
import runpy
import sys
import types

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "src")
sys.path.insert(0, SOURCE)

if __name__ == "__main__":
    # A bare package: the set-up runs before NumPy exists, and on a Python too old for the rest.
    package = types.ModuleType("whiteboard")
    package.__path__ = [os.path.join(SOURCE, "whiteboard")]
    sys.modules["whiteboard"] = package
    runpy.run_path(os.path.join(SOURCE, "whiteboard", "__main__.py"), run_name="__main__")
else:
    del sys.modules[__name__]
    importlib.import_module(__name__)
