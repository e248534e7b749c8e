// The practical limit of a loop on epoll: level-triggered, one function pointer a descriptor, nothing else.
#pragma once

#include <sys/epoll.h>

#include <cstdint>
#include <memory>

#include "harness/arguments.hpp"
#include "harness/sockets.hpp"

namespace bench::peer {

class loop;

struct watched {
  int descriptor;
  void (*on_event)(loop&, watched&);
  std::size_t size = 0;
  std::size_t moved = 0;
};

class loop {
 public:
  void add(watched& added, std::uint32_t events) {
    epoll_event wanted{};
    wanted.events = events;
    wanted.data.ptr = &added;
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, added.descriptor, &wanted) != 0) fail("epoll_ctl");
  }

  void run() {
    epoll_event events[256];
    for (;;) {
      int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        watched& ready = *static_cast<watched*>(events[i].data.ptr);
        ready.on_event(*this, ready);
      }
    }
  }

  int epoll() const { return epoll_; }
  char* buffer() { return buffer_.get(); }

 private:
  int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::unique_ptr<char[]> buffer_{new char[read_size]()};
};

}  // namespace bench::peer
