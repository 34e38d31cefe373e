# A room is a folder with one library target, tieout::<name>. It names the rooms it may include
# (DEPENDS) and the outside libraries it links: LINK where its headers show them, PRIVATE_LINK
# where only its sources do. tests/house checks the #includes against DEPENDS.
#
#   tieout_room(matching DEPENDS ledger base LINK absl::flat_hash_map)

# One line a room for tests/house: "name folder: rooms it may include".
set(TIEOUT_ROOMS_FILE ${CMAKE_BINARY_DIR}/rooms.txt)
file(WRITE ${TIEOUT_ROOMS_FILE} "schemas schemas:\n")

# What most rooms include from outside, compiled once. Nothing of ours, so that it never changes;
# nothing that only few include, for each would pay for it.
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/headers.cc CONTENT "// Carries the precompiled header.\n")
add_library(tieout_headers OBJECT ${CMAKE_BINARY_DIR}/headers.cc)
target_link_libraries(tieout_headers PRIVATE absl::statusor absl::flat_hash_map fmt::fmt tieout_warnings)
target_precompile_headers(tieout_headers PRIVATE <absl/status/statusor.h> <fmt/format.h> <algorithm>
                          <functional> <map> <memory> <optional> <set> <string> <string_view> <vector>)

function(tieout_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/testdata/")
  if(sources)
    add_library(tieout_${name} STATIC ${sources})
    target_precompile_headers(tieout_${name} REUSE_FROM tieout_headers)
    set(scope PUBLIC)
    target_link_libraries(tieout_${name} PRIVATE tieout_warnings ${ROOM_PRIVATE_LINK})
  else()
    add_library(tieout_${name} INTERFACE)  # headers only
    set(scope INTERFACE)
  endif()
  add_library(tieout::${name} ALIAS tieout_${name})
  target_include_directories(tieout_${name} ${scope} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  list(TRANSFORM ROOM_DEPENDS PREPEND tieout:: OUTPUT_VARIABLE rooms)
  target_link_libraries(tieout_${name} ${scope} ${rooms} ${ROOM_LINK})

  set(linked_rooms ${ROOM_LINK} ${ROOM_PRIVATE_LINK})
  list(FILTER linked_rooms INCLUDE REGEX "^tieout::")
  list(TRANSFORM linked_rooms REPLACE "^tieout::" "")
  list(JOIN ROOM_DEPENDS " " depends)
  list(JOIN linked_rooms " " linked)
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  file(APPEND ${TIEOUT_ROOMS_FILE} "${name} ${folder}: ${depends} ${linked}\n")
endfunction()

# A test binary of every *.cc in the calling folder; ctest runs it as one test.
#
#   tieout_test(log_test DEPENDS log)
#
# LABELS kafka: it needs a broker, and ctest runs one such test at a time.
function(tieout_test name)
  cmake_parse_arguments(TEST "" "" "DEPENDS;LINK;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  add_executable(${name} ${sources})
  list(TRANSFORM TEST_DEPENDS PREPEND tieout:: OUTPUT_VARIABLE rooms)
  target_link_libraries(${name} PRIVATE ${rooms} ${TEST_LINK} GTest::gmock GTest::gtest_main tieout_warnings)
  target_compile_definitions(${name} PRIVATE TIEOUT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  # Most of a test's compile time is GoogleTest's headers and optimizing what runs once.
  target_compile_options(${name} PRIVATE $<$<CONFIG:RelWithDebInfo,Release>:-O1>)
  target_precompile_headers(${name} REUSE_FROM tieout_test_headers)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 LABELS "${TEST_LABELS}")
  if("kafka" IN_LIST TEST_LABELS)
    tieout_kafka_test(${name})
  endif()
endfunction()

# One after another they take longest of all, waiting more than computing: the others run beside.
function(tieout_kafka_test name)
  set_tests_properties(${name} PROPERTIES LABELS kafka RESOURCE_LOCK kafka COST 1000)
endfunction()
