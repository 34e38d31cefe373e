"""clang-tidy, with the short list of .clang-tidy, over the product's sources: engine/ and
connectors/, with CMake's own flags. Tests and benches are left out, for time.

Most of the time goes into the headers, so the sources of a folder are read together, as one. Where
that can't be (two give something the same name), or something is found, they are read in halves,
down to the single source. What is as it was when it last passed is not read again: BUILD/tidy keeps
a stamp for each source.
"""

import concurrent.futures
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys

import house

TIDY = shutil.which("clang-tidy")
PRODUCT = ("engine", "connectors")


def fingerprint(source):
    """Of what every source may depend on: all headers, the contract, the list, the tool."""
    digest = hashlib.sha256(subprocess.run([TIDY, "--version"], capture_output=True, check=True).stdout)
    for path in house.sources(source, (".h", ".proto"), roots=PRODUCT + ("schemas",)):
        digest.update(str(path).encode() + (source / path).read_bytes())
    digest.update((source / ".clang-tidy").read_bytes())
    return digest.digest()


def flags(command):
    """What matters to the reader of a compiler's command line."""
    words, kept = shlex.split(command), []
    for word, following in zip(words, words[1:] + [""]):
        if word == "-isystem":
            kept += [word, following]
        elif word.startswith(("-I", "-D", "-std=")):
            kept.append(word)
    return kept


def read(source, build, group):
    """Complaints about `group`, a list of (path, flags, stamp) of one folder."""
    together = build / "tidy" / (group[0][2].name + ".cc")
    together.write_text("".join(f'#include "{source / path}"\n' for path, _, _ in group))
    tidy = subprocess.run([TIDY, "--quiet", f"--config-file={source / '.clang-tidy'}", str(together),
                           "--", *group[0][1]], capture_output=True, text=True)
    together.unlink()
    if tidy.returncode == 0:
        for _, _, stamp in group:
            stamp.touch()
        return []
    if len(group) > 1:
        half = len(group) // 2
        return read(source, build, group[:half]) + read(source, build, group[half:])
    found = [line.replace(f"{source}/", "").replace("./", "") for line in tidy.stdout.splitlines()
             if " error: " in line or " warning: " in line]
    return found or [f"{group[0][0]}: clang-tidy failed: {tidy.stderr.strip()[-2000:]}"]


def check(source, build):
    (build / "tidy").mkdir(exist_ok=True)
    shared = fingerprint(source)
    commands = {entry["file"]: entry["command"]
                for entry in json.loads((build / "compile_commands.json").read_text())}
    groups = {}
    for path in house.sources(source, (".cc",), roots=PRODUCT):
        command = commands.get(str(source / path))
        if command:
            digest = hashlib.sha256(shared + str(path).encode() + (source / path).read_bytes())
            stamp = build / "tidy" / digest.hexdigest()
            if not stamp.exists():
                groups.setdefault(path.parent, []).append((path, flags(command), stamp))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda group: read(source, build, group), groups.values())
        return sorted({line for lines in found for line in lines})  # a header's once


if __name__ == "__main__":
    if not TIDY:
        print("skipped: needs clang-tidy (ops/install --test)")
        sys.exit(house.SKIPPED)

    def example(text):
        command = {"directory": "{SOURCE}", "file": "{SOURCE}/engine/a.cc",
                   "command": "g++ -std=c++20 -c {SOURCE}/engine/a.cc"}
        tidy = "Checks: '-*,modernize-use-nullptr'\nWarningsAsErrors: '*'\nHeaderFilterRegex: 'engine/'\n"
        return {".clang-tidy": tidy, "engine/a.cc": text}, {"compile_commands.json": json.dumps([command])}

    house.main(
        check,
        bad=[("modernize-use-nullptr", *example("int* p = 0;\n"))],
        good=[example("int* p = nullptr;\n")],
    )
