// Goal: one bug has one signature, and two bugs have two; sanitizers' reports are understood.
// Method: failures and reports written down by hand, the latter in the forms of compiler-rt and libsanitizer.
#include "sim/testing/failure_signature.hpp"

#include <gtest/gtest.h>

#include "sim/testing/sanitizer_report.hpp"
#include "sim/testing/stack_note.hpp"

namespace {

using namespace twinloop::testing;
using lines = std::vector<std::string>;

run_result failed(const std::string& name, const std::string& site) {
  run_result result;
  result.ended = twinloop::sim::outcome::failed;
  result.broke.name = name;
  result.site = site;
  return result;
}

TEST(signature, leaves_out_numbers_and_addresses) {
  EXPECT_EQ(normalised("job 17 of 0xdeadBEEF: 3.5 s"), "job N of N: N.N s");
  EXPECT_EQ(normalised("utf8 and x86_64 stay"), "utf8 and x86_64 stay");
}

TEST(signature, of_a_hang_is_the_set_of_who_waits) {
  EXPECT_EQ(site_of(lines{"b: recv on conn#2 [server.cpp:8] waits", "a: work on x waits",
                          "b: recv on conn#1 [x.cpp:9] waits"}),
            "a: work on x waits; b: recv on conn#N waits");
}

TEST(signature, of_a_leak_leaves_out_where_the_handle_was_made) {
  EXPECT_EQ(site_of(lines{"host/a/log (file) [log.cpp:8] was still open when a ended"}),
            "host/a/log (file) was still open when a ended");
}

TEST(signature, keeps_long_sites_apart) {
  const std::string common(500, 'x');
  EXPECT_LT(site_of(lines{common + "1a"}).size(), 300u);
  EXPECT_NE(site_of(lines{common + "a"}), site_of(lines{common + "b"}));
}

TEST(signature, tells_two_crashes_at_different_places_apart) {
  const failure_signature here = signature_of(failed("crash.SIGSEGV", "kv::reply"));
  const failure_signature there = signature_of(failed("crash.SIGSEGV", "kv::load"));
  EXPECT_NE(here, there);
  EXPECT_NE(here.key(), there.key());
  EXPECT_EQ(here.text(), "crash.SIGSEGV [kv::reply]");
  EXPECT_EQ(here.kind, "crash");
  EXPECT_EQ(signature_of(failed("crash.AddressSanitizer.heap-use-after-free", "")).kind, "sanitizer");
  EXPECT_EQ(signature_of(failed("kv.acknowledged", "")).kind, "check");
}

observation crashed_in(std::uint64_t label, const std::string& site) {
  observation seen;
  seen.result = failed("crash.SIGSEGV", site);
  seen.result.names = {{1, "server/reply"}, {2, "server/load"}};
  seen.steps.push_back({});
  seen.steps.back().label = label;
  return seen;
}

TEST(signature, of_a_crash_without_a_site_has_the_callback_that_ran) {
  EXPECT_NE(signature_of(crashed_in(1, "")), signature_of(crashed_in(2, "")));
  EXPECT_EQ(signature_of(crashed_in(1, "kv::get")), signature_of(crashed_in(2, "kv::get")));
}

TEST(signature, of_a_clean_run_is_empty) {
  observation clean;
  clean.result.ended = twinloop::sim::outcome::clean;
  EXPECT_FALSE(signature_of(clean).failing());
  EXPECT_TRUE(signature_of(crashed_in(1, "")).failing());
}

TEST(sanitizer_report, of_address_sanitizer_is_read) {
  const auto report = read_sanitizer_report(
      "the program's own words\n"
      "=================================================================\n"
      "==42==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010 at pc 0x55 bp 0x7f sp 0x7f\n"
      "WRITE of size 4 at 0x602000000010 thread T0\n"
      "    #0 0x7f1 in memcpy (/usr/lib/libasan.so+0x3a2)\n"
      "    #1 0x55d in std::vector<int>::push_back(int const&) /usr/include/c++/12/bits/stl_vector.h:1278:6\n"
      "    #2 0x55e in kv::server::reply(int) /src/kv/server.cpp:88:14\n"
      "    #3 0x55f in twinloop::loop::run() /src/loop/loop.cpp:10:1\n");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "AddressSanitizer.heap-use-after-free");
  EXPECT_EQ(report->function, "kv::server::reply(int)");
  EXPECT_EQ(report->place, "kv/server.cpp:88");
}

TEST(sanitizer_report, of_thread_sanitizer_is_read) {
  const auto report = read_sanitizer_report(
      "==================\n"
      "WARNING: ThreadSanitizer: data race (pid=4711)\n"
      "  Write of size 8 at 0x7b by main thread:\n"
      "    #0 story::touch(long&) /src/story.cpp:12 (program+0x1a2b)\n"
      "    #1 main /src/main.cpp:3 (program+0x1a2b)\n");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "ThreadSanitizer.data-race");
  EXPECT_EQ(report->function, "story::touch(long&)");
  EXPECT_EQ(report->place, "src/story.cpp:12");
  EXPECT_EQ(report->headline.find("4711"), std::string::npos) << "a process id is in no message";
}

TEST(sanitizer_report, of_undefined_behaviour_is_read) {
  const auto report = read_sanitizer_report(
      "/src/kv/count.cpp:7:13: runtime error: signed integer overflow: 2147483647 + 1 cannot be represented\n"
      "    #0 0x55e in kv::count() /src/kv/count.cpp:7:13\n");
  ASSERT_TRUE(report);
  EXPECT_EQ(report->kind, "UndefinedBehaviorSanitizer.signed-integer-overflow");
  EXPECT_EQ(report->function, "kv::count()");
  EXPECT_EQ(report->place, "kv/count.cpp:7");
}

TEST(sanitizer_report, is_not_seen_where_there_is_none) {
  EXPECT_FALSE(read_sanitizer_report("all is well\n"));
  EXPECT_FALSE(read_sanitizer_report(""));
}

TEST(stack, of_libraries_is_not_the_programs) {
  EXPECT_TRUE(library_function("std::vector<int>::push_back"));
  EXPECT_TRUE(library_function("twinloop::loop::run"));
  EXPECT_FALSE(library_function("kv::server::reply"));
  EXPECT_EQ(short_path("/very/long/kv/server.cpp:8"), "kv/server.cpp:8");
}

}  // namespace
