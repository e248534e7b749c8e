// bench_bugs: measures how the search does on the rebuilt bugs, and prints the tables. See --help.
#include <fmt/format.h>

#include <cstdio>
#include <memory>

#include "scenarios/bugs/bench/report.hpp"
#include "scenarios/bugs/bench/shrinking_report.hpp"
#include "sim/testing/progress.hpp"

namespace {

/// False, with a word on stderr, if it cannot be written.
bool save(const std::string& path, const std::string& text) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "w"), std::fclose);
  if (file && std::fwrite(text.data(), 1, text.size(), file.get()) == text.size()) return true;
  fmt::print(stderr, "bench_bugs: cannot write {}: check that its directory exists and has room\n", path);
  return false;
}

/// Measures every row, prints the tables and writes the file.
template <typename Measuring, typename Figures>
int run(const bugs::bench::options& asked,
        std::string (*table)(const std::vector<Figures>&, const bugs::bench::options&),
        std::string (*json)(const std::vector<Figures>&, const bugs::bench::options&)) {
  twinloop::testing::progress_line progress(true);
  std::vector<Figures> all;
  Measuring measuring(asked, [&](const std::string& what) {
    progress.update([&] { return fmt::format("{} ({} of {} rows done)", what, all.size(), asked.rows.size()); });
  });
  for (const bugs::row* each : asked.rows) all.push_back(measuring.measure(*each));
  progress.clear();
  fmt::print("{}", table(all, asked));
  if (!asked.json.empty() && !save(asked.json, json(all, asked))) return 2;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  namespace bench = bugs::bench;
  bench::options asked;
  if (const std::optional<int> status = bench::parse(argc, argv, asked)) return *status;
  if (asked.shrink_only) {
    return run<bench::shrinking, bench::shrinking_row>(asked, bench::shrinking_table, bench::shrinking_json);
  }
  return run<bench::measuring, bench::row_figures>(asked, bench::tables, bench::json_text);
}
