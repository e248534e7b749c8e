// The clients of a story: they draw requests, send them in a pipeline, and note calls and answers.
#include <fmt/core.h>

#include <string>
#include <vector>

#include "scenarios/kv/client.hpp"
#include "scenarios/kv/story.hpp"

namespace kv {
namespace {

constexpr int attempts_max = 50;  // to connect, before the server counts as gone
constexpr auto retry_pause = std::chrono::milliseconds(2);
/// A peer whose power failed says nothing, not even that the connection is gone.
constexpr auto answer_within = std::chrono::milliseconds(100);
constexpr auto think_unit = std::chrono::microseconds(500);
constexpr const char* time_to_live = "2";  // milliseconds: 4 think units

enum class request_kind : std::uint8_t { set_a, incr_n, get_a, set_b, get_n, del_a, echo, get_b, expire_a };
constexpr std::uint32_t plain_kinds = 8;
constexpr std::uint32_t all_kinds = 9;

struct request {
  std::vector<std::string> words;
  operation_kind kind = operation_kind::get;
  std::string key{};  ///< empty: no operation on data (ECHO)
};

request make_request(request_kind kind, const std::string& unique) {
  switch (kind) {
    case request_kind::set_a:
      return {{"SET", "a", unique}, operation_kind::set, "a"};
    case request_kind::set_b:
      return {{"SET", "b", unique}, operation_kind::set, "b"};
    case request_kind::get_a:
      return {{"GET", "a"}, operation_kind::get, "a"};
    case request_kind::get_b:
      return {{"GET", "b"}, operation_kind::get, "b"};
    case request_kind::get_n:
      return {{"GET", "n"}, operation_kind::get, "n"};
    case request_kind::del_a:
      return {{"DEL", "a"}, operation_kind::del, "a"};
    case request_kind::incr_n:
      return {{"INCR", "n"}, operation_kind::incr, "n"};
    case request_kind::echo:
      return {{"ECHO", unique}};
    case request_kind::expire_a:
      return {{"SET", "a", unique, "PX", time_to_live}, operation_kind::set_expiring, "a"};
  }
  return {};
}

bool type_matches(const request& asked, const reply& answer) {
  if (asked.key.empty()) return answer.type == reply_type::bulk && answer.text == asked.words[1];
  switch (asked.kind) {
    case operation_kind::set:
    case operation_kind::set_expiring:
      return answer.type == reply_type::simple && answer.text == "OK";
    case operation_kind::get:
      return answer.type == reply_type::bulk || answer.type == reply_type::nil;
    default:
      return answer.type == reply_type::integer;
  }
}

class story_client {
 public:
  story_client(twinloop::loop& loop, story& shared, std::vector<request> fixed, std::uint32_t number)
      : shared_(shared),
        number_(number),
        fixed_(std::move(fixed)),
        total_(fixed_.empty() ? shared.settings().requests : static_cast<std::uint32_t>(fixed_.size())),
        client_(loop, shared.server_address()),
        pause_(
            loop,
            [this] {
              if (client_.can_connect()) connect();
              go_on();
            },
            "pause"),
        patience_(
            loop, [this] { client_.give_up(); }, "patience") {
    client_.on_lost([this] {
      patience_.stop();
      pause_.start(retry_pause);
    });
    client_.on_nonsense([this](std::string what) { shared_.world().fail("kv.replies_match_requests", what); });
  }

  void connect() {
    if (++attempts_ > attempts_max) {
      return shared_.world().fail("kv.server_answers", fmt::format("no connection in {} attempts", attempts_max));
    }
    client_.connect([this](bool worked) {
      if (!worked) return pause_.start(retry_pause);
      attempts_ = 0;
      connection_ = shared_.next_connection();
      go_on();
    });
  }

 private:
  void go_on() {
    if (!client_.connected()) return;
    while (client_.connected() && sent_ < total_ && client_.outstanding() < shared_.settings().pipeline) {
      if (thinks()) return;
      send(draw());
    }
    if (sent_ == total_ && client_.outstanding() == 0) client_.close();
  }

  /// Whether the client pauses before its next request.
  bool thinks() {
    if (!shared_.settings().expiry || !fixed_.empty() || thought_ == sent_ + 1) return pause_.armed();
    thought_ = sent_ + 1;
    std::uint32_t units = shared_.world().choose("pause", 8);
    if (units == 0) return false;
    pause_.start(units * think_unit);
    return true;
  }

  request draw() {
    if (!fixed_.empty()) return fixed_[sent_];
    std::uint32_t kinds = shared_.settings().expiry ? all_kinds : plain_kinds;
    std::uint32_t natural = (sent_ + number_ - 1) % kinds;  // some of everything, also when nothing deviates
    std::uint32_t kind = (natural + shared_.world().choose("request", kinds)) % kinds;
    return make_request(static_cast<request_kind>(kind), fmt::format("v{}.{}", number_, sent_));
  }

  void send(request asked) {
    ++sent_;
    std::size_t index = 0;
    if (!asked.key.empty()) {
      bool writes = asked.kind == operation_kind::set || asked.kind == operation_kind::set_expiring;
      index = shared_.history(asked.key).call(asked.kind, connection_, writes ? asked.words[2] : std::string());
    }
    std::vector<std::string> words = asked.words;
    asked_.push_back({std::move(asked), index});
    client_.send(words, [this, place = asked_.size() - 1](const reply* answer) { note(place, answer); });
    if (!patience_.armed()) patience_.start(answer_within);
  }

  void note(std::size_t place, const reply* answer) {
    if (answer == nullptr) return;  // whether it happened is not known, and the history leaves it open
    patience_.stop();
    if (client_.outstanding() > 0) patience_.start(answer_within);
    const auto& [asked, index] = asked_[place];
    if (!type_matches(asked, *answer)) {
      return shared_.world().fail("kv.replies_match_requests", fmt::format("{} {} was answered {}", asked.words[0],
                                                                           asked.words[1], describe(*answer)));
    }
    if (!asked.key.empty()) note_answer(asked, index, *answer);
    if (fixed_.empty()) shared_.replied();
    go_on();
  }

  void note_answer(const request& asked, std::size_t index, const reply& answer) {
    key_history& history = shared_.history(asked.key);
    if (answer.type == reply_type::integer) return history.answer_number(index, answer.integer);
    if (asked.kind != operation_kind::get) return history.answer(index);
    history.answer_value(index, answer.type == reply_type::nil ? std::nullopt : std::optional(answer.text));
  }

  struct sent_request {
    request asked;
    std::size_t index;  // in its key's history
  };
  story& shared_;
  std::uint32_t number_;
  std::vector<request> fixed_;  // what to send; empty = drawn
  std::uint32_t total_;
  std::uint32_t sent_ = 0;
  std::uint32_t thought_ = 0;
  int attempts_ = 0;
  std::uint64_t connection_ = 0;
  std::vector<sent_request> asked_;
  client client_;
  twinloop::timer pause_;
  twinloop::timer patience_;
};

}  // namespace

int run_story_client(twinloop::loop& loop, story& shared, std::uint32_t number) {
  story_client running(loop, shared, {}, number);
  running.connect();
  loop.run();
  return 0;
}

int run_auditor(twinloop::loop& loop, story& shared) {
  std::vector<request> reads;
  for (request_kind kind : {request_kind::get_a, request_kind::get_b, request_kind::get_n}) {
    reads.push_back(make_request(kind, {}));
  }
  story_client running(loop, shared, std::move(reads), 0);
  running.connect();
  loop.run();
  return 0;
}

}  // namespace kv
