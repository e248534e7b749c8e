// Records that are given back and used again, made by the block.
#pragma once

#include <memory>
#include <vector>

namespace bench::limit {

/// `Record` has a member `Record* next`.
template <class Record, unsigned Block>
class free_list {
 public:
  Record* take() {
    if (free_ == nullptr) grow();
    Record* taken = free_;
    free_ = taken->next;
    return taken;
  }
  void give_back(Record* record) {
    record->next = free_;
    free_ = record;
  }

 private:
  void grow() {
    blocks_.emplace_back(new Record[Block]);
    for (unsigned i = 0; i < Block; ++i) give_back(&blocks_.back()[i]);
  }

  Record* free_ = nullptr;
  std::vector<std::unique_ptr<Record[]>> blocks_;
};

}  // namespace bench::limit
