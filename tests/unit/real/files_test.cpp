// File calls through the seam: results and errors of each call, and the order of a close among them.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <deque>
#include <filesystem>
#include <latch>
#include <string>

#include "tests/unit/real/driver.hpp"
#include "twinloop/work.hpp"

namespace twinloop::real {
namespace {

class files : public testing::Test {
 protected:
  explicit files(kernel_options options = {}) : run(options) {
    std::string pattern = std::filesystem::temp_directory_path() / "twinloop-files-XXXXXX";
    root = mkdtemp(pattern.data());
  }
  ~files() override { std::filesystem::remove_all(root); }

  std::string path(std::string_view name) const { return root + "/" + std::string(name); }
  completion perform(const file_request& request) {
    file_op calling;
    calling.request = request;
    return run.perform(calling);
  }
  handle_id open(const std::string& name, std::uint32_t flags = open_read_write | open_create) {
    const completion done = perform({.call = file_call::open, .flags = flags, .path = name});
    EXPECT_EQ(done.error, errc::ok) << name;
    return static_cast<handle_id>(done.aux);
  }
  completion write(handle_id file, std::string_view text, std::uint64_t offset) {
    return perform(
        {.call = file_call::write_at, .handle = file, .offset = offset, .write_bytes = std::as_bytes(std::span(text))});
  }
  std::string read(handle_id file, std::size_t size, std::uint64_t offset) {
    std::string text(size, '?');
    const completion done =
        perform({.call = file_call::read_at, .handle = file, .offset = offset, .read_buffer = bytes_of(text)});
    EXPECT_EQ(done.error, errc::ok);
    return text.substr(0, static_cast<std::size_t>(done.count));
  }
  errc path_call(file_call call, const std::string& first, const std::string& second = {}) {
    return perform({.call = call, .path = first, .second_path = second}).error;
  }

  driver run;
  std::string root;
};

TEST_F(files, bytes_are_read_back_where_they_were_written) {
  const handle_id file = open(path("data"));
  EXPECT_EQ(write(file, "hello world", 0).count, 11);
  EXPECT_EQ(write(file, "W", 6).count, 1);
  EXPECT_EQ(read(file, 11, 0), "hello World");
  EXPECT_EQ(read(file, 5, 6), "World");
  EXPECT_EQ(read(file, 100, 6), "World");  // fewer at the end
  EXPECT_EQ(read(file, 4, 11), "");        // the end of the file
  run.close(file);
}

TEST_F(files, read_larger_than_what_is_tried_inline_gives_the_same_bytes) {
  const handle_id file = open(path("large"));
  std::string block(300'000, 'a');
  for (std::size_t i = 0; i < block.size(); ++i) block[i] = static_cast<char>('a' + i % 23);
  ASSERT_EQ(write(file, block, 0).count, 300'000);
  EXPECT_EQ(read(file, 300'000, 0), block);
  EXPECT_EQ(read(file, 4096, 4096), block.substr(4096, 4096));
  run.close(file);
}

TEST_F(files, inline_read_completes_through_wait_and_not_inside_submit) {
  const handle_id file = open(path("data"));
  write(file, "0123456789abcdef", 0);
  std::array<char, 16> buffer{};
  file_op reading;
  reading.request = {.call = file_call::read_at, .handle = file, .read_buffer = bytes_of(buffer)};
  run.submit(reading);
  EXPECT_EQ(reading.state, op_state::pending);
  EXPECT_EQ(run.finish(reading).count, 16);
  run.close(file);
}

TEST_F(files, path_with_a_nul_inside_is_refused_and_nothing_is_made) {
  const std::string tricky = path("short") + std::string("\0tail", 5);
  const completion done = perform({.call = file_call::open, .flags = open_write | open_create, .path = tricky});
  EXPECT_EQ(done.error, errc::invalid_argument);
  EXPECT_EQ(path_call(file_call::rename, path("a"), tricky), errc::invalid_argument);
  EXPECT_FALSE(std::filesystem::exists(path("short")));
}

TEST_F(files, path_need_not_end_in_a_nul) {
  const std::string longer = path("name") + "-and-more";
  const std::string_view part = std::string_view(longer).substr(0, longer.size() - 9);
  const completion done = perform({.call = file_call::open, .flags = open_write | open_create, .path = part});
  ASSERT_EQ(done.error, errc::ok);
  EXPECT_TRUE(std::filesystem::exists(path("name")));
  run.close(static_cast<handle_id>(done.aux));
}

TEST_F(files, errors_of_paths_have_their_names) {
  const auto open_error = [&](const std::string& name, std::uint32_t flags) {
    return perform({.call = file_call::open, .flags = flags, .path = name}).error;
  };
  run.close(open(path("file")));
  EXPECT_EQ(open_error(path("missing"), open_read), errc::not_found);
  EXPECT_EQ(open_error("", open_read), errc::not_found);
  EXPECT_EQ(open_error(path("file/below"), open_read), errc::not_a_directory);
  EXPECT_EQ(open_error(path("file"), open_write | open_create | open_exclusive), errc::already_exists);
  EXPECT_EQ(open_error(root, open_write), errc::is_a_directory);
  EXPECT_EQ(open_error(path(std::string(300, 'n')), open_read), errc::name_too_long);
  EXPECT_EQ(open_error(path(std::string(9000, 'n')), open_read), errc::name_too_long);
  EXPECT_EQ(open_error(path("file"), open_create), errc::invalid_argument);  // neither read nor write
  EXPECT_EQ(path_call(file_call::unlink, path("missing")), errc::not_found);
  EXPECT_EQ(path_call(file_call::unlink, root), errc::is_a_directory);
  EXPECT_EQ(path_call(file_call::make_directory, path("file")), errc::already_exists);
  EXPECT_EQ(path_call(file_call::remove_directory, root), errc::directory_not_empty);
  EXPECT_EQ(path_call(file_call::remove_directory, path("file")), errc::not_a_directory);
}

TEST_F(files, status_tells_size_type_and_mode_by_path_and_by_handle) {
  const completion opened =
      perform({.call = file_call::open, .flags = open_read_write | open_create, .mode = 0600, .path = path("data")});
  const auto file = static_cast<handle_id>(opened.aux);
  write(file, "12345", 0);
  file_status by_path;
  file_status by_handle;
  const std::string name = path("data");
  EXPECT_EQ(perform({.call = file_call::status, .path = name, .status_out = &by_path}).error, errc::ok);
  EXPECT_EQ(perform({.call = file_call::status, .handle = file, .status_out = &by_handle}).error, errc::ok);
  EXPECT_EQ(by_path.size, 5u);
  EXPECT_EQ(by_path.type, file_type::regular);
  EXPECT_EQ(by_path.mode, 0600u);
  EXPECT_EQ(by_path.identity, by_handle.identity);
  EXPECT_EQ(by_path.modified, by_handle.modified);
  EXPECT_EQ(perform({.call = file_call::status, .path = root, .status_out = &by_path}).error, errc::ok);
  EXPECT_EQ(by_path.type, file_type::directory);
  run.close(file);
}

TEST_F(files, truncate_changes_the_size_and_sync_succeeds) {
  const handle_id file = open(path("data"));
  write(file, "123456789", 0);
  EXPECT_EQ(perform({.call = file_call::truncate, .handle = file, .offset = 3}).error, errc::ok);
  EXPECT_EQ(read(file, 100, 0), "123");
  EXPECT_EQ(perform({.call = file_call::sync, .handle = file}).error, errc::ok);
  EXPECT_EQ(perform({.call = file_call::sync, .handle = file, .flags = sync_metadata}).error, errc::ok);
  EXPECT_EQ(path_call(file_call::sync_directory, root), errc::ok);
  run.close(file);
}

TEST_F(files, offset_that_is_no_place_in_a_file_is_invalid) {
  const handle_id file = open(path("data"));
  EXPECT_EQ(write(file, "x", UINT64_MAX).error, errc::invalid_argument);
  std::array<char, 4> buffer;
  EXPECT_EQ(perform({.call = file_call::read_at,
                     .handle = file,
                     .offset = std::uint64_t{1} << 63,
                     .read_buffer = bytes_of(buffer)})
                .error,
            errc::invalid_argument);
  run.close(file);
}

TEST_F(files, append_writes_at_the_end_whatever_the_offset) {
  const handle_id file = open(path("log"), open_write | open_create | open_append);
  write(file, "one", 0);
  write(file, "two", 0);
  run.close(file);
  const handle_id reader = open(path("log"), open_read);
  EXPECT_EQ(read(reader, 100, 0), "onetwo");
  EXPECT_EQ(write(reader, "x", 0).error, errc::bad_handle);  // not open for writing
  run.close(reader);
}

TEST_F(files, list_is_sorted_and_without_dots) {
  for (const char* name : {"b", "c", "a"}) run.close(open(path(name)));
  EXPECT_EQ(path_call(file_call::make_directory, path("d")), errc::ok);
  std::vector<directory_entry> entries{{"stale", file_type::other}};
  EXPECT_EQ(perform({.call = file_call::list, .path = root, .list_out = &entries}).error, errc::ok);
  std::string names;
  for (const directory_entry& each : entries) names += each.name;
  EXPECT_EQ(names, "abcd");
  EXPECT_EQ(entries[0].type, file_type::regular);
  EXPECT_EQ(entries[3].type, file_type::directory);
}

TEST_F(files, rename_replaces_and_unlink_removes) {
  const handle_id first = open(path("first"));
  write(first, "new", 0);
  run.close(first);
  run.close(open(path("second")));
  EXPECT_EQ(path_call(file_call::rename, path("first"), path("second")), errc::ok);
  const handle_id second = open(path("second"), open_read);
  EXPECT_EQ(read(second, 10, 0), "new");
  run.close(second);
  EXPECT_EQ(path_call(file_call::unlink, path("second")), errc::ok);
  EXPECT_TRUE(std::filesystem::is_empty(root));
}

TEST_F(files, opened_files_are_closed_on_exec) {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(number);
  const handle_id file = open(path("data"));
  EXPECT_EQ(fcntl(number, F_GETFD), FD_CLOEXEC);
  run.close(file);
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
}

TEST_F(files, closed_file_and_socket_are_bad_handles_to_file_calls) {
  const handle_id file = open(path("data"));
  EXPECT_EQ(perform({.call = file_call::close, .handle = file}).error, errc::ok);
  EXPECT_EQ(write(file, "x", 0).error, errc::bad_handle);
  EXPECT_EQ(perform({.call = file_call::close, .handle = file}).error, errc::bad_handle);
  const handle_id socket = run.make_socket(address_family::ipv4);
  EXPECT_EQ(write(socket, "x", 0).error, errc::bad_handle);
  run.close(socket);
}

TEST_F(files, detached_open_leaves_no_descriptor_open) {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(number);
  const std::string name = path("data");
  file_op opening;
  opening.request = {.call = file_call::open, .flags = open_write | open_create, .path = name};
  run.submit(opening);
  run.detach(opening);
  run.poll();
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
}

/// Keeps the pool's only thread busy until it is told otherwise.
struct busy_thread : work_op {
  std::latch started{1};
  std::latch released{1};
  explicit busy_thread(driver& on) {
    run = [](work_op& self, job&) {
      static_cast<busy_thread&>(self).started.count_down();
      static_cast<busy_thread&>(self).released.wait();
    };
    on.submit(*this);
    on.poll();
    started.wait();
  }
};

class closing_files : public files {
 protected:
  closing_files() : files({.threads = 1, .slow_threads = 1}) {}
};

TEST_F(closing_files, close_cancels_what_is_queued_and_completes_last) {
  const handle_id file = open(path("data"));
  busy_thread busy(run);
  const std::string_view text = "lost";
  std::array<file_op, 3> writing;
  for (file_op& each : writing) {
    each.request = {.call = file_call::write_at, .handle = file, .write_bytes = std::as_bytes(std::span(text))};
    run.submit(each);
  }
  run.poll();
  close_op closing;
  closing.handle = file;
  run.submit(closing);
  for (file_op& each : writing) EXPECT_EQ(run.finish(each).error, errc::cancelled);
  EXPECT_EQ(closing.state, op_state::pending);
  busy.released.count_down();
  EXPECT_EQ(run.finish(closing).error, errc::ok);
  EXPECT_EQ(run.log().back().target, &closing);
  run.finish(busy);
  EXPECT_EQ(std::filesystem::file_size(path("data")), 0u);
}

TEST_F(closing_files, cancelled_close_closes_nevertheless) {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(number);
  const handle_id file = open(path("data"));
  ASSERT_EQ(fcntl(number, F_GETFD), FD_CLOEXEC);
  busy_thread busy(run);
  file_op closing;
  closing.request = {.call = file_call::close, .handle = file};
  run.submit(closing);
  run.cancel(closing);
  busy.released.count_down();
  EXPECT_EQ(run.finish(closing).error, errc::ok);
  EXPECT_EQ(fcntl(number, F_GETFD), -1);
  run.finish(busy);
}

TEST_F(closing_files, detached_queued_write_lets_a_later_close_through) {
  const handle_id file = open(path("data"));
  busy_thread busy(run);
  {
    const std::string_view text = "lost";
    file_op writing;
    writing.request = {.call = file_call::write_at, .handle = file, .write_bytes = std::as_bytes(std::span(text))};
    run.submit(writing);
    run.poll();
    run.detach(writing);
  }
  busy.released.count_down();
  run.finish(busy);
  run.close(file);
  EXPECT_EQ(std::filesystem::file_size(path("data")), 0u);
}

TEST_F(files, job_reads_and_writes_a_file_that_the_loop_opened) {
  struct copying : work_op {
    handle_id file = handle_id::none;
    std::string seen;
  } job_op;
  job_op.file = open(path("data"));
  write(job_op.file, "from the loop", 0);
  job_op.run = [](work_op& self, job& context) {
    auto& mine = static_cast<copying&>(self);
    const result<std::vector<std::byte>> all = context.read_all(mine.file, 1000);
    if (!all) return;
    mine.seen.assign(reinterpret_cast<const char*>(all->data()), all->size());
    const std::string_view answer = "from the job";
    (void)context.write_all(mine.file, std::as_bytes(std::span(answer)), 100);
  };
  run.perform(job_op);
  EXPECT_EQ(job_op.seen, "from the loop");
  EXPECT_EQ(read(job_op.file, 12, 100), "from the job");
  run.close(job_op.file);
}

TEST_F(files, blocking_calls_work_on_the_calling_thread_too) {
  blocking_files blocking(run.below());
  const result<handle_id> file = blocking.open(path("data"), open_read_write | open_create);
  ASSERT_TRUE(file);
  const std::string_view text = "text";
  EXPECT_TRUE(blocking.write_all(*file, std::as_bytes(std::span(text)), 0));
  EXPECT_EQ(blocking.status(*file)->size, 4u);
  EXPECT_TRUE(blocking.close(*file));
  EXPECT_EQ(blocking.close(*file).error(), errc::bad_handle);
  EXPECT_EQ(blocking.sync(*file).error(), errc::bad_handle);
}

}  // namespace
}  // namespace twinloop::real
