"""Make all the files, for whoever wants to look at them: `python -m tests.corpus FOLDER`."""

import sys
from pathlib import Path

from .must_fail import MUST_FAIL
from .must_pass import MUST_PASS

for name, files in (("must-fail", MUST_FAIL), ("must-pass", MUST_PASS)):
    folder = Path(sys.argv[1], name)
    folder.mkdir(parents=True, exist_ok=True)
    for file_name, file in files.items():
        (folder / file_name).write_bytes(file.content)
