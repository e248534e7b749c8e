// Mutations of an input as a list of answers.
#include "fuzz/mutation.hpp"

#include <algorithm>
#include <optional>

namespace twinloop::fuzz {
namespace {

using stream = std::vector<std::byte>;

constexpr std::uint32_t span_max = 16;
constexpr std::size_t header_bytes = 2;

class stream_mutation {
 public:
  stream_mutation(stream& bytes, const std::vector<std::uint32_t>* bounds, bool wanted, sim::random_stream& random)
      : bytes_(bytes), bounds_(bounds), wanted_(wanted), random_(random) {
    if (bounds_ != nullptr && bytes_.size() > bounds_->size()) bytes_.resize(bounds_->size());
  }

  void once() {
    if (bytes_.empty()) return extend();
    // Where the run went on after the input's end, most changes are at the end: what counts is a beginning that
    // leads somewhere new, cut where it does so (fuzzers prefer the shorter of two inputs), and gone on with.
    switch (random_.below(wanted_ ? 22 : 9)) {
      case 0:
      case 1:
        return change_one();
      case 2:
        return fill(place(), length(), true);
      case 3:
        return insert();
      case 4:
        return erase();
      case 5:
        return duplicate();
      case 6:
        return swap();
      case 7:
        return fill(place(), length(), false);
      case 8:
        return fill(place(), bytes_.size(), false);
      case 9:
      case 10:
        return bytes_.resize(place());
      case 11:
        return bytes_.resize(bytes_.size() - std::min(bytes_.size(), length()));
      default:
        return extend();
    }
  }

 private:
  std::size_t place() { return random_.below(static_cast<std::uint32_t>(bytes_.size())); }
  std::size_t length() { return 1 + random_.below(1 + random_.below(span_max)); }
  auto iterator(std::size_t at) { return bytes_.begin() + static_cast<std::ptrdiff_t>(std::min(at, bytes_.size())); }
  /// How many answers byte `at` tells apart.
  std::uint32_t bound(std::size_t at) const {
    const std::uint32_t n = bounds_ != nullptr && at < bounds_->size() ? (*bounds_)[at] : 256;
    return std::clamp(n, 2u, 256u);
  }
  /// Where the bound is not known the modulus makes all answers about as likely: what came last is as good as what is
  /// natural.
  std::byte any(std::size_t at) { return static_cast<std::byte>(random_.below(bound(at))); }

  void change_one() {
    const std::size_t at = place();
    const std::uint32_t n = bound(at);
    const auto old = static_cast<std::uint32_t>(bytes_[at]) % n;
    bytes_[at] = static_cast<std::byte>((old + 1 + random_.below(n - 1)) % n);
  }
  void fill(std::size_t from, std::size_t count, bool natural) {
    const std::size_t end = std::min(from + count, bytes_.size());
    for (std::size_t at = from; at < end; ++at) bytes_[at] = natural ? std::byte{0} : any(at);
  }
  void insert() {
    const std::size_t at = place();
    const std::size_t count = length();
    bytes_.insert(iterator(at), count, std::byte{0});
    fill(at, count, random_.one_in(3));
  }
  void erase() {
    const std::size_t at = place();
    bytes_.erase(iterator(at), iterator(at + length()));
  }
  void duplicate() {
    const std::size_t from = place();
    const stream copied(iterator(from), iterator(from + length()));
    bytes_.insert(iterator(place()), copied.begin(), copied.end());
  }
  void swap() {
    const std::size_t at = place();
    if (at + 1 < bytes_.size()) std::swap(bytes_[at], bytes_[at + 1]);
  }
  void extend() {
    const std::size_t from = bytes_.size();
    const std::size_t count = length();
    bytes_.resize(from + count);
    fill(from, count, false);
  }

  stream& bytes_;
  const std::vector<std::uint32_t>* bounds_;
  bool wanted_;
  sim::random_stream& random_;
};

struct both {
  stream schedule;
  stream data;
};

both split(std::span<const std::byte> input) {
  const sim::byte_streams parts = sim::split_bytes(input);
  return {{parts.schedule.begin(), parts.schedule.end()}, {parts.data.begin(), parts.data.end()}};
}

std::vector<std::byte> join(both made, std::size_t size_max) {
  const std::size_t room = size_max > header_bytes ? size_max - header_bytes : 0;
  made.schedule.resize(std::min(made.schedule.size(), std::min<std::size_t>(room, 65535)));
  made.data.resize(std::min(made.data.size(), room - made.schedule.size()));
  std::vector<std::byte> input = sim::join_bytes({made.schedule, made.data});
  input.resize(std::min(input.size(), size_max));
  return input;
}

stream splice(const stream& first, const stream& second, sim::random_stream& random) {
  const std::size_t cut = random.below(static_cast<std::uint32_t>(std::min<std::size_t>(first.size(), 65535)) + 1);
  stream made(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(cut));
  if (cut < second.size()) made.insert(made.end(), second.begin() + static_cast<std::ptrdiff_t>(cut), second.end());
  return made;
}

}  // namespace

std::vector<std::byte> mutate(std::span<const std::byte> input, const input_trace* known, std::size_t size_max,
                              sim::random_stream& random) {
  both made = split(input);
  const bool asks_data = known == nullptr || !known->data.empty() || known->data_wanted;
  const bool asks_schedule = known == nullptr || !known->schedule.empty() || known->schedule_wanted || !asks_data;
  std::optional<stream_mutation> schedule, data;  // a list that the run did not ask for stays as it is
  if (asks_schedule) {
    schedule.emplace(made.schedule, known != nullptr ? &known->schedule : nullptr,
                     known == nullptr || known->schedule_wanted, random);
  }
  if (asks_data) {
    data.emplace(made.data, known != nullptr ? &known->data : nullptr, known == nullptr || known->data_wanted, random);
  }
  do {
    if (!schedule || (data && random.one_in(4))) {
      data->once();
    } else {
      schedule->once();
    }
  } while (random.one_in(4));  // few at a time: what a run has reached hangs on all that came before
  return join(std::move(made), size_max);
}

std::vector<std::byte> cross_over(std::span<const std::byte> first, std::span<const std::byte> second,
                                  std::size_t size_max, sim::random_stream& random) {
  const both a = split(first);
  const both b = split(second);
  both made{splice(a.schedule, b.schedule, random), random.one_in(2) ? a.data : splice(a.data, b.data, random)};
  return join(std::move(made), size_max);
}

}  // namespace twinloop::fuzz
