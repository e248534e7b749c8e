// Goal: recovery repairs what a crash can do and refuses everything else. Method: a segment written here frame by
// frame, then cut and damaged at every byte.
#include "scenarios/kv/recovery.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "scenarios/kv/snapshot.hpp"
#include "twinloop/real.hpp"

namespace kv {
namespace {

namespace fs = std::filesystem;

class recovery : public testing::Test {
 protected:
  recovery() : kernel_(twinloop::real::make_kernel()), files_(*kernel_) {
    std::string pattern = (fs::temp_directory_path() / "twinloop-kv-XXXXXX").string();
    directory_ = mkdtemp(pattern.data());
    settings_.directory = directory_;
  }
  ~recovery() override { fs::remove_all(directory_); }

  static std::string frame(std::uint64_t position, std::uint64_t sequence, std::string_view key) {
    std::string bytes = begin_frame();
    encode({change_kind::set, key, std::to_string(sequence)}, bytes);
    seal_frame(bytes, frame_type::changes, sequence, 1, position);
    return bytes;
  }
  static std::string segment(std::uint64_t first_sequence, int frames) {
    std::string bytes;
    for (int index = 0; index < frames; ++index) {
      bytes += frame(bytes.size(), first_sequence + index, "k" + std::to_string(index));
    }
    return bytes;
  }
  void write(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc).write(bytes.data(), static_cast<long>(bytes.size()));
  }
  std::string path(std::uint64_t number) { return segment_path(directory_, number); }
  std::string recover_into(recovered& out) { return recover(files_, settings_, out); }

  std::string directory_;
  options settings_;
  twinloop::real::kernel_pointer kernel_;
  twinloop::blocking_files files_;
};

TEST_F(recovery, an_empty_directory_gets_its_first_segment) {
  recovered out;
  EXPECT_EQ(recover_into(out), "");
  EXPECT_EQ(out.segment, 1u);
  EXPECT_EQ(out.segment_bytes, 0u);
  EXPECT_TRUE(fs::exists(path(1)));
}

TEST_F(recovery, a_cut_last_frame_is_dropped_wherever_it_is_cut) {
  const std::string whole = segment(0, 3);
  const std::size_t two = segment(0, 2).size();
  for (std::size_t size = two; size < whole.size(); ++size) {
    write(path(1), whole.substr(0, size));
    recovered out;
    ASSERT_EQ(recover_into(out), "") << size;
    EXPECT_EQ(out.data.size(), 2u);
    EXPECT_EQ(out.next_sequence, 2u);
    EXPECT_EQ(out.segment_bytes, two);
    EXPECT_EQ(fs::file_size(path(1)), two);
    EXPECT_EQ(out.notes.size(), size == two ? 0u : 1u);
  }
}

TEST_F(recovery, damage_before_the_last_frame_is_refused_and_left_alone) {
  const std::string whole = segment(0, 3);
  const std::size_t two = segment(0, 2).size();
  for (std::size_t at = 0; at < two; ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    write(path(1), bytes);
    recovered out;
    std::string wrong = recover_into(out);
    EXPECT_NE(wrong.find(path(1) + " is damaged at byte"), std::string::npos) << at << ": " << wrong;
    EXPECT_EQ(fs::file_size(path(1)), whole.size());
  }
}

TEST_F(recovery, later_segments_must_go_on_where_earlier_ones_end) {
  write(path(1), segment(0, 2));
  write(path(2), segment(2, 1));
  recovered out;
  EXPECT_EQ(recover_into(out), "");
  EXPECT_EQ(out.segment, 2u);
  EXPECT_EQ(out.next_sequence, 3u);
  write(path(2), segment(3, 1));
  recovered gap;
  EXPECT_NE(recover_into(gap).find("change 3 stands where change 2 should"), std::string::npos);
  write(path(1), segment(0, 2).substr(0, segment(0, 2).size() - 1));
  write(path(2), segment(2, 1));
  recovered cut;
  EXPECT_NE(recover_into(cut).find("a later segment goes on behind it"), std::string::npos);
}

TEST_F(recovery, a_segment_that_was_made_ready_and_not_used_is_the_next_one) {
  write(path(1), segment(0, 2) + "torn");
  write(path(2), "");
  recovered out;
  EXPECT_EQ(recover_into(out), "");
  EXPECT_EQ(out.segment, 2u);
  EXPECT_EQ(out.segment_bytes, 0u);
  EXPECT_EQ(out.next_sequence, 2u);
  EXPECT_EQ(fs::file_size(path(1)), segment(0, 2).size());
}

TEST_F(recovery, a_missing_segment_is_named) {
  write(path(1), segment(0, 1));
  write(path(3), segment(1, 1));
  recovered out;
  EXPECT_NE(recover_into(out).find(path(2) + " is missing"), std::string::npos);
}

TEST_F(recovery, a_snapshot_stands_for_the_segments_before_its_number) {
  store data;
  data.apply({change_kind::set, "old", "1", 99});
  ASSERT_EQ(write_snapshot(files_, snapshot_path(directory_, 2), data, 7), "");
  write(path(1), "rubbish that a crash left behind");
  write(path(2), segment(7, 1));
  write(temporary_snapshot_path(directory_, 3), "unfinished");
  recovered out;
  EXPECT_EQ(recover_into(out), "");
  EXPECT_EQ(out.snapshot, 2u);
  EXPECT_EQ(out.next_sequence, 8u);
  EXPECT_EQ(out.data.size(), 2u);
  EXPECT_EQ(out.data.find("old")->expires, 99);
  EXPECT_FALSE(fs::exists(path(1)));
  EXPECT_FALSE(fs::exists(temporary_snapshot_path(directory_, 3)));
  fs::remove(path(2));
  recovered missing;
  EXPECT_NE(recover_into(missing).find(path(2) + " is missing"), std::string::npos);
}

TEST_F(recovery, a_snapshot_that_is_cut_is_refused) {
  store data;
  data.apply({change_kind::set, "k", "v"});
  std::string snapshot = snapshot_path(directory_, 2);
  ASSERT_EQ(write_snapshot(files_, snapshot, data, 1), "");
  write(path(2), "");
  fs::resize_file(snapshot, fs::file_size(snapshot) - 1);
  recovered out;
  EXPECT_NE(recover_into(out).find(snapshot + " is damaged"), std::string::npos);
}

TEST_F(recovery, a_missing_directory_is_named) {
  settings_.directory = directory_ + "/nowhere";
  recovered out;
  EXPECT_NE(recover_into(out).find(settings_.directory), std::string::npos);
}

}  // namespace
}  // namespace kv
