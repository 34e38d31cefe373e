# Everything that comes from outside: Debian's packages (ops/packages), and librdkafka, which
# ops/librdkafka builds into build/deps where Debian's own is older than 2.3.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Protobuf REQUIRED)
find_package(absl REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(simdjson REQUIRED)
find_package(EXPAT REQUIRED)
find_package(date REQUIRED)        # time zones: g++ 12 has no tzdb of its own
find_library(LIBCSV csv REQUIRED)  # libcsv ships neither CMake nor pkg-config files
find_package(RocksDB REQUIRED)
find_package(prometheus-cpp REQUIRED)
find_package(GTest REQUIRED)
find_package(benchmark REQUIRED)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(ISAL REQUIRED IMPORTED_TARGET libisal)
pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(LIBARCHIVE REQUIRED IMPORTED_TARGET libarchive)
pkg_check_modules(TOMLPLUSPLUS REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(HTTPLIB REQUIRED IMPORTED_TARGET cpp-httplib)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)

set(ENV{PKG_CONFIG_PATH} "${PROJECT_SOURCE_DIR}/build/deps/lib/pkgconfig:$ENV{PKG_CONFIG_PATH}")
pkg_check_modules(RDKAFKA REQUIRED IMPORTED_TARGET rdkafka>=2.3)

# Programs that fold link it; sanitizers bring an allocator of their own. Its memory lies in huge
# pages: state is read at random, and half of such an access is a walk through page tables.
add_library(tieout_allocator INTERFACE)
if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  target_sources(tieout_allocator INTERFACE ${PROJECT_SOURCE_DIR}/engine/allocator.cc)
  target_link_libraries(tieout_allocator INTERFACE -Wl,--push-state,--no-as-needed
                        PkgConfig::JEMALLOC -Wl,--pop-state)
endif()
