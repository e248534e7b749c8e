// The names of simulated things. A name is a hash that is built when the thing is made, and a node from which its
// text can be put together when a person asks. Never an address or an index: those differ between equal runs.
#ifndef TWINLOOP_SIM_NAMES_HPP
#define TWINLOOP_SIM_NAMES_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sim/random.hpp"
#include "twinloop/origin.hpp"

namespace twinloop::sim {

/// One name. `relation` says how the text is joined: parent/name#ordinal, or parent<-other for accepted connections.
struct name_node {
  std::uint64_t hash = 0;
  const name_node* parent = nullptr;
  const name_node* other = nullptr;  // an accepted connection's peer
  label text{};
  std::uint32_t ordinal = 0;
};

/// Something that questions are asked about: its name's hash, and how often each kind of question was asked.
struct named {
  std::uint64_t hash = 0;
  std::uint32_t ready = 0;  // times it became an option of a pick
  std::uint32_t defer = 0;
  std::uint32_t latency = 0;
  std::uint32_t short_io = 0;
  std::uint32_t cancel = 0;
  std::uint32_t other = 0;
  std::uint32_t started = 0;  // times a pool thread took it
  std::uint32_t resumed = 0;  // times its job became an option
  void restart(std::uint64_t new_hash) { *this = named{new_hash, 0, 0, 0, 0, 0, 0, 0, 0}; }
};

class name_arena {
 public:
  const name_node* make(const name_node* parent, label text, std::uint32_t ordinal) {
    return make_of_kept(parent, {keep(text.text()), text.hash()}, ordinal);
  }
  /// Without a copy: for literals, texts of other names, and those that the world keeps until it is reset.
  const name_node* make_of_kept(const name_node* parent, label text, std::uint32_t ordinal,
                                const name_node* other = nullptr) {
    if (used_ == nodes_.size() * chunk) nodes_.push_back(std::make_unique<name_node[]>(chunk));
    name_node& made = nodes_[used_ / chunk][used_ % chunk];
    ++used_;
    std::uint64_t hash = text.hash() + 0x9e3779b97f4a7c15ull * (ordinal + 1);
    if (parent != nullptr) hash = mix64(hash ^ parent->hash * 3);
    if (other != nullptr) hash = mix64(hash ^ other->hash * 5);
    made = {hash, parent, other, text, ordinal};
    return &made;
  }
  void clear() {
    used_ = 0;
    text_chunk_ = text_used_ = 0;
  }
  const name_node* find(std::uint64_t hash) const;
  static std::string text_of(const name_node& node);

 private:
  /// A copy: the text may belong to a loop that is gone when somebody asks for the name.
  const char* keep(const char* text);
  static constexpr std::size_t chunk = 64;
  static constexpr std::size_t text_bytes = 4096;
  std::vector<std::unique_ptr<name_node[]>> nodes_;
  std::size_t used_ = 0;
  std::vector<std::unique_ptr<char[]>> texts_;
  std::size_t text_chunk_ = 0;  // the one being filled
  std::size_t text_used_ = 0;
};

}  // namespace twinloop::sim

#endif
