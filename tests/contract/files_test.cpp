// Open files: flags, reading and writing, size, sync, close, cancel.
#include "tests/contract/files.hpp"
#include "tests/contract/connected.hpp"
#include "tests/contract/harness.hpp"

namespace twinloop::contract {

TWINLOOP_CONTRACT_SUITE(files);

TEST_P(files, written_at_offsets_read_back_unchanged) {
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_read_write | open_create);
    const std::string text = pattern(100000);
    tested.write(text, 0);
    tested.write("middle", 50000);
    std::string expected = text;
    expected.replace(50000, 6, "middle");
    EXPECT_TRUE(tested.read(0, 200000) == expected);
    EXPECT_EQ(tested.read(50000, 6), "middle");
    EXPECT_EQ(tested.read(99999, 10).size(), 1u);
  });
}

TEST_P(files, read_at_and_after_their_end_give_nothing) {
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_read_write | open_create);
    tested.write("abc", 0);
    EXPECT_EQ(tested.read(3, 10), "");
    EXPECT_EQ(tested.read(1000, 10), "");
    EXPECT_EQ(tested.read(2, 10), "c");
  });
}

TEST_P(files, written_behind_their_end_have_a_hole_of_zeros) {
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_read_write | open_create);
    tested.write("end", 10000);
    EXPECT_EQ(tested.size(), 10003u);
    EXPECT_TRUE(tested.read(0, 10000) == std::string(10000, '\0'));
  });
}

TEST_P(files, truncated_are_shorter_or_longer_with_zeros) {
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_read_write | open_create);
    tested.write("abcdef", 0);
    EXPECT_EQ(tested.truncate(3), errc::ok);
    EXPECT_EQ(tested.read(0, 10), "abc");
    EXPECT_EQ(tested.truncate(5), errc::ok);
    EXPECT_EQ(tested.read(0, 10), std::string("abc\0\0", 5));
    EXPECT_EQ(tested.size(), 5u);
  });
}

TEST_P(files, opened_for_appending_write_at_their_end) {
  run([this](loop& loop) {
    open_file first(loop, path("log"), open_write | open_create);
    first.write("one ", 0);
    open_file appending(loop, path("log"), open_read_write | open_append);
    appending.write("two ", 0);
    first.write("ONE ", 0);
    appending.write("three", 2);
    EXPECT_EQ(appending.read(0, 100), "ONE two three");
  });
}

TEST_P(files, opened_with_truncate_are_empty) {
  run([this](loop& loop) {
    { open_file(loop, path("data"), open_write | open_create).write("old", 0); }
    open_file again(loop, path("data"), open_read_write | open_truncate);
    EXPECT_EQ(again.size(), 0u);
  });
}

TEST_P(files, opened_exclusively_must_be_new) {
  run([this](loop& loop) {
    constexpr std::uint32_t flags = open_write | open_create | open_exclusive;
    EXPECT_EQ(try_open(loop, path("data"), flags), errc::ok);
    EXPECT_EQ(try_open(loop, path("data"), flags), errc::already_exists);
  });
}

TEST_P(files, opened_without_create_must_exist) {
  run([this](loop& loop) {
    EXPECT_EQ(try_open(loop, path("none"), open_read), errc::not_found);
    EXPECT_EQ(try_open(loop, path("no directory/file"), open_write | open_create), errc::not_found);
    EXPECT_EQ(try_open(loop, path("none"), open_write | open_create), errc::ok);
    EXPECT_EQ(try_open(loop, path("none/file"), open_write | open_create), errc::not_a_directory);
    EXPECT_EQ(try_open(loop, here().directory(), open_write), errc::is_a_directory);
    EXPECT_EQ(try_open(loop, path(std::string(300, 'n')), open_write | open_create), errc::name_too_long);
    EXPECT_EQ(try_open(loop, "", open_read), errc::not_found);
  });
}

TEST_P(files, opened_one_way_refuse_the_other) {
  run([this](loop& loop) {
    open_file writing(loop, path("data"), open_write | open_create);
    writing.write("abc", 0);
    EXPECT_EQ(writing.try_read(0, 3), errc::bad_handle);
    open_file reading(loop, path("data"), open_read);
    EXPECT_EQ(reading.try_write("x", 0), errc::bad_handle);
    EXPECT_EQ(reading.truncate(0), errc::invalid_argument);
    EXPECT_EQ(reading.read(0, 3), "abc");
  });
}

TEST_P(files, synced_say_so) {
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_write | open_create);
    tested.write("durable", 0);
    errc outcome = errc::other;
    tested.get().sync([&](errc error) { outcome = error; });
    loop.run();
    EXPECT_EQ(outcome, errc::ok);
  });
}

TEST_P(files, closed_can_be_opened_again) {
  run([this](loop& loop) {
    file one(loop);
    for (int round = 0; round < 3; ++round) {
      errc outcome = errc::other;
      one.open(path("data"), open_write | open_create, 0644, [&](errc error) { outcome = error; });
      loop.run();
      EXPECT_EQ(outcome, errc::ok);
      EXPECT_TRUE(one.is_open());
      one.close([&](errc error) { outcome = error; });
      EXPECT_FALSE(one.is_open());
      loop.run();
      EXPECT_EQ(outcome, errc::ok);
    }
  });
}

TEST_P(files, that_are_not_open_answer_bad_handle) {
  run([](loop& loop) {
    file one(loop);
    std::vector<errc> outcomes;
    std::byte memory[4]{};
    auto note = [&](errc error, auto...) { outcomes.push_back(error); };
    one.read_at(memory, 0, note);
    one.write_at(memory, 0, note);
    one.sync(note);
    one.truncate(0, note);
    one.status([&](result<file_status> found) { outcomes.push_back(found.error()); });
    one.close(note);
    loop.run();
    EXPECT_EQ(outcomes, std::vector<errc>(6, errc::bad_handle));
  });
}

TEST_P(files, with_many_calls_in_flight_do_each_once) {
  static constexpr int count = 64;
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_read_write | open_create);
    std::string pieces[count];
    int written = 0;
    for (int i = 0; i < count; ++i) {
      pieces[i] = std::string(64, static_cast<char>('0' + i));
      tested.get().write_at(bytes_of(pieces[i]), static_cast<std::uint64_t>(i) * 64,
                            [&](errc error, std::size_t taken) {
                              EXPECT_EQ(error, errc::ok);
                              EXPECT_EQ(taken, 64u);
                              ++written;
                            });
    }
    loop.run();
    EXPECT_EQ(written, count);
    std::string expected;
    for (const std::string& piece : pieces) expected += piece;
    EXPECT_TRUE(tested.read(0, count * 64) == expected);
  });
}

TEST_P(files, calls_cancelled_in_the_queue_are_not_done_and_all_complete_once) {
  static constexpr std::size_t count = 40;
  run([this](loop& loop) {
    open_file tested(loop, path("data"), open_read_write | open_create);
    struct write : file_op {
      int completions = 0;
      errc error = errc::ok;
      std::byte memory[1]{std::byte{'w'}};
    };
    std::vector<std::unique_ptr<write>> writes;
    for (std::size_t i = 0; i < count; ++i) {
      writes.push_back(std::make_unique<write>());
      write& one = *writes.back();
      one.request.call = file_call::write_at;
      one.request.handle = tested.get().id();
      one.request.offset = i;
      one.request.write_bytes = one.memory;
      one.on_complete = [](op& self, const completion& done) {
        auto& mine = static_cast<write&>(self);
        ++mine.completions;
        mine.error = done.error;
      };
      loop.submit(one);
    }
    for (auto& one : writes) loop.cancel(*one);
    loop.run();
    std::string content = tested.read(0, count);
    content.resize(count, '\0');
    for (std::size_t i = 0; i < count; ++i) {
      EXPECT_EQ(writes[i]->completions, 1);
      if (writes[i]->error == errc::ok) {
        EXPECT_EQ(content[i], 'w');
      } else {
        EXPECT_EQ(writes[i]->error, errc::cancelled);
        EXPECT_EQ(content[i], '\0') << "a cancelled write was done";
      }
    }
  });
}

}  // namespace twinloop::contract
