// The kv server against a model, through a pipeline of generated commands, under searched schedules: what the server
// answers is what a map would, give or take the moment at which a key expires. The server as it should be passes; a
// buggy twin does not, and comes out with few commands and few deviations.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>

#include "scenarios/kv/client.hpp"
#include "scenarios/kv/server.hpp"
#include "tests/unit/testing/temporary_directory.hpp"
#include "twinloop/check.hpp"

namespace kv {
namespace {

namespace sim = twinloop::sim;
constexpr std::uint16_t port = 6379;
constexpr std::size_t pipeline = 2;

/// What the server must hold. A key with a time to live may be there or not.
struct model {
  struct entry {
    std::string value;
    bool may_be_gone = false;
  };
  std::map<std::string, entry> keys;
  const entry* find(const std::string& key) const {
    const auto found = keys.find(key);
    return found == keys.end() ? nullptr : &found->second;
  }
};

/// The server as a client sees it: requests go out while fewer than `pipeline` wait for their reply. What is waited for
/// stops the loop: a run_once() that runs the awaited timer goes on to wait for something else.
class connection {
 public:
  connection(twinloop::loop& loop, const twinloop::address& server, std::string prefix)
      : prefix_(std::move(prefix)),
        pause_(loop, [this] { paused_ = false, loop_.stop(); }),
        loop_(loop),
        client_(loop, server) {
    client_.on_nonsense([this](const std::string& what) { trouble("nonsense from the server: " + what); });
    client_.on_lost([this] { trouble("the connection was lost"); });
    bool done = false;
    client_.connect([&](bool) { done = true, loop_.stop(); });
    while (!done) loop_.run();
  }
  /// Sends, and checks later that the reply is one of `legal`.
  void send(std::vector<std::string> words, std::vector<reply> legal) {
    words[1] = prefix_ + "." + words[1];
    expected_.push_back({words[0] + " " + words[1], std::move(legal)});
    client_.send(words, [this](const reply* answer) { take(answer); });
    while (client_.outstanding() >= pipeline) loop_.run();
  }
  void pause() {
    paused_ = true;
    pause_.start(std::chrono::milliseconds(3));
    while (paused_) loop_.run();
  }
  void finish() {
    while (client_.outstanding() > 0) loop_.run();
    client_.close();
    loop_.run();
  }

 private:
  struct expectation {
    std::string request;
    std::vector<reply> legal;
  };
  void take(const reply* answer) {
    const expectation asked = std::move(expected_.front());
    expected_.pop_front();
    loop_.stop();
    if (answer == nullptr || std::find(asked.legal.begin(), asked.legal.end(), *answer) != asked.legal.end()) return;
    RC_FAIL(asked.request + " was answered " + kv::describe(*answer));
  }
  void trouble(const std::string& what) {
    RC_FAIL(what + fmt::format(" with {} requests under way", expected_.size()));
  }
  std::string prefix_;                // of this client's keys
  std::deque<expectation> expected_;  // of the requests under way, in their order
  twinloop::timer pause_;
  bool paused_ = false;
  twinloop::loop& loop_;
  client client_;
};

using command = rc::state::Command<model, connection>;

std::string draw_key() { return *rc::gen::element<std::string>("a", "b"); }
reply nil() { return {reply_type::nil}; }

struct set final : command {
  std::string key = draw_key();
  std::string value = std::to_string(*rc::gen::inRange(0, 10));
  bool expires = *rc::gen::arbitrary<bool>();
  void apply(model& state) const override { state.keys[key] = {value, expires}; }
  void run(const model&, connection& server) const override {
    std::vector<std::string> words = {"SET", key, value};
    if (expires) words.insert(words.end(), {"PX", "2"});
    server.send(words, {{reply_type::simple, "OK"}});
  }
  void show(std::ostream& out) const override { out << "SET " << key << ' ' << value << (expires ? " PX 2" : ""); }
};

struct get final : command {
  std::string key = draw_key();
  void run(const model& state, connection& server) const override {
    const model::entry* found = state.find(key);
    std::vector<reply> legal;
    if (found != nullptr) legal.push_back({reply_type::bulk, found->value});
    if (found == nullptr || found->may_be_gone) legal.push_back(nil());
    server.send({"GET", key}, std::move(legal));
  }
  void show(std::ostream& out) const override { out << "GET " << key; }
};

struct del final : command {
  std::string key = draw_key();
  void apply(model& state) const override { state.keys.erase(key); }
  void run(const model& state, connection& server) const override {
    const model::entry* found = state.find(key);
    std::vector<reply> legal;
    if (found != nullptr) legal.push_back({reply_type::integer, "", 1});
    if (found == nullptr || found->may_be_gone) legal.push_back({reply_type::integer, "", 0});
    server.send({"DEL", key}, std::move(legal));
  }
  void show(std::ostream& out) const override { out << "DEL " << key; }
};

/// On a key that is surely there: else its result would depend on the moment.
struct incr final : command {
  std::string key = draw_key();
  void checkPreconditions(const model& state) const override {
    const model::entry* found = state.find(key);
    const bool surely_there = found != nullptr && !found->may_be_gone;
    RC_PRE(surely_there);
  }
  void apply(model& state) const override {
    std::string& value = state.keys[key].value;
    value = std::to_string(std::stoi(value) + 1);
  }
  void run(const model& state, connection& server) const override {
    server.send({"INCR", key}, {{reply_type::integer, "", std::stoi(state.find(key)->value) + 1}});
  }
  void show(std::ostream& out) const override { out << "INCR " << key; }
};

struct pause final : command {
  void run(const model&, connection& server) const override { server.pause(); }
  void show(std::ostream& out) const override { out << "pause 3 ms"; }
};

/// Starts the server; its address.
twinloop::address serve_with(sim::world& world, const std::string& bug) {
  sim::host& server = world.add_host("server");
  server.write_file("/data/.keep", "");
  twinloop::arguments words{"--bind", "0.0.0.0", "--port", std::to_string(port), "--dir", "/data"};
  if (!bug.empty()) words.insert(words.end(), {"--bug", bug});
  auto program = [&world](twinloop::loop& loop, const twinloop::arguments& given) {
    options parsed;
    if (!parse_options(given, parsed).empty()) return 2;
    return serve(loop, parsed, [&world](notice kind, const std::string& text) {
      if (kind == notice::trouble) world.fail("kv.server_works", text);
    });
  };
  server.start("kv", program, words, {.daemon = true});
  return server.address(port);
}

/// Two clients, each with keys and a model of its own.
twinloop::check_result follows_model(const std::string& bug, twinloop::check_options options) {
  options.print = false;
  return twinloop::check(
      "kv follows its model",
      [bug] {
        const auto commands =
            rc::state::gen::commands(model{}, rc::state::gen::execOneOfWithArgs<set, get, del, incr, pause>());
        const auto first = *commands.as("first client");
        const auto second = *rc::gen::oneOf(commands, rc::gen::just(decltype(first)())).as("second client");
        return [first, second, bug](sim::world& world) {
          const twinloop::address server = serve_with(world, bug);
          for (const auto* each : {&first, &second}) {
            if (each->empty()) continue;
            const std::string name = each == &first ? "first" : "second";
            auto program = [each, name, server](twinloop::loop& loop, const twinloop::arguments&) {
              connection under_test(loop, server, name);
              rc::state::runAll(*each, model{}, under_test);
              under_test.finish();
              return 0;
            };
            world.add_host(name).start("client", twinloop::checked(world, program));
          }
          world.run();
        };
      },
      options);
}

std::size_t lines(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

class kv_property : public ::testing::Test {
 protected:
  kv_property() { ::setenv("TWINLOOP_REPLAY_DIR", directory_.path().c_str(), 1); }
  ~kv_property() override { ::unsetenv("TWINLOOP_REPLAY_DIR"); }
  temporary_directory directory_;
};

TEST_F(kv_property, the_server_follows_its_model_under_every_schedule_tried) {
  const twinloop::check_result result = follows_model("", {.cases = 100, .schedules = 4});
  EXPECT_TRUE(result.passed) << result.text;
}

TEST_F(kv_property, an_expiry_that_deletes_a_newer_value_shrinks_to_a_few_commands) {
  const twinloop::check_result found = follows_model("expiry_deletes_newer", {.cases = 300});
  ASSERT_FALSE(found.passed);
  EXPECT_LE(lines(found.workload.at(0).second + found.workload.at(1).second), 6u) << found.text;
  EXPECT_LE(found.run.deviations, 3u) << found.text;
}

}  // namespace
}  // namespace kv
