// As many columns as fit stand side by side; the rows are repeated for the rest.
#include "scenarios/bugs/bench/grid.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace bugs::bench {
namespace {

constexpr std::size_t gap = 2;

std::string block(const grid& what, const std::vector<std::size_t>& widths, std::size_t first, std::size_t last) {
  std::string text = fmt::format("{:<{}}", "", widths[0]);
  for (std::size_t i = first; i < last; ++i) text += fmt::format("{:>{}}", what.columns[i], widths[i + 1]);
  for (std::size_t row = 0; row < what.rows.size(); ++row) {
    text += fmt::format("\n{:<{}}", what.rows[row], widths[0]);
    for (std::size_t i = first; i < last; ++i) text += fmt::format("{:>{}}", what.text(row, i), widths[i + 1]);
  }
  return text + "\n";
}

}  // namespace

std::string lay_out(const grid& what) {
  std::vector<std::size_t> widths{0};
  for (const std::string& each : what.rows) widths[0] = std::max(widths[0], each.size());
  for (std::size_t i = 0; i < what.columns.size(); ++i) {
    std::size_t width = what.columns[i].size();
    for (std::size_t row = 0; row < what.rows.size(); ++row) width = std::max(width, what.text(row, i).size());
    widths.push_back(width + gap);
  }
  std::string text = fmt::format("\n{}\n", what.title);
  for (std::size_t first = 0; first < what.columns.size();) {
    std::size_t last = first;
    std::size_t width = widths[0];
    do {
      width += widths[++last];
    } while (last < what.columns.size() && width + widths[last + 1] <= grid_width);
    text += (first == 0 ? "" : "\n") + block(what, widths, first, last);
    first = last;
  }
  return text;
}

}  // namespace bugs::bench
