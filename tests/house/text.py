"""Plain rules that a search can keep: no floating point near money, headers that begin by saying
what they are for, files that can be read in a sitting, nothing left undone or personal."""

import re

import house

MAX_LINES = 500
FLOATING = re.compile(r"\b(float|double)\b|#\s*include\s+<(cmath|cfloat)>")
FLOATLESS = ("engine/ledger/", "engine/matching/")
# Written apart, so that this file passes its own check.
UNDONE = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X(?=[:(])")) + r")\b")
PERSONAL = re.compile(r"(?<![\w.$}/:-])/(home|root|Users|work|workspace)/\w")
TEXT = (".h", ".cc", ".proto", ".py", ".txt", ".cmake", ".md", ".sh", ".java", ".toml", ".json", "")


def check_lines(path, lines):
    for number, line in enumerate(lines, 1):
        if UNDONE.search(line):
            yield f"{path}:{number}: says that something is undone: do it, or open an issue"
        if PERSONAL.search(line):
            yield f"{path}:{number}: names a path of somebody's own machine"
        if str(path).startswith(FLOATLESS) and FLOATING.search(line):
            yield f"{path}:{number}: floating point in a room that counts money"


def check_file(path, text):
    lines = text.splitlines()
    yield from check_lines(path, lines)
    if path.suffix in (".h", ".cc", ".py") and len(lines) > MAX_LINES:
        yield f"{path}: {len(lines)} lines; more than {MAX_LINES} can't be read in a sitting: divide it"
    if path.suffix in (".h", ".proto") and not text.startswith(("//", "/*")):
        yield f"{path}:1: a header begins with a comment: what it is for"


def check(source, build):
    paths = house.sources(source, TEXT, roots=house.ROOTS + ("ops",))
    paths += [path.relative_to(source) for path in sorted(source.iterdir()) if path.is_file() and path.name != ".git"]
    complaints = []
    for path in paths:
        try:
            text = (source / path).read_text()
        except UnicodeDecodeError:
            continue  # golden bytes
        complaints += check_file(path, text)
    return complaints


if __name__ == "__main__":
    house.main(
        check,
        bad=[
            ("floating point", {"engine/ledger/a.cc": "double rate;\n"}, None),
            ("floating point", {"engine/matching/a.cc": "#include <cmath>\n"}, None),
            ("undone", {"engine/log/a.cc": "// TO" + "DO later\n"}, None),
            ("undone", {"README.md": "FIX" + "ME\n"}, None),
            ("somebody's own", {"ops/run.sh": "cd /home/" + "me/tieout\n"}, None),
            ("divide it", {"engine/log/a.cc": "\n" * (MAX_LINES + 1)}, None),
            ("begins with a comment", {"engine/log/a.h": "#pragma once\n"}, None),
        ],
        good=[
            ({"engine/ledger/a.h": "// Money as whole minor units.\n#pragma once\n",
              "engine/ledger/a.cc": '"XXX": ISO 4217 for no currency\n',
              "engine/query/a.cc": "double seconds = 1;\n",
              "ops/run.sh": "mktemp -d /tmp/XXXXXX; cd /var/home/x\n"}, None),
        ],
    )
