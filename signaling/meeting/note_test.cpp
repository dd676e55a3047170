// A moderator's private note of a request: what the fold keeps of it, and for how long.
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"

namespace plenary::signaling::note_test {
namespace {

class NoteTest : public testing::Test {
 protected:
  Result<Accepted, Refusal> note(RequestId request, const std::string& text) {
    return bench_.moderate(act::Note{request, text});
  }
  std::string noted(RequestId request) const {
    const auto found = bench_.state().notes.find(request);
    return found == bench_.state().notes.end() ? "" : found->second.text;
  }

  Bench bench_;
};

TEST_F(NoteTest, the_last_one_counts_and_an_empty_one_takes_it_away) {
  const RequestId request = bench_.ask(bench_.person("Amina"));
  ASSERT_TRUE(note(request, "Speaks for two"));
  EXPECT_EQ(bench_.state().notes.at(request).by, "moderator");
  ASSERT_TRUE(note(request, "Speaks for three"));
  EXPECT_EQ(noted(request), "Speaks for three");
  ASSERT_TRUE(note(request, ""));
  EXPECT_TRUE(bench_.state().notes.empty());
}

TEST_F(NoteTest, what_is_so_already_is_no_event) {
  const RequestId request = bench_.ask(bench_.person("Amina"));
  ASSERT_TRUE(note(request, "Speaks for two"));
  const std::size_t events = bench_.disk().size();
  ASSERT_TRUE(note(request, "Speaks for two"));
  EXPECT_EQ(bench_.disk().size(), events);
}

TEST_F(NoteTest, is_there_again_after_a_crash) {
  const RequestId request = bench_.ask(bench_.person("Amina"));
  ASSERT_TRUE(note(request, "Speaks for two"));
  bench_.crash();
  EXPECT_EQ(noted(request), "Speaks for two");
}

TEST_F(NoteTest, an_undo_of_something_else_leaves_it_and_it_leaves_the_undo) {
  const RequestId request = bench_.ask(bench_.person("Amina"));
  ASSERT_TRUE(bench_.moderate(act::Deny{request, ""}));
  EXPECT_EQ(note(request, "Too late").error().word, "ended");
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  ASSERT_TRUE(bench_.moderate(act::Prepare{request, ""}));
  ASSERT_TRUE(note(request, "Speaks for two"));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(request), RequestState::queued);
  EXPECT_EQ(noted(request), "Speaks for two");
}

TEST_F(NoteTest, goes_when_the_request_is_forgotten) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId first = bench_.ask(amina);
  ASSERT_TRUE(note(first, "Speaks for two"));
  ASSERT_TRUE(bench_.moderate(act::Deny{first, ""}));
  EXPECT_EQ(noted(first), "Speaks for two") << "an undo can bring them back";
  for (std::size_t i = 0; i < kMaxEnded; ++i) {
    bench_.pass(std::chrono::minutes(1));
    ASSERT_TRUE(bench_.moderate(act::Deny{bench_.ask(amina), ""}));
  }
  EXPECT_TRUE(bench_.state().notes.empty());
}

TEST_F(NoteTest, of_nobody_is_refused) { EXPECT_EQ(note(RequestId{77}, "Who?").error().word, "not_found"); }

}  // namespace
}  // namespace plenary::signaling::note_test
