"""clang-format has nothing to change.

Releases of clang-format differ in details. The sources follow Debian 12's, 14; with another, this
check is skipped and says so.
"""

import re
import shutil
import subprocess
import sys

import house

VERSION = "14"


def find():
    for name in (f"clang-format-{VERSION}", "clang-format"):
        path = shutil.which(name)
        if path:
            said = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout
            if re.search(rf"version {VERSION}\.", said):
                return path
    return None


def check(source, build):
    complaints = []
    for path in house.sources(source):
        run = subprocess.run([find(), "--dry-run", "-Werror", "--style=file", str(path)],
                             cwd=source, capture_output=True, text=True)
        if run.returncode:
            first = run.stderr.splitlines()[0].removesuffix(" [-Wclang-format-violations]")
            complaints.append(f"{first}; way out: clang-format -i {path}")
    return complaints


if __name__ == "__main__":
    if not find():
        print(f"skipped: needs clang-format {VERSION}, as in Debian 12")
        sys.exit(house.SKIPPED)
    style = {".clang-format": "BasedOnStyle: Google\n"}
    house.main(
        check,
        bad=[("clang-format -i engine/a.cc", {**style, "engine/a.cc": "int  x = 1 ;\n"}, None)],
        good=[({**style, "engine/a.cc": "int x = 1;\n"}, None)],
    )
