// What makes two failures the same one, so that shrinking never slips from one bug to another.
#ifndef TWINLOOP_SIM_TESTING_SIGNATURE_HPP
#define TWINLOOP_SIM_TESTING_SIGNATURE_HPP

#include <string>
#include <string_view>

#include "sim/testing/observation.hpp"

namespace twinloop::testing {

/// Two failing runs show the same bug if their signatures are equal. Numbers and addresses count as equal.
struct signature {
  std::string what;       ///< class: the outcome and the kind of failure: "failed check", "hung", "failed assertion"
  std::string site;       ///< the check's name, the assertion's text and file, what an exception said
  std::string secondary;  ///< hang: the sorted things that are waited for. Where the site says little, as for a signal
                          ///< or a foreign exception, the callback that was running. Else empty
  bool operator==(const signature&) const = default;
  bool failing() const { return !what.empty(); }
  /// For people: "failed check kv.reads_see_acknowledged_writes".
  std::string text() const;
};

/// Of a clean run: empty.
signature signature_of(const observation& seen);

/// `text` with every number and address replaced by '#'. Words keep their digits at the end ("x2"), unless they follow
/// a '-', '#', ':' or '.', as in "client-2" and "kv.cpp:41".
std::string normalise(std::string_view text);

}  // namespace twinloop::testing

#endif
