// The server: listener, sessions, data and compaction of one process, from start to a clean end.
#ifndef TWINLOOP_SCENARIOS_KV_SERVER_HPP
#define TWINLOOP_SCENARIOS_KV_SERVER_HPP

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/kv/compaction.hpp"
#include "scenarios/kv/database.hpp"
#include "scenarios/kv/options.hpp"
#include "scenarios/kv/session.hpp"
#include "twinloop/net.hpp"

namespace kv {

enum class notice : std::uint8_t { information, trouble };
/// Where the server says what people should know.
using reporter = twinloop::unique_function<void(notice kind, const std::string& text)>;

class server final : public session_owner {
 public:
  server(twinloop::loop& loop, const options& settings, reporter report);

  /// Starts to serve; false after reporting why it cannot.
  bool start();
  /// Exit status, once the loop has ended: 0, or 1 after trouble that ended it.
  int status() const { return status_; }

 private:
  database& data() override { return data_; }
  const options& settings() const override { return settings_; }
  void wake_later(session& waiting) override { waiting_.push_back(&waiting); }
  void shut_down() override;
  void forget(session& closed) override;

  bool listen();
  void opened(const std::string& trouble);
  std::string write_port_file();
  void accept(twinloop::result<twinloop::accepted> peer);
  void log_advanced();
  void wake_sessions();
  void log_failed(const std::string& trouble);
  void stop_listening();

  twinloop::loop& loop_;
  options settings_;
  reporter report_;
  database data_;
  compaction compaction_;
  twinloop::tcp_listener listener_;
  std::map<std::uint64_t, std::unique_ptr<session>> sessions_;
  std::vector<session*> waiting_;  // to be woken when the log goes on
  std::vector<session*> being_woken_;
  std::uint64_t connections_ = 0;  // so far
  int status_ = 0;
  bool wake_scheduled_ = false;
  bool stopping_ = false;
  bool accept_trouble_ = false;  // reported, and not accepted anything since
};

/// The whole program but for its command line: serves until it is told to end. Gives back the exit status.
int serve(twinloop::loop& loop, const options& settings, reporter report);

/// The program. Exit status: 0 ended as told, 1 could not serve (or go on serving), 2 wrong command line.
int kv_main(twinloop::loop& loop, twinloop::arguments words);

}  // namespace kv

#endif
