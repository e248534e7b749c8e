#include "sim/names.hpp"

namespace twinloop::sim {

const name_node* name_arena::find(std::uint64_t hash) const {
  for (std::size_t i = 0; i < used_; ++i) {
    const name_node& node = nodes_[i / chunk][i % chunk];
    if (node.hash == hash) return &node;
  }
  return nullptr;
}

std::string name_arena::text_of(const name_node& node) {
  std::string text = node.parent != nullptr ? text_of(*node.parent) + "/" : std::string();
  text += node.text.text();
  if (node.ordinal > 0) text += "#" + std::to_string(node.ordinal + 1);
  if (node.other != nullptr) text += "<-" + text_of(*node.other);
  return text;
}

}  // namespace twinloop::sim
