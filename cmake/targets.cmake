# twinloop_library(NAME SOURCES...): a static library twinloop::NAME with the project's warnings.
include(GNUInstallDirs)

add_library(twinloop_flags INTERFACE)
target_compile_features(twinloop_flags INTERFACE cxx_std_20)
target_compile_options(twinloop_flags INTERFACE -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
  $<$<BOOL:${TWINLOOP_WERROR}>:-Werror>)
# Source places are for people: the same words wherever the tree stands.
add_compile_options(-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=)
if(TWINLOOP_SANITIZE)
  add_compile_options(-fsanitize=${TWINLOOP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TWINLOOP_SANITIZE})
  if(TWINLOOP_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    # Clang's pass leaves out accesses of more than 16 bytes, which vectorised loops make: races there would go unseen.
    add_compile_options(-fno-vectorize -fno-slp-vectorize)
  endif()
endif()

function(twinloop_library name)
  add_library(twinloop_${name} STATIC ${ARGN})
  add_library(twinloop::${name} ALIAS twinloop_${name})
  set_target_properties(twinloop_${name} PROPERTIES EXPORT_NAME ${name} CXX_EXTENSIONS OFF)
  target_compile_features(twinloop_${name} PUBLIC cxx_std_20)
  target_link_libraries(twinloop_${name} PRIVATE $<BUILD_INTERFACE:twinloop_flags>)
  target_include_directories(twinloop_${name}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR})
endfunction()

# twinloop_hot_library(NAME): its functions are many, small and in several files; one unit lets the compiler see them
# together, and builds in a quarter of the time. Packing scalars into vector registers for a store or two costs more
# instructions than it saves in such code.
function(twinloop_hot_library name)
  set_target_properties(twinloop_${name} PROPERTIES UNITY_BUILD ${TWINLOOP_UNITY} UNITY_BUILD_BATCH_SIZE 0)
  target_compile_options(twinloop_${name} PRIVATE "$<$<CONFIG:Release,RelWithDebInfo>:-O3;-fno-tree-slp-vectorize>")
endfunction()

# twinloop_executable(NAME SOURCES...): a program of this project, not installed.
function(twinloop_executable name)
  add_executable(${name} ${ARGN})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE twinloop_flags)
endfunction()
