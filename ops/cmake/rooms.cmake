# A room is a folder with one library target, tieout::<name>. It names the rooms it may include
# (DEPENDS) and the outside libraries it links (LINK); tests/house checks that its #includes agree.
#
#   tieout_room(matching DEPENDS ledger base LINK absl::flat_hash_map)

set(TIEOUT_ROOMS_FILE ${CMAKE_BINARY_DIR}/rooms.txt)
file(WRITE ${TIEOUT_ROOMS_FILE} "")

function(tieout_room name)
  cmake_parse_arguments(ROOM "" "" "DEPENDS;LINK;PRIVATE_LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/testdata/")
  if(sources)
    add_library(tieout_${name} STATIC ${sources})
    set(scope PUBLIC)
  else()
    add_library(tieout_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(tieout::${name} ALIAS tieout_${name})
  target_include_directories(tieout_${name} ${scope} ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
  list(TRANSFORM ROOM_DEPENDS PREPEND tieout:: OUTPUT_VARIABLE rooms)
  target_link_libraries(tieout_${name} ${scope} ${rooms} ${ROOM_LINK})
  if(sources)
    target_link_libraries(tieout_${name} PRIVATE tieout_warnings ${ROOM_PRIVATE_LINK})
  endif()
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE ";" " " depends "${ROOM_DEPENDS}")
  file(APPEND ${TIEOUT_ROOMS_FILE} "${name} ${folder}: ${depends}\n")
endfunction()

add_library(tieout_warnings INTERFACE)
target_compile_options(tieout_warnings INTERFACE -Wall -Wextra -Wshadow -Wno-unused-parameter -Werror)

# A test binary: every *_test.cc of the calling folder, run by ctest as one test per binary.
#
#   tieout_test(log_test DEPENDS log)
function(tieout_test name)
  cmake_parse_arguments(TEST "" "" "DEPENDS;LINK;LABELS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cc)
  add_executable(${name} ${sources})
  list(TRANSFORM TEST_DEPENDS PREPEND tieout:: OUTPUT_VARIABLE rooms)
  target_link_libraries(${name} PRIVATE ${rooms} ${TEST_LINK} GTest::gmock GTest::gtest_main tieout_warnings)
  target_compile_definitions(${name} PRIVATE TIEOUT_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 LABELS "${TEST_LABELS}")
endfunction()
