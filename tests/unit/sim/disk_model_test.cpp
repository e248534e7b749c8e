// Random calls and a random power failure. Of files the disk must leave exactly what a second implementation does,
// which keeps the list of calls; of names what holds whatever is lost: no file is there twice, and none is gone that
// nobody removed.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/random.hpp"
#include "tests/unit/sim/disk_failures.hpp"

namespace twinloop::sim {
namespace {

constexpr std::size_t page_bytes = inode::page_bytes;

struct call {
  bool truncates;
  std::size_t at;    // the new size, or where text is written
  std::string text;  // of a write
};

/// The calls since the last sync, over what was durable then.
class file_model {
 public:
  explicit file_model(std::string durable) : durable_(std::move(durable)) {}

  void add(call made) {
    if (!made.truncates || made.at != cached().size()) calls_.push_back(std::move(made));
  }
  void sync() {
    durable_ = cached();
    calls_.clear();
  }

  std::string cached() const {
    std::string text = durable_;
    for (const call& each : calls_) {
      text.resize(each.truncates ? each.at : std::max(text.size(), each.at + each.text.size()));
      text.replace(each.at, each.text.size(), each.text);
    }
    return text;
  }

  std::string after(const answers& given) const {
    std::size_t next = 0;
    std::vector<std::size_t> sizes;
    for (const call& each : calls_) {
      if (each.truncates) sizes.push_back(each.at);
    }
    const std::size_t lost = sizes.empty() ? 0 : given.at(next++);
    std::string left = durable_;
    for (std::size_t i = 0; i < sizes.size() - lost; ++i) left.resize(sizes[i]);
    std::size_t limit = SIZE_MAX;  // of pages that a lost truncation does not take
    if (lost > 0)
      limit = std::min(left.size(), *std::min_element(sizes.end() - static_cast<std::ptrdiff_t>(lost), sizes.end()));
    std::string image = cached();
    if (lost > 0) image.resize(left.size());
    for (std::size_t page = 0; page * page_bytes < std::min(limit, image.size()); ++page) {
      if (is_written(page)) write_back(left, image, page * page_bytes, given.at(next++));
    }
    EXPECT_EQ(next, given.size());
    return left;
  }

 private:
  bool is_written(std::size_t page) const {
    bool written = false;
    for (const call& each : calls_) {
      if (each.truncates) {
        written = written && each.at > page * page_bytes;
      } else {
        written = written || (each.at < (page + 1) * page_bytes && each.at + each.text.size() > page * page_bytes);
      }
    }
    return written;
  }

  static void write_back(std::string& left, const std::string& image, std::size_t from, std::uint32_t fate) {
    std::string page = image.substr(from, page_bytes);
    if (fate == 2) page.resize(page.size() / 2);
    if (fate == 1) return;
    if (left.size() < from) left.resize(from);
    left.replace(from, page.size(), page);
  }

  std::string durable_;
  std::vector<call> calls_;
};

call draw_call(random_stream& draw) {
  // Near the ends of pages and in the middle, so that calls meet.
  const std::size_t at = draw.below(4) * page_bytes / 2 + draw.below(3);
  return {draw.one_in(2), at, std::string(1 + draw.below(2) * page_bytes, static_cast<char>('a' + draw.below(26)))};
}

void make(disk& on, const call& made) {
  inode& file = **on.open("/f", open_read_write | open_create, 0644, 0);
  if (made.truncates) {
    ASSERT_TRUE(on.truncate(file, made.at, 0));
  } else {
    ASSERT_TRUE(on.write(file, bytes(made.text), made.at, 0));
  }
}

TEST(disk_model, a_file_is_left_as_the_list_of_calls_says) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    random_stream draw(seed);
    disk real;
    add_file(real, "/f", std::string(draw.below(3) * 3000, 'o'));
    file_model model(contents(real, "/f"));
    for (std::uint32_t count = 1 + draw.below(6); count > 0; --count) {
      const call made = draw_call(draw);
      make(real, made);
      model.add(made.truncates ? call{true, made.at, ""} : made);
      if (!draw.one_in(6)) continue;
      real.sync(**real.open("/f", open_read_write, 0, 0));
      model.sync();
    }
    ASSERT_EQ(contents(real, "/f"), model.cached()) << "seed " << seed;
    answers given;
    const bool natural = draw.one_in(3);
    real.power_failure(
        [&](std::string_view, std::uint32_t n) { return given.emplace_back(natural ? 0 : draw.below(n)); });
    ASSERT_EQ(contents(real, "/f"), model.after(given)) << "seed " << seed;
    if (natural) {
      ASSERT_EQ(contents(real, "/f"), model.cached()) << "seed " << seed;
    }
  }
}

std::string draw_path(random_stream& draw) {
  std::string path;
  for (std::uint32_t depth = 1 + draw.below(3); depth > 0; --depth) path += std::string("/") + "abc"[draw.below(3)];
  return path;
}

/// A call that may well fail; new files have contents of their own.
void change_names(disk& on, random_stream& draw, std::uint32_t number) {
  const std::string path = draw_path(draw);
  switch (draw.below(8)) {
    case 0:
      if (auto made = on.open(path, open_write | open_create | open_exclusive, 0644, 0)) {
        (void)on.write(**made, bytes(std::to_string(number)), 0, 0);
        on.sync(**made);
      }
      return;
    case 1:
      return void(on.unlink(path));
    case 2:
      return void(on.make_directory(path, 0755, 0));
    case 3:
      return void(on.remove_directory(path));
    case 4:
      if (draw.one_in(2)) return void(on.sync_directory(path));
      return;
    default:
      return void(on.rename(path, draw_path(draw)));
  }
}

std::map<std::string, int> how_often(const std::map<std::string, std::string>& files) {
  std::map<std::string, int> count;
  for (const auto& [path, text] : files) ++count[text];
  return count;
}

TEST(disk_model, names_never_lose_or_double_a_file) {
  for (std::uint64_t seed = 0; seed < 20000; ++seed) {
    random_stream draw(seed);
    disk real;
    std::uint32_t number = 0;
    while (number < 20) change_names(real, draw, ++number);
    real.settle();
    const auto durable = how_often(all_files(real));
    for (std::uint32_t count = draw.below(20); count > 0; --count) change_names(real, draw, ++number);
    const auto before = all_files(real);
    const bool natural = draw.one_in(4);
    real.power_failure([&](std::string_view, std::uint32_t n) { return natural ? 0 : draw.below(n); });
    const auto after = all_files(real);
    if (natural) {
      ASSERT_EQ(after, before) << "seed " << seed;
    }
    const auto left = how_often(after);
    for (const auto& [text, count] : left) ASSERT_EQ(count, 1) << "file " << text << ", seed " << seed;
    for (const auto& [text, count] : how_often(before)) {
      if (durable.count(text) != 0) {
        ASSERT_EQ(left.count(text), 1u) << "file " << text << ", seed " << seed;
      }
    }
  }
}

}  // namespace
}  // namespace twinloop::sim
