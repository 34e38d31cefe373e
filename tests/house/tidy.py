"""clang-tidy, with the short list of .clang-tidy, over the product's sources: engine/ and
connectors/, each as CMake compiles it. Tests and benches are left out, for time.

A source whose text, headers and list are as when it last passed is not read again: BUILD/tidy
keeps a stamp for each.
"""

import concurrent.futures
import hashlib
import json
import os
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


def run(source, build, path, stamp):
    tidy = subprocess.run([TIDY, "--quiet", "-p", str(build), str(source / path)],
                          capture_output=True, text=True)
    if tidy.returncode == 0:
        stamp.touch()
        return []
    found = [line.replace(f"{source}/", "") for line in tidy.stdout.splitlines()
             if " error: " in line or " warning: " in line]
    return found or [f"{path}: clang-tidy failed: {tidy.stderr.strip()[-2000:]}"]


def check(source, build):
    (build / "tidy").mkdir(exist_ok=True)
    shared = fingerprint(source)
    compiled = {entry["file"] for entry in json.loads((build / "compile_commands.json").read_text())}
    pending = []
    for path in house.sources(source, (".cc",), roots=PRODUCT):
        if str(source / path) in compiled:
            digest = hashlib.sha256(shared + str(path).encode() + (source / path).read_bytes())
            stamp = build / "tidy" / digest.hexdigest()
            if not stamp.exists():
                pending.append((path, stamp))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda each: run(source, build, *each), pending)
        return sorted({line for lines in found for line in lines})  # a header's once


if __name__ == "__main__":
    if not TIDY:
        print("skipped: needs clang-tidy (ops/install --test)")
        sys.exit(house.SKIPPED)

    def example(text):
        command = {"directory": "{SOURCE}", "file": "{SOURCE}/engine/a.cc",
                   "command": "g++ -std=c++20 -c {SOURCE}/engine/a.cc"}
        tidy = "Checks: '-*,modernize-use-nullptr'\nWarningsAsErrors: '*'\n"
        return {".clang-tidy": tidy, "engine/a.cc": text}, {"compile_commands.json": json.dumps([command])}

    house.main(
        check,
        bad=[("modernize-use-nullptr", *example("int* p = 0;\n"))],
        good=[example("int* p = nullptr;\n")],
    )
