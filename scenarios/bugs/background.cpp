// Used-up entries serve again under the same name; they are never destroyed from inside their own callbacks.
#include "scenarios/bugs/background.hpp"

#include <algorithm>

namespace bugs {
namespace {

/// A free entry of `all` with this name, or a new one.
template <class Entry, class Handle>
Entry& reuse(std::list<Entry>& all, Handle Entry::*handle, twinloop::loop& loop, twinloop::label name) {
  auto found = std::find_if(all.begin(), all.end(), [&](const Entry& each) {
    return each.free && (each.*handle).name().hash() == name.hash();
  });
  Entry& taken = found != all.end() ? *found : all.emplace_back(loop, name);
  taken.free = false;
  return taken;
}

}  // namespace

background::delay::delay(twinloop::loop& loop, twinloop::label name)
    : timer(
          loop,
          [this] {
            std::function<void()> run = std::exchange(callback, nullptr);
            free = true;
            run();
          },
          name) {}

void background::after(twinloop::duration delay_time, std::function<void()> callback, twinloop::label name) {
  delay& used = reuse(delays_, &delay::timer, loop_, name);
  used.callback = std::move(callback);
  used.timer.start(delay_time);
}

void background::on_pool(twinloop::label name, std::function<void(twinloop::job&)> work, std::function<void()> done) {
  call& used = reuse(calls_, &call::handle, loop_, name);
  used.work = std::move(work);
  used.done = std::move(done);
  used.handle.start([&used](twinloop::job& job) { used.work(job); },
                    [&used](twinloop::errc) {
                      std::function<void()> run = std::exchange(used.done, nullptr);
                      used.free = true;
                      if (run) run();
                    });
}

}  // namespace bugs
