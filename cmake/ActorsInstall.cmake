# Installs the headers and the package: find_package(actors) then gives actors::channels, actors::runtime,
# actors::actors and actors::simulation.
include(CMakePackageConfigHelpers)

set(actors_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/actors)
set(actors_without)
if(NOT ACTORS_WITH_CAF)
  set(actors_without PATTERN actors/caf EXCLUDE)
endif()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/channels/include/ ${PROJECT_SOURCE_DIR}/libactors/include/
  DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN *.hpp ${actors_without})

# For gdb: `source` the first one. See docs/debugging.md.
install(FILES ${PROJECT_SOURCE_DIR}/tools/gdb/actors-gdb.py DESTINATION ${CMAKE_INSTALL_DATADIR}/actors/gdb)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/tools/gdb/actors_gdb DESTINATION ${CMAKE_INSTALL_DATADIR}/actors/gdb
  FILES_MATCHING PATTERN *.py)

# A static library needs its private dependencies when a program is linked, so the package looks for whatever any of
# the libraries links: the package's name for each beginning of a target's name.
set(actors_packages Threads::=Threads fmt::=fmt spdlog::=spdlog yaml-cpp=yaml-cpp Boost::=Boost SQLite::=SQLite3)
set(actors_linked)
foreach(library IN ITEMS actors_channels actors_runtime actors_actors)
  target_include_directories(${library} INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  foreach(property IN ITEMS LINK_LIBRARIES INTERFACE_LINK_LIBRARIES)
    get_target_property(names ${library} ${property})
    if(names)
      list(APPEND actors_linked ${names})
    endif()
  endforeach()
endforeach()

set(ACTORS_DEPENDENCIES)
foreach(rule IN LISTS actors_packages)
  string(REGEX MATCH "^([^=]*)=(.*)$" _ ${rule})
  set(prefix ${CMAKE_MATCH_1})
  set(package ${CMAKE_MATCH_2})
  if(actors_linked MATCHES "(^|;|:)${prefix}")
    string(APPEND ACTORS_DEPENDENCIES "find_dependency(${package})\n")
  endif()
endforeach()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/actorsConfig.cmake.in ${PROJECT_BINARY_DIR}/actorsConfig.cmake
  INSTALL_DESTINATION ${actors_package_dir})
# While the version is 0.x, a minor version may change the interface.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/actorsConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/actorsConfig.cmake ${PROJECT_BINARY_DIR}/actorsConfigVersion.cmake
  DESTINATION ${actors_package_dir})
install(EXPORT actorsTargets NAMESPACE actors:: DESTINATION ${actors_package_dir})
