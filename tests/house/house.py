"""What the checks of the house share.

A check is a program `CHECK.py SOURCE_DIR BUILD_DIR`. Its `check(source, build)` returns complaints,
one a line. Before it looks at the repository it must complain about its own bad examples, and not
about its good ones: a check that cannot fail checks nothing.
"""

import pathlib
import sys
import tempfile

SKIPPED = 77  # ctest reports it as skipped
ROOTS = ("engine", "connectors", "schemas", "bench", "tests")


def sources(source, suffixes=(".h", ".cc"), roots=ROOTS):
    """Our files under `roots`, in a stable order, as paths relative to `source`."""
    found = []
    for root in roots:
        for path in sorted((source / root).rglob("*")):
            relative = path.relative_to(source)
            if path.suffix in suffixes and path.is_file() and "testdata" not in relative.parts:
                found.append(relative)
    return found


def run_example(check, files, build_files=None):
    """The complaints of `check` about a repository made of `files` (path: text)."""
    with tempfile.TemporaryDirectory() as folder:
        source, build = pathlib.Path(folder, "source"), pathlib.Path(folder, "build")
        for base, texts in ((source, files), (build, build_files or {})):
            for name, text in texts.items():
                path = base / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text.replace("{SOURCE}", str(source)))
        return check(source, build)


def main(check, bad, good):
    """`bad` and `good`: lists of (files, build_files); `bad` also with a part of its complaint."""
    for expected, files, build_files in bad:
        complaints = run_example(check, files, build_files)
        if not any(expected in complaint for complaint in complaints):
            sys.exit(f"this check is broken: no '{expected}' for {files}, only {complaints}")
    for files, build_files in good:
        complaints = run_example(check, files, build_files)
        if complaints:
            sys.exit(f"this check is broken: complains about good files: {complaints}")

    source, build = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    complaints = check(source, build)
    print("\n".join(complaints))
    print(f"{len(complaints)} complaints" if complaints else "nothing to complain about")
    sys.exit(1 if complaints else 0)
