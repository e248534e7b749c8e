#include "twinloop/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace twinloop {
namespace {
thread_local assertion_handler current_handler = nullptr;
}

assertion_handler set_assertion_handler(assertion_handler handler) noexcept {
  assertion_handler before = current_handler;
  current_handler = handler;
  return before;
}

void assertion_failure(const assertion& what) {
  if (current_handler != nullptr) current_handler(what);
  std::fprintf(stderr, "%s:%d: contract broken: %s\n", what.file, what.line, what.expression);
  std::abort();
}

}  // namespace twinloop
