// Two runs side by side, folded to where they differ.
#include "sim/testing/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/testing/counterparts.hpp"
#include "sim/testing/text.hpp"

namespace twinloop::testing {
namespace {

constexpr std::size_t nothing = timeline_row::nothing;
constexpr std::size_t time_width = 9;

/// The positions in the failing run of the longest sequence that is in the same order in the natural run, where step
/// number i stands at place[i]: a longest increasing subsequence (Schensted 1961; with binary search as in Fredman
/// 1975), since a step occurs once in each run.
std::vector<std::size_t> in_same_order(const std::vector<std::size_t>& place) {
  std::vector<std::size_t> before(place.size(), nothing), ends;
  for (std::size_t at = 0; at < place.size(); ++at) {
    if (place[at] == nothing) continue;
    const auto end = std::lower_bound(ends.begin(), ends.end(), place[at],
                                      [&](std::size_t other, std::size_t value) { return place[other] < value; });
    if (end != ends.begin()) before[at] = *(end - 1);
    if (end == ends.end()) {
      ends.push_back(at);
    } else {
      *end = at;
    }
  }
  std::vector<std::size_t> sequence;
  for (std::size_t at = ends.empty() ? nothing : ends.back(); at != nothing; at = before[at]) sequence.push_back(at);
  std::reverse(sequence.begin(), sequence.end());
  return sequence;
}

/// For each step of the failing run where it is in the natural one.
std::vector<std::size_t> places_in_natural(const observation& natural, const observation& failing) {
  const counterparts same(failing, natural);
  std::vector<std::size_t> place(failing.steps.size(), nothing);
  for (std::size_t at = 0; at < place.size(); ++at) {
    const std::size_t there = same.in_other(at);
    if (there == counterparts::nowhere) continue;
    const std::uint64_t here_is = failing.steps[at].identity, there_is = natural.steps[there].identity;
    if (short_name(failing, here_is) == short_name(natural, there_is)) place[at] = there;
  }
  return place;
}

/// What lies between two shared steps: one side beside the other.
void add_differing(std::vector<timeline_row>& rows, std::size_t& natural, std::size_t natural_end, std::size_t& failing,
                   std::size_t failing_end) {
  while (natural < natural_end || failing < failing_end) {
    timeline_row row;
    if (natural < natural_end) row.natural = natural++;
    if (failing < failing_end) row.failing = failing++;
    row.differs = row.natural != nothing && row.failing != nothing;
    rows.push_back(row);
  }
}

class folder {
 public:
  folder(const observation& natural, const observation& failing, const std::vector<marked_step>& marked)
      : natural_(natural), failing_(failing), marked_(marked), same_(natural, failing) {}

  std::vector<timeline_line> operator()(std::size_t most) const {
    std::vector<timeline_row> rows = align(natural_, failing_);
    // What the natural run does after the failure is its own affair.
    while (!rows.empty() && rows.back().failing == nothing && !is_marked(rows.back())) rows.pop_back();
    std::vector<bool> shown(rows.size(), false);
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (rows[at].alike() && !is_marked(rows[at])) continue;
      for (std::size_t near = at == 0 ? 0 : at - 1; near <= at + 1 && near < rows.size(); ++near) shown[near] = true;
    }
    if (!rows.empty()) shown.back() = true;  // the step it broke in
    leave_out_the_middle(rows, shown, most);
    return spell(rows, shown);
  }

 private:
  bool is_marked(const timeline_row& row) const {
    return letter_of(row.natural, natural_) != ' ' || letter_of(row.failing, failing_) != ' ';
  }
  char letter_of(std::size_t at, const observation& of) const {
    if (at == nothing) return ' ';
    for (const marked_step& each : marked_) {
      if ((&of == &natural_ ? each.natural : each.failing) == of.steps[at].identity) return each.letter;
    }
    return ' ';
  }

  void leave_out_the_middle(const std::vector<timeline_row>& rows, std::vector<bool>& shown, std::size_t most) const {
    auto count = static_cast<std::size_t>(std::count(shown.begin(), shown.end(), true));
    std::size_t kept = 0;
    for (std::size_t at = 0; at < rows.size() && count > most; ++at) {
      if (!shown[at] || ++kept <= most / 2 || is_marked(rows[at])) continue;
      shown[at] = false;
      --count;
    }
  }

  std::vector<timeline_line> spell(const std::vector<timeline_row>& rows, const std::vector<bool>& shown) const {
    std::vector<timeline_line> lines;
    for (std::size_t at = 0; at < rows.size(); ++at) {
      if (!shown[at]) {
        if (lines.empty() || lines.back().folded == 0) lines.emplace_back();
        ++lines.back().folded;
        lines.back().folded_alike = lines.back().folded_alike && rows[at].alike();
        continue;
      }
      timeline_line line;
      if (rows[at].natural != nothing)
        line.natural = cell(rows[at].natural, natural_, same_.in_other(rows[at].natural), rows[at].alike());
      if (rows[at].failing != nothing)
        line.failing = cell(rows[at].failing, failing_, same_.in_one(rows[at].failing), rows[at].alike());
      lines.push_back(std::move(line));
    }
    return lines;
  }

  /// `elsewhere` is where the other run has it.
  timeline_cell cell(std::size_t at, const observation& of, std::size_t elsewhere, bool alike) const {
    const trace_step& step = of.steps[at];
    timeline_cell made{step.time, ' ', short_name(of, step.identity)};
    if (!alike) made.mark = elsewhere != counterparts::nowhere ? '*' : '+';
    if (const char letter = letter_of(at, of); letter != ' ') made.mark = letter;
    return made;
  }

  const observation& natural_;
  const observation& failing_;
  const std::vector<marked_step>& marked_;
  const counterparts same_;
};

/// The end of a name says more than its beginning.
std::string fit(std::string_view name, std::size_t width) {
  if (name.size() <= width) return std::string(name);
  return "..." + std::string(name.substr(name.size() - (width - 3)));
}

std::string cell_text(const std::optional<timeline_cell>& cell, std::size_t width) {
  if (!cell) return std::string(width, ' ');
  const std::size_t room = width - time_width - 4;
  return fmt::format("{:>{}}  {} {:<{}}", spell_time(cell->time), time_width, cell->mark, fit(cell->text, room), room);
}

std::string without_spaces_behind(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string short_name(const observation& seen, std::uint64_t identity) {
  const auto found = seen.step_names.find(identity);
  if (found == seen.step_names.end()) return fmt::format("#{:x}", identity);
  std::string name = found->second;
  const std::size_t begin = name.find(" [");
  const std::size_t end = begin == std::string::npos ? begin : name.find(']', begin);
  if (end != std::string::npos) name.erase(begin, end + 1 - begin);
  return name;
}

std::vector<timeline_row> align(const observation& natural, const observation& failing) {
  const std::vector<std::size_t> place = places_in_natural(natural, failing);
  std::vector<timeline_row> rows;
  std::size_t left = 0, right = 0;
  for (const std::size_t shared : in_same_order(place)) {
    add_differing(rows, left, place[shared], right, shared);
    rows.push_back({left++, right++, false});
  }
  add_differing(rows, left, natural.steps.size(), right, failing.steps.size());
  return rows;
}

std::vector<timeline_line> fold(const observation& natural, const observation& failing,
                                const std::vector<marked_step>& marked, std::size_t rows) {
  return folder(natural, failing, marked)(rows);
}

std::string timeline_text(const std::vector<timeline_line>& lines, std::size_t width) {
  const std::size_t half = (width - 3) / 2;
  std::string text = without_spaces_behind(fmt::format("{:<{}} | {}", "natural", half, "failing")) + "\n";
  for (const timeline_line& line : lines) {
    if (line.folded != 0) {
      const char* what = line.folded_alike ? "alike" : "left out";
      text += fmt::format("{:>{}}  ... {} {}\n", "", time_width, plural(line.folded, "step"), what);
      continue;
    }
    text += without_spaces_behind(cell_text(line.natural, half) + " | " + cell_text(line.failing, half)) + "\n";
  }
  return text;
}

}  // namespace twinloop::testing
