# How everything is compiled.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)

# Line tables (-g1) stay in the release binary: a backtrace or a profile then names lines, and the
# code is the same.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

# Warnings are errors in debug builds, in our code only: what comes from outside is included as
# SYSTEM. A release build, and one with sanitizers, shows them and goes on: with optimisation g++ 12
# warns of library code it misreads (-Wrestrict in std::string), and a newer compiler must not stop a
# user.
add_library(tieout_warnings INTERFACE)
target_compile_options(tieout_warnings INTERFACE -Wall -Wextra -Wshadow -Wno-unused-parameter
                       -Wno-missing-field-initializers)
if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize")
  target_compile_options(tieout_warnings INTERFACE $<$<CONFIG:Debug>:-Werror>)
endif()

# ccache makes rebuilding after a branch change cheap; used where it is installed.
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()
# It takes a precompiled header for granted only when told that its macros and times may be.
if(CMAKE_CXX_COMPILER_LAUNCHER MATCHES "ccache$")
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_SLOPPINESS=pch_defines,time_macros ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()
