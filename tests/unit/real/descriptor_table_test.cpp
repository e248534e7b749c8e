// The table of descriptors: generations, and closes that wait for pins.
#include "real/descriptor_table.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

namespace twinloop::real {
namespace {

int open_null() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }
bool is_open(int fd) { return fcntl(fd, F_GETFD) != -1; }

TEST(descriptor_table, no_handle_is_none_and_none_is_found) {
  descriptor_table table;
  EXPECT_EQ(table.find(handle_id::none), nullptr);
  const result<handle_id> first = table.insert(open_null(), descriptor_kind::file);
  ASSERT_TRUE(first);
  EXPECT_NE(*first, handle_id::none);
  EXPECT_EQ(table.find(handle_id::none), nullptr);
}

TEST(descriptor_table, reused_entry_has_another_generation) {
  descriptor_table table;
  const handle_id before = *table.insert(open_null(), descriptor_kind::file);
  ASSERT_TRUE(table.begin_close(before));
  table.end_close(before);
  const handle_id after = *table.insert(open_null(), descriptor_kind::file);
  EXPECT_EQ(static_cast<std::uint32_t>(after), static_cast<std::uint32_t>(before));
  EXPECT_NE(after, before);
  EXPECT_EQ(table.find(before), nullptr);
  EXPECT_EQ(table.pin(before, descriptor_kind::file), nullptr);
  EXPECT_FALSE(table.begin_close(before));
  EXPECT_NE(table.find(after), nullptr);
}

TEST(descriptor_table, made_up_handles_are_not_found) {
  descriptor_table table;
  for (const std::uint64_t made_up : {1ull << 32, 5ull << 32 | 3, 1ull << 32 | 0xfffff, 1ull << 32 | 0xffffffff}) {
    EXPECT_EQ(table.find(static_cast<handle_id>(made_up)), nullptr);
    EXPECT_EQ(table.pin(static_cast<handle_id>(made_up), descriptor_kind::file), nullptr);
  }
}

TEST(descriptor_table, pin_of_another_kind_fails_and_holds_nothing) {
  descriptor_table table;
  const int fd = open_null();
  const handle_id handle = *table.insert(fd, descriptor_kind::file);
  EXPECT_EQ(table.pin(handle, descriptor_kind::socket), nullptr);
  ASSERT_TRUE(table.begin_close(handle));
  table.end_close(handle);
  EXPECT_FALSE(is_open(fd));
}

TEST(descriptor_table, close_waits_for_the_last_pin) {
  descriptor_table table;
  const int fd = open_null();
  const handle_id handle = *table.insert(fd, descriptor_kind::file);
  descriptor* first = table.pin(handle, descriptor_kind::file);
  descriptor* second = table.pin(handle, descriptor_kind::file);
  ASSERT_TRUE(table.begin_close(handle));
  EXPECT_EQ(table.find(handle), nullptr);
  EXPECT_EQ(table.pin(handle, descriptor_kind::file), nullptr);
  EXPECT_FALSE(table.begin_close(handle));
  table.end_close(handle);
  table.unpin(*first);
  EXPECT_TRUE(is_open(fd));
  EXPECT_EQ(table.pinned(handle).fd, fd);
  table.unpin(*second);
  EXPECT_FALSE(is_open(fd));
}

TEST(descriptor_table, holds_more_than_one_chunk_and_closes_what_is_left) {
  std::vector<int> opened;
  {
    descriptor_table table;
    std::vector<handle_id> handles;
    for (int i = 0; i < 600; ++i) {
      opened.push_back(open_null());
      handles.push_back(*table.insert(opened.back(), descriptor_kind::file));
    }
    for (std::size_t i = 0; i < handles.size(); ++i) {
      ASSERT_NE(table.find(handles[i]), nullptr);
      EXPECT_EQ(table.find(handles[i])->fd, opened[i]);
    }
  }
  for (const int fd : opened) EXPECT_FALSE(is_open(fd));
}

TEST(descriptor_table, pinned_descriptor_stays_open_whoever_closes_it) {
  descriptor_table table;
  std::atomic<std::uint64_t> current{static_cast<std::uint64_t>(*table.insert(open_null(), descriptor_kind::file))};
  std::atomic<bool> over{false};
  std::vector<std::thread> users;
  for (int i = 0; i < 3; ++i) {
    users.emplace_back([&] {
      while (!over.load()) {
        descriptor* file = table.pin(static_cast<handle_id>(current.load()), descriptor_kind::file);
        if (file == nullptr) continue;
        char byte;
        EXPECT_EQ(read(file->fd, &byte, 1), 0);  // /dev/null; a closed number would be EBADF
        table.unpin(*file);
      }
    });
  }
  for (int round = 0; round < 5000; ++round) {
    const auto old_handle = static_cast<handle_id>(current.load());
    current.store(static_cast<std::uint64_t>(*table.insert(open_null(), descriptor_kind::file)));
    ASSERT_TRUE(table.begin_close(old_handle));
    table.end_close(old_handle);
  }
  over.store(true);
  for (std::thread& each : users) each.join();
}

}  // namespace
}  // namespace twinloop::real
