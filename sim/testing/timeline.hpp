// Two runs side by side, folded to where they differ.
#ifndef TWINLOOP_SIM_TESTING_TIMELINE_HPP
#define TWINLOOP_SIM_TESTING_TIMELINE_HPP

#include <string>
#include <string_view>

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// One line of it: a step that both have at this place, or what one of them has here and the other not, or elsewhere.
struct timeline_row {
  static constexpr std::size_t nothing = SIZE_MAX;
  std::size_t natural = nothing;  ///< position in the natural run
  std::size_t failing = nothing;
  bool alike() const { return natural != nothing && failing != nothing && !differs; }
  bool differs = false;  ///< both sides are there, but are not the same step
};

/// The rows of two runs, which share the longest sequence of steps that is in the same order in both.
/// Which are the same: counterparts.hpp, if they have one name.
std::vector<timeline_row> align(const observation& natural, const observation& failing);

/// Steps that get a letter of their own in the text: in each run by the identity that they have there, 0 = in none.
struct marked_step {
  std::uint64_t natural = 0;
  std::uint64_t failing = 0;
  char letter = ' ';
};

struct timeline_cell {
  std::int64_t time = 0;  ///< virtual, ns
  char mark =
      ' ';  ///< '*': elsewhere in the other run; '+': not in the other run, or not before it failed; or a letter
  std::string text;
};

struct timeline_line {
  std::optional<timeline_cell> natural;
  std::optional<timeline_cell> failing;
  std::size_t folded = 0;  ///< instead of cells: so many rows that are left out
  bool folded_alike = true;
};

/// What is shown: the rows that differ with a row before and after, at most `rows` of them.
std::vector<timeline_line> fold(const observation& natural, const observation& failing,
                                const std::vector<marked_step>& marked, std::size_t rows = 36);

/// Lines of at most `width` columns.
std::string timeline_text(const std::vector<timeline_line>& lines, std::size_t width = 118);

/// A step's name without the place it was made at.
std::string short_name(const observation& seen, std::uint64_t identity);

}  // namespace twinloop::testing

#endif
