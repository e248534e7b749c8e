// Tables of descriptors: places given, closed and given again.
#include <algorithm>

#include "sim/machine/machine.hpp"

namespace twinloop::sim {

/// The lowest free descriptor, as POSIX has it. The caller has checked the limit.
descriptor& machines::make_descriptor(descriptor_table& of, descriptor_kind kind, label name, where at, handle_id& id) {
  TWINLOOP_ASSERT(!of.full());
  std::size_t index = 0;
  while (index < of.descriptors.size() && of.descriptors[index].kind != descriptor_kind::none) ++index;
  if (index == of.descriptors.size()) of.descriptors.emplace_back();
  ++of.open_descriptors;
  descriptor& made = of.descriptors[index];
  made.kind = kind;
  made.generation = of.next_generation++;
  made.made = at;
  made.uses = 0;
  made.receive_pending = false;
  made.receiving = made.sending = made.closing = nullptr;
  id = static_cast<handle_id>(static_cast<std::uint64_t>(made.generation) << 32 | (index + 1));
  auto counted = std::find_if(of.names_made.begin(), of.names_made.end(),
                              [&](const auto& each) { return each.first == name.hash(); });
  if (counted == of.names_made.end()) counted = of.names_made.insert(of.names_made.end(), {name.hash(), 0});
  made.node = names_.make(of.node, name, counted->second++);
  made.asked.restart(made.node->hash);
  return made;
}

/// Ends what the descriptor stands for, at once. Its place in the table is free once no use of it is left.
void machines::close(descriptor_table& of, descriptor& closed, bool reset) {
  TWINLOOP_ASSERT(closed.open());
  --of.open_descriptors;
  closed.kind = closed.uses > 0 ? descriptor_kind::closing : descriptor_kind::none;
  if (closed.stream != nullptr) close(*std::exchange(closed.stream, nullptr), reset);
  closed.file.reset();
}

bool machines::end_use(descriptor& used) {
  TWINLOOP_ASSERT(used.uses > 0);
  if (--used.uses > 0 || used.kind != descriptor_kind::closing) return false;
  used.kind = descriptor_kind::none;
  return true;
}

}  // namespace twinloop::sim
