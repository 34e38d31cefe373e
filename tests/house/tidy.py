"""clang-tidy, with the short list of .clang-tidy, over the product's sources: engine/ and
connectors/, with CMake's own flags. Tests and benches are left out, for time.

Nearly all of the time goes into headers, so many sources are read together, as one. What gives something a name that another has too is set aside and read in a second turn.
What is as it was when it last passed is not read again: BUILD/tidy keeps a stamp for each source.
"""

import concurrent.futures
import hashlib
import json
import os
import re
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
            kept.append(word + following)
        elif word.startswith(("-I", "-D", "-std=")):
            kept.append(word)
    return kept


def run(source, build, group):
    """clang-tidy's lines of errors and warnings about `group`, read as one source."""
    together = build / "tidy" / (group[0][2].name + ".cc")
    together.write_text("".join(f'#include "{source / path}"\n' for path, _, _ in group))
    every_flag = dict.fromkeys(flag for _, own, _ in group for flag in own)  # in order, each once
    tidy = subprocess.run([TIDY, "--quiet", f"--config-file={source / '.clang-tidy'}", str(together),
                           "--", "-ferror-limit=0", *every_flag], capture_output=True, text=True)
    together.unlink()
    said = [line for line in tidy.stdout.splitlines() if re.search("(error|warning): ", line)]
    if tidy.returncode != 0 and not said:
        return [f"{group[0][0]}: clang-tidy failed: {tidy.stderr.strip()[-2000:]}"]
    # clang 14 stumbles over parts of g++ 12's own headers (ranges), and goes on behind them.
    return [line.removeprefix(f"{source}/") for line in said
            if line.startswith(f"{source}/") or "fatal error: " in line]


def read(source, build, group):
    """Complaints about `group`, a list of (path, flags, stamp)."""
    found = run(source, build, group)
    clashing = {line.split(":")[0] for line in found if "[clang-diagnostic-error]" in line}
    aside = [one for one in group if str(one[0]) in clashing]
    if aside and len(aside) < len(group):
        rest = [one for one in group if one not in aside]
        return read(source, build, rest) + read(source, build, aside)
    if not found:
        for _, _, stamp in group:
            stamp.touch()
    return found


def readings(todo):
    """`todo` in a few parts, each of neighbours, as large as keeps two cores busy to the end."""
    at_once = 80
    for root in PRODUCT:
        own = [one for one in todo if one[0].parts[0] == root]
        parts = -(-len(own) // at_once)
        for i in range(parts):
            yield own[len(own) * i // parts:len(own) * (i + 1) // parts]


def check(source, build):
    (build / "tidy").mkdir(exist_ok=True)
    shared = fingerprint(source)
    commands = {entry["file"]: entry["command"]
                for entry in json.loads((build / "compile_commands.json").read_text())}
    todo = []
    for path in house.sources(source, (".cc",), roots=PRODUCT):
        command = commands.get(str(source / path))
        if command:
            digest = hashlib.sha256(shared + str(path).encode() + (source / path).read_bytes())
            stamp = build / "tidy" / digest.hexdigest()
            if not stamp.exists():
                todo.append((path, flags(command), stamp))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda group: read(source, build, group), readings(todo))
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
