# Everything that comes from outside, from Debian's packages unless said otherwise (ops/install-deps).
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(RocksDB REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
find_package(simdjson REQUIRED)
find_package(EXPAT REQUIRED)
find_package(CLI11 REQUIRED)
find_package(spdlog REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)

# librdkafka 2.3 or newer: the system's where it is new enough, else the one that
# ops/librdkafka-build put under build/deps (see ARCHITECTURE in the header of engine/log/kafka.h).
set(ENV{PKG_CONFIG_PATH} "${PROJECT_SOURCE_DIR}/build/deps/lib/pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka>=2.3)
