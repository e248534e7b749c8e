# Smoke runs, label fuzz: nothing is found in what is right, and what is planted is found, within fixed numbers of
# executions; a finding replays in the scenario's own binary.
if(NOT TWINLOOP_FUZZ_ENGINE STREQUAL "libfuzzer")
  return()
endif()
set(smoke ${CMAKE_CURRENT_SOURCE_DIR}/smoke.sh)
# clean(BINARY SCENARIO RUNS)
function(clean binary scenario runs)
  add_test(NAME fuzz.finds_nothing_in.${scenario}
           COMMAND bash ${smoke} clean $<TARGET_FILE:${binary}> ${scenario} ${runs})
  set_tests_properties(fuzz.finds_nothing_in.${scenario} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
# finds(BINARY SCENARIO RUNS REPLAYER)
function(finds binary scenario runs replayer)
  add_test(NAME fuzz.finds.${scenario}
           COMMAND bash ${smoke} finds $<TARGET_FILE:${binary}> ${scenario} ${runs} $<TARGET_FILE:${replayer}>)
  set_tests_properties(fuzz.finds.${scenario} PROPERTIES LABELS fuzz TIMEOUT 120)
endfunction()
clean(fuzz_kv kv 300)
clean(fuzz_kv kv-expiry 300)
clean(fuzz_echo echo 500)
finds(fuzz_kv kv-reply_overtakes 20000 kv)
finds(fuzz_echo echo-drop_without_recheck 20000 echo)
if(TARGET fuzz_bugs)
  clean(fuzz_bugs B24.fixed 500)
  clean(fuzz_bugs B23.fixed 500)
  finds(fuzz_bugs B02 20000 bugs)
endif()
# The needle: what a target feeds back leads to it, and the code reached alone does not in as many executions. Both go
# on from the runs of a search that ./dev fuzz begins with. docs/fuzzing.md has more seeds and longer controls.
if(TARGET fuzz_bugs)
  finds(fuzz_bugs B24 200000 bugs)
  add_test(NAME fuzz.finds_nothing_without_feedback_in.B24
           COMMAND bash ${smoke} clean $<TARGET_FILE:fuzz_bugs> B24 200000)
  set_tests_properties(fuzz.finds_nothing_without_feedback_in.B24 PROPERTIES LABELS fuzz)
  set_property(TEST fuzz.finds_nothing_without_feedback_in.B24 PROPERTY ENVIRONMENT SEEDS=16 TWINLOOP_FUZZ_FEEDBACK=none)
  set_property(TEST fuzz.finds.B24 PROPERTY ENVIRONMENT SEEDS=16)
  set_tests_properties(fuzz.finds.B24 fuzz.finds_nothing_without_feedback_in.B24 PROPERTIES TIMEOUT 600)
endif()
clean(fuzz_resp_parser resp_parser 20000)
clean(fuzz_reply_parser reply_parser 20000)
clean(fuzz_replay_file replay_file 500)

# The build that a fuzzing platform makes, in a directory of its own: minutes, so by name only (ctest -C platform).
add_test(NAME fuzz.platform_build CONFIGURATIONS platform
         COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/build_test.sh ${CMAKE_CXX_COMPILER})
set_tests_properties(fuzz.platform_build PROPERTIES LABELS fuzz TIMEOUT 3600)
