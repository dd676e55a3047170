// For tests of the journal: a folder of their own, and batches to write.
#pragma once

#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "server/journal/journal.h"

namespace plenary::server {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "plenary-journal-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    directory_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path file() const { return directory_ / "journal.db"; }
  std::unique_ptr<Journal> open() const {
    auto opened = open_sqlite_journal(file());
    if (!opened) ADD_FAILURE() << opened.error().message;
    return opened ? std::move(opened).value() : nullptr;
  }
  std::string refusal() const {
    const auto opened = open_sqlite_journal(file());
    return opened ? "opened" : opened.error().code;
  }

  std::filesystem::path directory_;
};

inline signaling::Batch batch(std::uint64_t ticket, std::vector<std::uint64_t> seqs, const std::string& payload = "{}") {
  signaling::Batch result{signaling::Ticket{ticket}, {}};
  for (const std::uint64_t seq : seqs) result.events.push_back({seq, 1'764'000'000'000, "moved", payload});
  return result;
}

// Waits for the journal's descriptor as the control thread does; the limit only ends a broken test.
inline Completion next(Journal& journal) {
  for (;;) {
    if (auto completion = journal.poll_completion()) return *completion;
    pollfd wait{journal.descriptor(), POLLIN, 0};
    if (::poll(&wait, 1, 60'000) <= 0) {
      ADD_FAILURE() << "no completion within a minute";
      return {};
    }
  }
}

}  // namespace plenary::server
