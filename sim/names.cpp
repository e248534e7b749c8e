#include "sim/names.hpp"

#include <algorithm>
#include <cstring>

namespace twinloop::sim {

const char* name_arena::keep(const char* text) {
  const std::size_t size = std::min(std::strlen(text) + 1, text_bytes);
  if (text_used_ + size > text_bytes) ++text_chunk_, text_used_ = 0;
  if (text_chunk_ == texts_.size()) texts_.push_back(std::make_unique<char[]>(text_bytes));
  char* const copy = texts_[text_chunk_].get() + text_used_;
  std::memcpy(copy, text, size - 1);
  copy[size - 1] = '\0';
  text_used_ += size;
  return copy;
}

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
