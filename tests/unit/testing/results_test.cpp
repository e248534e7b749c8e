// Goal: results survive being written and read, are refused when damaged, and add up to the same however they are
// merged. Method: results made by hand.
#include "sim/testing/results.hpp"

#include <gtest/gtest.h>

#include <pugixml.hpp>

namespace {

using namespace twinloop::testing;

const failure_signature crash{"crash", "crash.SIGSEGV", "kv::reply"};
const failure_signature check{"check", "kv.kept", ""};

result_failure failure(std::uint64_t count, std::uint64_t run) {
  result_failure made;
  made.message = "words <&> \"quotes\" \x01 \xff";
  made.nature = "failure";
  made.outcome = "failed";
  made.count = count;
  made.run = run;
  made.hash = run * 1000;
  return made;
}

search_results results(const shard& part, std::uint64_t places) {
  search_results made;
  made.identity = {"kv", "kv-crashes", {{"size", "4"}}, 7, "rotation", 1};
  result_part& one = made.part_of(part);
  one.done.add(0, places);
  one.choices = 10 * places;
  one.failing = 3;
  one.failures[check] = failure(2, part.run_at(1));
  one.failures[crash] = failure(1, part.run_at(2));
  for (std::uint64_t place = 0; place < places; ++place) one.seen->add(run_class{part.run_at(place), place % 7});
  return made;
}

TEST(results, are_read_as_they_were_written) {
  const search_results written = results({2, 4}, 50);
  std::string error;
  const auto read = search_results::decode(written.encode(), error);
  ASSERT_TRUE(read) << error;
  EXPECT_EQ(read->identity, written.identity);
  ASSERT_EQ(read->parts.size(), 1u);
  EXPECT_EQ(read->parts[0].done, written.parts[0].done);
  EXPECT_EQ(read->parts[0].failures.at(check).count, 2u);
  EXPECT_EQ(read->parts[0].failures.at(crash).hash, written.parts[0].failures.at(crash).hash);
  EXPECT_EQ(read->parts[0].seen->report().classes, 7u);
}

TEST(results, that_were_cut_off_or_altered_are_refused) {
  const std::string text = results({1, 1}, 50).encode();
  std::string error;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, text.size() / 2, text.size() - 3}) {
    EXPECT_FALSE(search_results::decode(text.substr(0, size), error)) << size;
    EXPECT_NE(error.find("cut off"), std::string::npos) << size << ": " << error;
  }
  std::string altered = text;
  altered.replace(altered.find("kv-crashes"), 10, "kv-crushes");
  EXPECT_FALSE(search_results::decode(altered, error));
  EXPECT_NE(error.find("altered"), std::string::npos) << error;
  EXPECT_FALSE(search_results::decode("{\"format\": \"other\"}", error));
  EXPECT_NE(error.find("no file of results"), std::string::npos) << error;
  EXPECT_FALSE(search_results::decode("[1, 2]", error));
  EXPECT_FALSE(
      search_results::decode("\x7f"
                             "ELF",
                             error));
}

TEST(results, of_shards_add_up) {
  search_results all = results({1, 2}, 50);
  EXPECT_FALSE(all.merge(results({2, 2}, 50)));
  const result_summary sum = all.summary();
  EXPECT_EQ(sum.runs, 100u);
  EXPECT_EQ(sum.failing, 6u);
  EXPECT_EQ(sum.failures.at(check).count, 4u);
  EXPECT_EQ(sum.failures.at(check).run, std::min((shard{1, 2}).run_at(1), (shard{2, 2}).run_at(1)));
  EXPECT_EQ(sum.seen->classes, 7u);
}

TEST(coverage, of_parts_is_that_of_the_whole_in_any_order) {
  coverage whole, even, odd;
  for (std::uint64_t run = 0; run < 1000; ++run) {
    const std::uint64_t hash = run < 300 ? run % 40 : run == 700 ? 99 : run % 7;
    whole.add(run_class{run, hash});
    (run % 2 == 0 ? even : odd).add(run_class{run, hash});
  }
  whole.add(order_pair{5, 3});
  whole.add(order_pair{6, 1});
  even.add(order_pair{5, 1});
  odd.add(order_pair{5, 2});
  odd.add(order_pair{6, 1});
  EXPECT_EQ(whole.report().classes, 41u);
  EXPECT_EQ(whole.report().singletons, 1u);
  EXPECT_EQ(whole.report().since_new, 299u);
  EXPECT_EQ(whole.report().pairs_both, 1u);
  coverage one = even, other = odd;
  one.merge(odd);
  other.merge(even);
  EXPECT_EQ(one.save(), whole.save());
  EXPECT_EQ(other.save(), whole.save());
  EXPECT_EQ(coverage::load(whole.save())->save(), whole.save());
  EXPECT_FALSE(coverage::load(std::vector<std::uint64_t>{1, 5, 0, 2}));
}

TEST(results, merged_twice_add_nothing) {
  search_results all = results({1, 2}, 50);
  EXPECT_FALSE(all.merge(all));
  EXPECT_FALSE(all.merge(results({1, 2}, 20))) << "an older state of the same shard";
  EXPECT_EQ(all.summary().runs, 50u);
  EXPECT_FALSE(all.merge(results({1, 2}, 80))) << "a newer one";
  EXPECT_EQ(all.summary().runs, 80u);
}

TEST(results, that_split_the_same_runs_differently_are_not_merged) {
  search_results whole = results({1, 1}, 50);
  const auto error = whole.merge(results({1, 2}, 10));
  ASSERT_TRUE(error);
  EXPECT_NE(error->find("was done by shard 1/1 and by shard 1/2"), std::string::npos) << *error;
  EXPECT_EQ(whole.summary().runs, 50u);
}

TEST(results, of_the_same_shard_with_different_holes_are_not_merged) {
  search_results one = results({1, 2}, 50);
  search_results other = results({1, 2}, 10);
  other.parts[0].done.add(60, 70);
  EXPECT_TRUE(one.merge(other));
}

TEST(results, know_what_other_shards_have_done) {
  search_results all = results({1, 2}, 50);
  EXPECT_TRUE(all.done_elsewhere((shard{1, 2}).run_at(49), {1, 1}));
  EXPECT_FALSE(all.done_elsewhere((shard{1, 2}).run_at(50), {1, 1}));
  EXPECT_FALSE(all.done_elsewhere((shard{2, 2}).run_at(3), {1, 1}));
  EXPECT_FALSE(all.done_elsewhere((shard{1, 2}).run_at(3), {1, 2}));
}

TEST(results, as_junit_are_xml_with_a_case_for_each_failure) {
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(junit_text(results({1, 1}, 50)).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  EXPECT_STREQ(suite.attribute("name").value(), "kv.kv-crashes");
  EXPECT_EQ(suite.attribute("tests").as_int(), 2);
  EXPECT_EQ(suite.attribute("failures").as_int(), 2);
  EXPECT_TRUE(suite.find_child_by_attribute("testcase", "name", "crash.SIGSEGV [kv::reply]").child("failure"));
  EXPECT_TRUE(suite.find_child_by_attribute("testcase", "name", "kv.kept").child("failure"));
}

TEST(results, as_junit_of_a_clean_search_are_one_case_that_passed) {
  search_results clean = results({1, 1}, 50);
  clean.parts[0].failures.clear();
  pugi::xml_document document;
  ASSERT_TRUE(document.load_string(junit_text(clean).c_str()));
  const pugi::xml_node suite = document.child("testsuites").child("testsuite");
  EXPECT_EQ(suite.attribute("tests").as_int(), 1);
  EXPECT_EQ(suite.attribute("failures").as_int(), 0);
  EXPECT_FALSE(suite.child("testcase").child("failure"));
}

}  // namespace
