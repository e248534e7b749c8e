// What made each step of a run possible.
#include "sim/testing/causal_past.hpp"

namespace twinloop::testing {

causal_past::causal_past(const trace& steps)
    : words_((steps.size() + 63) / 64), bits_(words_ * steps.size(), 0), led_on_(steps.size(), false) {
  for (std::size_t at = 0; at < steps.size(); ++at) {
    for (const std::uint64_t number : {steps[at].cause, steps[at].enabled_by}) {
      if (number < 1 || number > at) continue;
      led_on_[number - 1] = true;
      for (std::size_t word = 0; word < words_; ++word)
        bits_[at * words_ + word] |= bits_[(number - 1) * words_ + word];
    }
    bits_[at * words_ + at / 64] |= std::uint64_t{1} << (at % 64);
  }
}

}  // namespace twinloop::testing
