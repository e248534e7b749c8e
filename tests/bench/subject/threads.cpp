// wake and xpost on tasks posted from another thread.
#include "harness/thread_workloads.hpp"

#include "subject/real_loop.hpp"
#include "subject/serve.hpp"

namespace bench::subject {
namespace {

using namespace twinloop;

class waker {
 public:
  std::function<void()> on_wake;
  waker() {
    woken_.owner = this;
    woken_.run = [](task& self) { static_cast<owned<task, waker>&>(self).owner->on_wake(); };
  }
  void send() { on_->post(woken_); }
  void run() { on_.run_forever(); }

 private:
  real_loop on_;
  owned<task, waker> woken_;
};

class receiver {
 public:
  struct item_type : task {
    receiver* target = nullptr;
  };
  std::function<void()> on_item;
  void post(item_type& posted) {
    posted.target = this;
    posted.run = [](task& self) { static_cast<item_type&>(self).target->on_item(); };
    on_->post(posted);
  }
  void run() { on_.run_forever(); }

 private:
  real_loop on_;
};

}  // namespace

void serve_threads(const arguments& given) {
  if (given.workload() == "wake") wake<waker>(given);
  if (given.workload() == "xpost") xpost<receiver>(given);
}

}  // namespace bench::subject
