// What a process has open: its table of descriptors, as the machine sees it.
#ifndef TWINLOOP_SIM_MACHINE_DESCRIPTORS_HPP
#define TWINLOOP_SIM_MACHINE_DESCRIPTORS_HPP

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/machine/disk.hpp"
#include "sim/machine/socket.hpp"
#include "sim/names.hpp"
#include "twinloop/op.hpp"

namespace twinloop::sim {

struct machine;

/// An open file: the description behind a descriptor.
struct open_file {
  std::shared_ptr<inode> node;
  std::uint32_t flags = 0;
  std::string path;
};

enum class descriptor_kind : std::uint8_t {
  none,
  socket,
  file,
  closing,  // closed, but somebody still uses its place
};

struct alignas(128) descriptor {  // a power of two: the table's size is a shift away from its ends
  bool open() const { return kind == descriptor_kind::socket || kind == descriptor_kind::file; }

  descriptor_kind kind = descriptor_kind::none;
  bool receive_pending = false;  // the layer above's, like the ops below: one that is not delivered yet
  std::uint32_t generation = 0;
  std::uint32_t uses = 0;  // by the layer above; its place is not given to another before they have ended
  const name_node* node = nullptr;
  named asked{};
  socket* stream = nullptr;
  std::shared_ptr<open_file> file;
  // The layer above keeps here who waits; the machine never looks.
  op* receiving = nullptr;  // recv or accept that waits for something to be there
  op* sending = nullptr;    // send that waits for window, or a connect under way
  op* closing = nullptr;
  where made{};  // what asked for it; for people only
};
static_assert(sizeof(descriptor) == 128);

inline std::uint32_t descriptor_index(handle_id id) {
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(id)) - 1;
}

/// All that the machine knows of a process.
struct descriptor_table {
  /// The place that `id` was given for, also while it is closing; nullptr if another has it by now.
  descriptor* find_slot(handle_id id) {
    const std::uint32_t index = descriptor_index(id);  // of no handle: far beyond the end
    if (index >= descriptors.size()) return nullptr;
    descriptor& found = descriptors[index];
    const auto generation = static_cast<std::uint32_t>(static_cast<std::uint64_t>(id) >> 32);
    return found.generation == generation ? &found : nullptr;
  }
  /// The same if it is open.
  descriptor* find_open(handle_id id) {
    descriptor* found = find_slot(id);
    return found != nullptr && found->open() ? found : nullptr;
  }
  bool full() const { return open_descriptors >= descriptor_limit; }

  machine* home = nullptr;          // where the process runs
  const name_node* node = nullptr;  // the process's name; those of its descriptors stand below it
  std::vector<descriptor> descriptors;
  std::uint32_t descriptor_limit = 1024;
  std::uint32_t open_descriptors = 0;
  std::uint32_t next_generation = 1;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> names_made;  // hash of a handle's name, how many had it
};

}  // namespace twinloop::sim

#endif
