// wake and xpost on the raw loop.
#include "harness/thread_workloads.hpp"

#include "peers/raw/waker.hpp"
#include "peers/serve.hpp"

namespace bench::peer {
namespace {

/// What the xpost workload wants of a receiver.
class item_receiver {
 public:
  using item_type = item;
  std::function<void()> on_item;
  void post(item& posted) { receiver_.post(posted); }
  void run() { receiver_.run(); }

 private:
  struct consume {
    item_receiver* self;
    void operator()(item&) const { self->on_item(); }
  };
  struct nothing {
    void operator()() const {}
  };
  receiver<item, consume, nothing> receiver_{{this}, {}};
};

}  // namespace

void serve_threads(const arguments& given) {
  if (given.workload() == "wake") wake<waker>(given);
  if (given.workload() == "xpost") xpost<item_receiver>(given);
}

}  // namespace bench::peer
