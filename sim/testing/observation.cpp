// What one watched run showed, as messages and back.
#include "sim/testing/observation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace twinloop::testing {
namespace {

enum message_kind : std::uint32_t {
  result_message = 1,
  name_message,
  overtaking_message,
  event_message,
  divergence_message,
  step_message,
  step_name_message,
  class_message,
  held_message,
  orders_message
};

/// Numbers as eight bytes of this machine, texts with their length before them: both ends are the same program.
class packer {
 public:
  packer& operator<<(std::uint64_t number) {
    bytes_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }
  packer& operator<<(std::string_view text) {
    *this << std::uint64_t{text.size()};
    bytes_ += text;
    return *this;
  }
  packer& operator<<(const sim::choice_option& option) {
    return *this << option.identity << option.label << std::uint64_t{option.occurrence};
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

class unpacker {
 public:
  explicit unpacker(std::string_view bytes) : bytes_(bytes) {}
  std::uint64_t number() {
    std::uint64_t value = 0;
    if (bytes_.size() < sizeof value) return 0;
    std::memcpy(&value, bytes_.data(), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::string text() {
    const std::size_t size = std::min<std::size_t>(number(), bytes_.size());
    std::string value(bytes_.substr(0, size));
    bytes_.remove_prefix(size);
    return value;
  }
  sim::choice_option option() {
    sim::choice_option value;
    value.identity = number();
    value.label = number();
    value.occurrence = static_cast<std::uint32_t>(number());
    return value;
  }
  bool empty() const { return bytes_.empty(); }

 private:
  std::string_view bytes_;
};

void read_result(unpacker in, run_result& result) {
  result.ended = static_cast<sim::outcome>(in.number());
  result.hash = in.number();
  result.deviations = in.number();
  result.virtual_time = static_cast<std::int64_t>(in.number());
  result.broke.name = in.text();
  result.broke.message = in.text();
  result.broke.place = in.text();
  result.report = in.text();
  result.site = in.text();
}

overtaking read_overtaking(unpacker in) {
  overtaking what;
  what.index = in.number();
  what.taken = in.option();
  while (!in.empty()) what.overtaken.push_back(in.option());
  return what;
}

sim::event read_event(unpacker in) {
  sim::event what;
  what.time = static_cast<std::int64_t>(in.number());
  what.hash = in.number();
  what.text = in.text();
  return what;
}

trace_step read_step(unpacker in) {
  trace_step what;
  for (std::uint64_t* each :
       {&what.identity, &what.label, &what.process, &what.cause, &what.enabled_by, &what.choices}) {
    *each = in.number();
  }
  what.time = static_cast<std::int64_t>(in.number());
  what.occurrence = static_cast<std::uint32_t>(in.number());
  what.declared = in.number() != 0;
  what.lineage = in.number();
  while (!in.empty()) {
    const std::uint64_t key = in.number();
    what.keys.push_back({key, in.number() != 0});
  }
  return what;
}

}  // namespace

void observation_writer::result(const run_result& ended) {
  packer out;
  out << static_cast<std::uint64_t>(ended.ended) << ended.hash << ended.deviations
      << static_cast<std::uint64_t>(ended.virtual_time) << ended.broke.name << ended.broke.message << ended.broke.place
      << ended.report << ended.site;
  log_->append(result_message, out.bytes());
}

void observation_writer::name(std::uint64_t hash, const std::string& text) {
  log_->append(name_message, (packer() << hash << text).bytes());
}

void observation_writer::overtook(const overtaking& what) {
  packer out;
  out << what.index << what.taken;
  for (const sim::choice_option& option : what.overtaken) out << option;
  log_->append(overtaking_message, out.bytes());
}

void observation_writer::held(std::uint64_t index, std::uint64_t identity) {
  log_->append(held_message, (packer() << index << identity).bytes());
}

void observation_writer::event(const sim::event& what) {
  log_->append(event_message, (packer() << static_cast<std::uint64_t>(what.time) << what.hash << what.text).bytes());
}

void observation_writer::step(const trace_step& what) {
  packer out;
  out << what.identity << what.label << what.process << what.cause << what.enabled_by << what.choices
      << static_cast<std::uint64_t>(what.time) << std::uint64_t{what.occurrence} << std::uint64_t{what.declared}
      << what.lineage;
  for (const sim::conflict_key& each : what.keys) out << each.key << std::uint64_t{each.write};
  log_->append(step_message, out.bytes());
}

void observation_writer::step_name(std::uint64_t identity, const std::string& text) {
  log_->append(step_name_message, (packer() << identity << text).bytes());
}

void observation_writer::divergence(const std::string& text) { log_->append(divergence_message, text); }

void observation_writer::run_was(const run_class& what) {
  log_->append(class_message, {reinterpret_cast<const char*>(&what), sizeof what});
}

void observation_writer::saw_orders(const order_pair& what) {
  log_->append(orders_message, {reinterpret_cast<const char*>(&what), sizeof what});
}

void read_coverage(const message_log& log, std::size_t& position, coverage& seen) {
  while (const auto message = log.next(position)) {
    if (message->kind == class_message && message->bytes.size() == sizeof(run_class)) {
      run_class what;
      std::memcpy(&what, message->bytes.data(), sizeof what);
      seen.add(what);
    } else if (message->kind == orders_message && message->bytes.size() == sizeof(order_pair)) {
      order_pair what;
      std::memcpy(&what, message->bytes.data(), sizeof what);
      seen.add(what);
    }
  }
}

void read_observation(const message_log& log, observation& seen) {
  std::size_t position = 0;
  while (const auto message = log.next(position)) {
    unpacker in(message->bytes);
    switch (message->kind) {
      case result_message:
        read_result(in, seen.result);
        seen.complete = true;
        break;
      case name_message: {
        const std::uint64_t hash = in.number();
        seen.result.names[hash] = in.text();
        break;
      }
      case overtaking_message:
        seen.overtakings.push_back(read_overtaking(in));
        break;
      case event_message:
        seen.events.push_back(read_event(in));
        break;
      case divergence_message:
        if (!seen.divergence) seen.divergence = message->bytes;
        break;
      case held_message: {
        const std::uint64_t index = in.number();
        seen.held[index] = in.number();
        break;
      }
      case step_message:
        seen.steps.push_back(read_step(in));
        break;
      case step_name_message: {
        const std::uint64_t identity = in.number();
        seen.step_names[identity] = in.text();
        break;
      }
      default:
        break;
    }
  }
}

observing_source::observing_source(sim::choice_source* inner, const sim::world& world, observation_writer writer)
    : inner_(inner), world_(&world), writer_(writer) {}

std::uint32_t observing_source::answer(const sim::question& asked) {
  TWINLOOP_ASSERT(asked.n >= 2);
  const std::uint32_t value = inner_ == nullptr ? 0 : std::min(inner_->answer(asked), asked.n - 1);
  if (named_.insert(asked.label).second) writer_.name(asked.label, world_->describe(asked.label));
  if (value != 0 && value < asked.options.size()) {
    overtaking what{index_, asked.options[value], {}};
    what.overtaken.assign(asked.options.begin(), asked.options.begin() + value);
    name_option(what.taken);
    for (const sim::choice_option& option : what.overtaken) name_option(option);
    writer_.overtook(what);
  }
  if (value != 0 && asked.about != 0) writer_.held(index_, asked.about);
  ++index_;
  check_divergence();
  return value;
}

void observing_source::happened(const sim::step& step) {
  if (inner_ != nullptr) inner_->happened(step);
  if (!steps_wanted_) return;
  writer_.step(make_step(step, index_, world_->now().time_since_epoch().count()));
  writer_.step_name(step.what.identity, world_->describe_option(step.what.identity));
  if (named_.insert(step.what.label).second) writer_.name(step.what.label, world_->describe(step.what.label));
}

void observing_source::name_option(const sim::choice_option& option) {
  if (!named_.insert(option.identity).second) return;
  std::string text = world_->describe_option(option.identity);
  if (text.starts_with('#')) text = world_->describe(option.label);  // an option without a text of its own
  writer_.name(option.identity, text);
}

void observing_source::check_divergence() {
  const auto* found = strict_ == nullptr ? nullptr : strict_->first_divergence();
  if (found == nullptr) return;
  strict_ = nullptr;
  const auto spell = [&](sim::choice_kind kind, std::uint64_t label, std::uint32_t occurrence, std::uint32_t n) {
    return fmt::format("{} of {} (number {}, {} answers)", sim::name(kind), world_->describe(label), occurrence + 1, n);
  };
  const sim::choice_record& expected = found->expected;
  const sim::question& asked = found->asked;
  const std::string recorded = expected.n == 0
                                   ? "ends before it"
                                   : "holds " + spell(expected.kind, expected.label, expected.occurrence, expected.n);
  const std::string now = asked.n == 0
                              ? "the program ended"
                              : "the program asks " + spell(asked.kind, asked.label, asked.occurrence, asked.n);
  writer_.divergence(fmt::format("choice {}: the record {}, {}", found->index + 1, recorded, now));
}

void observing_source::finish() { check_divergence(); }

}  // namespace twinloop::testing
