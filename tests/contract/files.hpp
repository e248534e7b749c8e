// Files with the loop run to the end of each call, for bodies that care for results and not for order.
#ifndef TWINLOOP_TESTS_CONTRACT_FILES_HPP
#define TWINLOOP_TESTS_CONTRACT_FILES_HPP

#include <gtest/gtest.h>

#include <string>

#include "tests/contract/connected.hpp"
#include "twinloop/file.hpp"

namespace twinloop::contract {

class open_file {
 public:
  open_file(loop& owner, const std::string& path, std::uint32_t flags) : loop_(&owner), file_(owner, "tested") {
    file_.open(path, flags, 0644, [](errc error) { EXPECT_EQ(error, errc::ok) << message(error); });
    owner.run();
  }
  file& get() { return file_; }

  /// Writes all of `text`; kernels may take it in pieces.
  void write(std::string_view text, std::uint64_t offset) {
    while (!text.empty()) {
      std::size_t count = 0;
      errc error = transfer(text, offset, count);
      ASSERT_EQ(error, errc::ok) << message(error);
      ASSERT_GT(count, 0u);
      text.remove_prefix(count);
      offset += count;
    }
  }
  errc try_write(std::string_view text, std::uint64_t offset) {
    std::size_t count = 0;
    return transfer(text, offset, count);
  }
  /// What stands from `offset` on, at most `size` bytes.
  std::string read(std::uint64_t offset, std::size_t size) {
    std::string text;
    for (;;) {
      std::string piece(size - text.size(), '\0');
      std::size_t count = 0;
      file_.read_at(std::as_writable_bytes(std::span(piece)), offset + text.size(), [&](errc error, std::size_t got) {
        EXPECT_EQ(error, errc::ok) << message(error);
        count = got;
      });
      loop_->run();
      text.append(piece, 0, count);
      if (count == 0 || text.size() == size) return text;
    }
  }
  errc try_read(std::uint64_t offset, std::size_t size) {
    std::string piece(size, '\0');
    errc outcome = errc::other;
    file_.read_at(std::as_writable_bytes(std::span(piece)), offset, [&](errc error, std::size_t) { outcome = error; });
    loop_->run();
    return outcome;
  }
  errc truncate(std::uint64_t size) {
    errc outcome = errc::other;
    file_.truncate(size, [&](errc error) { outcome = error; });
    loop_->run();
    return outcome;
  }
  std::uint64_t size() { return status().size; }
  file_status status() {
    file_status found;
    file_.status([&](result<file_status> answered) {
      EXPECT_TRUE(answered);
      if (answered) found = *answered;
    });
    loop_->run();
    return found;
  }

 private:
  errc transfer(std::string_view text, std::uint64_t offset, std::size_t& count) {
    errc outcome = errc::other;
    file_.write_at(bytes_of(text), offset, [&](errc error, std::size_t taken) {
      outcome = error;
      count = taken;
    });
    loop_->run();
    return outcome;
  }

  loop* loop_;
  file file_;
};

inline errc try_open(loop& loop, const std::string& path, std::uint32_t flags) {
  file one(loop);
  errc outcome = errc::other;
  one.open(path, flags, 0644, [&](errc error) { outcome = error; });
  loop.run();
  EXPECT_EQ(one.is_open(), outcome == errc::ok);
  return outcome;
}

/// Path calls, each run to its end.
class paths {
 public:
  explicit paths(loop& owner) : loop_(&owner), calls_(owner) {}
  errc rename(const std::string& from, const std::string& to) {
    return run([&](done_callback done) { calls_.rename(from, to, std::move(done)); });
  }
  errc unlink(const std::string& path) {
    return run([&](done_callback done) { calls_.unlink(path, std::move(done)); });
  }
  errc make_directory(const std::string& path, std::uint32_t mode = 0755) {
    return run([&](done_callback done) { calls_.make_directory(path, mode, std::move(done)); });
  }
  errc remove_directory(const std::string& path) {
    return run([&](done_callback done) { calls_.remove_directory(path, std::move(done)); });
  }
  errc sync_directory(const std::string& path) {
    return run([&](done_callback done) { calls_.sync_directory(path, std::move(done)); });
  }
  result<file_status> status(const std::string& path) {
    result<file_status> found = unexpected(errc::other);
    calls_.status(path, [&](result<file_status> answered) { found = std::move(answered); });
    loop_->run();
    return found;
  }
  result<std::vector<directory_entry>> list(const std::string& path) {
    result<std::vector<directory_entry>> found = unexpected(errc::other);
    calls_.list(path, [&](result<std::vector<directory_entry>> answered) { found = std::move(answered); });
    loop_->run();
    return found;
  }

 private:
  template <class Start>
  errc run(Start start) {
    errc outcome = errc::other;
    start(done_callback([&](errc error) { outcome = error; }));
    loop_->run();
    return outcome;
  }
  loop* loop_;
  file_system calls_;
};

}  // namespace twinloop::contract

#endif
