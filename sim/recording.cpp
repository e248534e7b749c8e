#include <cstring>

#include "twinloop/assert.hpp"
#include "twinloop/choices.hpp"

namespace twinloop::sim {
namespace {
constexpr std::uint64_t recording_magic = 0x7477696e6c6f6f70ull;  // "twinloop"
}

recording::recording(std::size_t bytes) : own_(new std::uint64_t[(bytes + 7) / 8]) {
  attach(std::as_writable_bytes(std::span(own_.get(), (bytes + 7) / 8)));
}

recording::recording(std::span<std::byte> memory) { attach(memory); }

recording::~recording() = default;

/// Existing contents of the right shape are kept: this is how the record of a dead process is read.
void recording::attach(std::span<std::byte> memory) {
  TWINLOOP_ASSERT(memory.size() >= 8 * 1024);
  TWINLOOP_ASSERT(reinterpret_cast<std::uintptr_t>(memory.data()) % 8 == 0);
  header_ = reinterpret_cast<header*>(memory.data());
  records_ = reinterpret_cast<choice_record*>(memory.data() + sizeof(header));
  capacity_ = (memory.size() - sizeof(header)) / sizeof(choice_record);
  if (header_->magic == recording_magic && header_->committed <= capacity_ && !own_) return;
  *header_ = header{};
  header_->magic = recording_magic;
}

void recording::begin(std::uint64_t run) {
  header_->run = run;
  header_->committed = 0;
  header_->hash = 0;
  header_->now = 0;
  header_->overflow = 0;
  header_->failure_name[0] = '\0';
  header_->failure_text[0] = '\0';
  header_->failure_place[0] = '\0';
  header_->running = 1;
}

}  // namespace twinloop::sim
