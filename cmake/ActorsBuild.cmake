# Settings every target of the project shares: the language level, warnings, sanitizers and where programs go.
include(GNUInstallDirs)

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_RUNTIME_OUTPUT_DIRECTORY)
  set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
endif()

find_program(ACTORS_CCACHE ccache)
if(ACTORS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this ccache does not keep what is compiled with the tests' precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${ACTORS_CCACHE})
endif()

find_package(Threads REQUIRED)

# Private flags: they hold for this project's own code, never for a program that links it.
add_library(actors_flags INTERFACE)
target_compile_options(actors_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
  $<$<BOOL:${ACTORS_WERROR}>:-Werror>)
# g++ 12 gives false positives on coroutine frames, std::optional and std::string (GCC bugs 105651, 105329) in optimised
# code; clang has the real checks.
target_compile_options(actors_flags INTERFACE
  $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-mismatched-new-delete -Wno-restrict>)
if(ACTORS_SANITIZE)
  target_compile_options(actors_flags INTERFACE -fsanitize=${ACTORS_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(actors_flags INTERFACE -fsanitize=${ACTORS_SANITIZE})
  # clang 14 cannot assemble -fsanitize=function in split coroutines ("Cannot represent a difference across sections").
  target_compile_options(actors_flags INTERFACE $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
endif()

# actors_library(NAME ALIAS): a library of the project, installed and exported as actors::ALIAS.
function(actors_library name alias)
  add_library(${name} ${ARGN})
  add_library(actors::${alias} ALIAS ${name})
  set_target_properties(${name} PROPERTIES EXPORT_NAME ${alias} OUTPUT_NAME ${name})
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_link_libraries(${name} PRIVATE $<BUILD_INTERFACE:actors_flags>)
  install(TARGETS ${name} EXPORT actorsTargets)
endfunction()
