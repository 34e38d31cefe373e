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
    run = subprocess.run([find(), "--dry-run", "-Werror", "--style=file", *map(str, house.sources(source))],
                         cwd=source, capture_output=True, text=True)
    first = {}  # of each file
    for line in run.stderr.splitlines():
        violation = re.match(r"([^:]+):\d+:\d+: error: .*(?= \[-Wclang-format-violations\])", line)
        if violation:
            first.setdefault(violation[1], violation[0])
    if run.returncode and not first:
        return [f"clang-format failed: {run.stderr.strip()[-2000:]}"]
    return [f"{said}; way out: clang-format -i {path}" for path, said in first.items()]


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
