#include "media/peer/send_batch.h"

namespace plenary::peer {

std::uint8_t* SendBatch::next(const ice::Tuple& path) {
  // A datagram may open a run of its own: both limits are asked before it is known whether it joins the last one.
  if (size_ + kMaxDatagram > kBatchBytes || runs_.size() == kMaxRuns) return nullptr;
  path_ = path;
  return bytes_.get() + size_;
}

bool SendBatch::joins(std::size_t length) const {
  if (!open_ || runs_.empty()) return false;
  const Run& run = runs_.back();
  return length <= run.segment && run.datagrams < kMaxRunSegments && run.length + length <= kMaxRunBytes &&
         run.path == path_;
}

void SendBatch::commit(std::size_t length) {
  if (length == 0) return;
  if (!joins(length)) {
    runs_.push_back({.path = path_, .offset = size_, .segment = static_cast<std::uint16_t>(length)});
    open_ = true;
    has_tcp_ |= path_.protocol == ice::Protocol::tcp;
  }
  Run& run = runs_.back();
  run.length += static_cast<std::uint32_t>(length);
  ++run.datagrams;
  if (length < run.segment) open_ = false;
  size_ += static_cast<std::uint32_t>(length);
}

void SendBatch::clear() {
  size_ = 0;
  runs_.clear();
  open_ = false;
  has_tcp_ = false;
}

void SendBatch::remove_tcp() {
  std::erase_if(runs_, [](const Run& run) { return run.path.protocol == ice::Protocol::tcp; });
  open_ = false;
  has_tcp_ = false;
}

}  // namespace plenary::peer
