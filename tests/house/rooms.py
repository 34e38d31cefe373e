"""A room includes only rooms that its CMakeLists.txt names: directly, not by way of another.

BUILD/rooms.txt, written at configure time, has a line a room: "name folder: rooms it may include".
"""

import re

import house

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def read_rooms(build):
    folders, allowed = {}, {}
    for line in (build / "rooms.txt").read_text().splitlines():
        head, names = line.split(":")
        name, folder = head.split()
        folders[folder] = name
        allowed[name] = set(names.split())
    return folders, allowed


def room_of(path, folders):
    inside = [folder for folder in folders if path.startswith(folder + "/")]
    return folders[max(inside, key=len)] if inside else None


def cycles(allowed):
    """Rooms that reach themselves."""
    reach = {name: set(names) for name, names in allowed.items()}
    for middle in allowed:
        for name in allowed:
            if middle in reach[name]:
                reach[name] |= reach.get(middle, set())
    return sorted(name for name in allowed if name in reach[name])


def check(source, build):
    folders, allowed = read_rooms(build)
    complaints = [f"{name}: its rooms lead back to itself" for name in cycles(allowed)]
    for path in house.sources(source, roots=("engine", "connectors", "schemas")):
        room = room_of(str(path), folders)
        for number, line in enumerate((source / path).read_text().splitlines(), 1):
            include = INCLUDE.match(line)
            if not include:
                continue
            where, target = f"{path}:{number}", include.group(1)
            if target.startswith(("tests/", "bench/")):
                complaints.append(f"{where}: includes {target}: the product knows neither tests nor benches")
                continue
            other = room_of(target, folders)
            if other is None:
                if (source / path.parent / target).exists():
                    complaints.append(f"{where}: includes {target}: write the path from the root")
            elif room and other != room and other not in allowed[room]:
                complaints.append(f"{where}: room '{room}' includes {target}, but its DEPENDS lacks '{other}'")
    return complaints


if __name__ == "__main__":
    rooms = {"rooms.txt": "base engine/base: \nledger engine/ledger: base\nstore engine/store: ledger\n"}
    house.main(
        check,
        bad=[
            ("lacks 'store'", {"engine/ledger/a.h": '#include "engine/store/b.h"\n'}, rooms),
            ("lacks 'base'", {"engine/store/a.h": '#include "engine/base/b.h"\n'}, rooms),
            ("from the root", {"engine/store/a.h": '#include "b.h"\n', "engine/store/b.h": ""}, rooms),
            ("neither tests", {"engine/store/a.cc": '#include "tests/x.h"\n'}, rooms),
            ("back to itself", {}, {"rooms.txt": "a engine/a: b\nb engine/b: a\n"}),
        ],
        good=[
            ({"engine/store/a.h": '#include <vector>\n#include "absl/status/status.h"\n#include "engine/ledger/b.h"\n',
              "engine/main.cc": '#include "engine/store/a.h"\n'}, rooms),
        ],
    )
