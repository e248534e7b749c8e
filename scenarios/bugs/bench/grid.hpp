// Tables as text.
#ifndef TWINLOOP_SCENARIOS_BUGS_BENCH_GRID_HPP
#define TWINLOOP_SCENARIOS_BUGS_BENCH_GRID_HPP

#include <functional>
#include <string>
#include <vector>

namespace bugs::bench {

inline constexpr std::size_t grid_width = 120;  ///< characters; columns beyond them go below

struct grid {
  std::string title;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  std::function<std::string(std::size_t row, std::size_t column)> text;
};
/// The title, then a line for each row, each column as wide as it must be.
std::string lay_out(const grid& what);

}  // namespace bugs::bench

#endif
