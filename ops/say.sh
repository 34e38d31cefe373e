# Sourced by the scripts of this folder: how they talk and how they fail.

say() { printf '[%3ds] %s\n' "$SECONDS" "$*"; }

# fail WHAT WAY_OUT
fail() {
  printf 'error: %s\n  way out: %s\n' "$1" "$2" >&2
  exit 1
}

# need_space FOLDER MEGABYTES WHAT_FOR
need_space() {
  local free
  free=$(df -Pm "$1" | awk 'NR == 2 {print $4}')
  ((free >= $2)) || fail "the disk of $1 has $free MB free; about $2 MB are needed for $3" "free some space there and run this again"
}

# quietly LOG WAY_OUT COMMAND...: its output goes to a file, of which a failure shows the end.
quietly() {
  local log=$1 way_out=$2
  shift 2
  mkdir -p "$(dirname "$log")"
  "$@" >"$log" 2>&1 || { tail -n 30 "$log" >&2; fail "failed (all of it in $log): $*" "$way_out"; }
}

# configure PRESET: CMake's configure step, when it has not been done. Ninja repeats it when needed.
configure() {
  [[ -f build/$1/build.ninja ]] && return
  say "configuring build/$1"
  quietly "build/$1.configure.log" "read the CMake error above; a package may be missing: ops/install" cmake --preset "$1"
}

# build PRESET [TARGET]: with Ninja's progress where somebody watches.
build() {
  local log=build/$1.build.log out=/dev/null
  [[ -t 1 ]] && out=/dev/stdout
  cmake --build --preset "$1" ${2:+--target "$2"} 2>&1 | tee "$log" >"$out" || {
    [[ -t 1 ]] || { grep -A 12 -m 3 'FAILED' "$log" || tail -n 30 "$log"; } >&2
    fail "the build failed (all of it in $log)" \
      "where a compiler was killed, memory ran out: cmake --build --preset $1 -j 1; where the disk is full: df -h ."
  }
}
