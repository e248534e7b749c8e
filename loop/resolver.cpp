// Name lookups.
#include <utility>

#include "twinloop/net.hpp"

namespace twinloop {

resolver::resolver(class loop& owner, label name, where made) : handle(owner, "resolver", name, made) {
  op_.self = this;
  op_.keeps_alive = false;
  op_.on_complete = [](op& finished, const completion& done) {
    resolver& self = *static_cast<resolve_op_of&>(finished).self;
    self.deactivate();
    auto callback = std::exchange(self.done_, nullptr);
    if (done.error != errc::ok) {
      callback(unexpected(done.error));  // may destroy it
    } else {
      callback(std::move(self.found_));
    }
  };
}

resolver::~resolver() {
  if (op_.state == op_state::idle) return;
  loop().detach(op_);
  deactivate();
}

void resolver::resolve(std::string host, std::uint16_t port, unique_function<void(result<std::vector<address>>)> done,
                       address_family family, where made) {
  TWINLOOP_ASSERT(op_.state == op_state::idle);
  TWINLOOP_ASSERT(static_cast<bool>(done));
  host_ = std::move(host);
  found_.clear();
  done_ = std::move(done);
  op_.host = host_;
  op_.port = port;
  op_.family = family;
  op_.out = &found_;
  op_.name = name();
  activate();
  op_.made.touches = handle::made().touches;
  loop().submit(op_, made);
}

void resolver::cancel() {
  if (op_.state != op_state::idle) loop().cancel(op_);
}

}  // namespace twinloop
