// A text that is read out in the room: handed in, read by somebody who is named, and delivered.
#include <gtest/gtest.h>

#include "signaling/meeting/bench.h"
#include "signaling/meeting/event_json.h"

namespace plenary::signaling::written_test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

class WrittenTest : public testing::Test {
 protected:
  act::RequestFloor handing_in(const std::string& text) {
    act::RequestFloor act = bench_.ask_act(RequestKind::written);
    act.text = text;
    return act;
  }
  RequestId hand_in(const std::string& name, const std::string& text = "We welcome the report.") {
    return bench_.by(bench_.person(name), handing_in(text)).value().answer.request.value();
  }
  void read_out(RequestId request) {
    ASSERT_TRUE(bench_.moderate(act::Grant{request, false}));
    bench_.pass(seconds(30));
    ASSERT_TRUE(bench_.moderate(act::Release{request}));
  }
  bool is_delivered(RequestId request) const {
    const auto& delivered = bench_.state().delivered;
    return std::find(delivered.begin(), delivered.end(), request) != delivered.end();
  }

  Bench bench_;
};

TEST_F(WrittenTest, is_on_air_at_once_without_a_return_or_media) {
  const RequestId request = hand_in("Amina");
  bench_.meeting().handle_return(false, bench_.now());
  ASSERT_TRUE(bench_.moderate(act::Grant{request, false}));
  EXPECT_EQ(bench_.state_of(request), RequestState::on_air);
  EXPECT_FALSE(speakers(bench_.state()).front().in_return);
  EXPECT_FALSE(speakers(bench_.state()).front().to_viewers);
}

TEST_F(WrittenTest, is_taken_whole_or_refused) {
  const ParticipantId amina = bench_.person("Amina");
  EXPECT_EQ(bench_.by(amina, handing_in("")).error().word, "text_missing");
  std::string text;
  for (std::size_t i = 0; i < kMaxText; ++i) text += "\xC3\xA9";  // two bytes each
  EXPECT_EQ(bench_.by(amina, handing_in(text + "e")).error().word, "text_too_long");
  EXPECT_TRUE(bench_.queue().empty());
  const RequestId request = bench_.by(amina, handing_in(text)).value().answer.request.value();
  EXPECT_EQ(bench_.find(request).text, text);
}

TEST_F(WrittenTest, no_other_kind_has_a_text_or_a_reader) {
  act::RequestFloor act = handing_in("Words");
  act.kind = RequestKind::statement;
  const ParticipantId amina = bench_.person("Amina");
  EXPECT_EQ(bench_.by(amina, act).error().word, "not_written");
  EXPECT_EQ(bench_.moderate(act::NameReader{bench_.ask(amina), "Rosa"}).error().word, "not_written");
}

TEST_F(WrittenTest, the_moderator_hands_in_for_somebody_with_a_text_or_on_paper) {
  const auto add = [&](const std::string& text) {
    return bench_.moderate(act::Add{
        .name = "Li Wei", .organisation = "", .where = Where::remote, .kind = RequestKind::written, .text = text});
  };
  EXPECT_EQ(bench_.find(add("Thank you.").value().answer.request.value()).text, "Thank you.");
  EXPECT_TRUE(bench_.find(add("").value().answer.request.value()).text.empty());
  EXPECT_EQ(add(std::string(kMaxText + 1, 'x')).error().word, "text_too_long");
}

TEST_F(WrittenTest, the_reader_can_be_named_and_changed_while_it_is_open_and_an_undo_leaves_the_name) {
  const RequestId request = hand_in("Amina");
  ASSERT_TRUE(bench_.moderate(act::Grant{request, false}));
  ASSERT_TRUE(bench_.moderate(act::NameReader{request, "Rosa Reader"}));
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_EQ(bench_.state_of(request), RequestState::queued);
  EXPECT_EQ(bench_.find(request).reader, "Rosa Reader");
  ASSERT_TRUE(bench_.moderate(act::NameReader{request, ""}));
  EXPECT_EQ(bench_.find(request).reader, "");
  const std::size_t events = bench_.disk().size();
  ASSERT_TRUE(bench_.moderate(act::NameReader{request, ""}));
  EXPECT_EQ(bench_.disk().size(), events) << "it was so already";
  read_out(request);
  EXPECT_EQ(bench_.moderate(act::NameReader{request, "Rosa"}).error().word, "ended");
}

TEST_F(WrittenTest, is_delivered_when_it_was_read_out_to_the_end) {
  const RequestId read = hand_in("Amina");
  EXPECT_FALSE(is_delivered(read));
  ASSERT_TRUE(bench_.moderate(act::Grant{read, false}));
  EXPECT_FALSE(is_delivered(read)) << "not while it is read";
  ASSERT_TRUE(bench_.moderate(act::Release{read}));
  EXPECT_TRUE(is_delivered(read));
  const RequestId revoked = hand_in("Li");
  ASSERT_TRUE(bench_.moderate(act::Grant{revoked, false}));
  ASSERT_TRUE(bench_.moderate(act::Revoke{revoked, "off_topic"}));
  EXPECT_FALSE(is_delivered(revoked));
  const RequestId denied = hand_in("Olga");
  ASSERT_TRUE(bench_.moderate(act::Deny{denied, ""}));
  EXPECT_FALSE(is_delivered(denied));
}

TEST_F(WrittenTest, an_undo_takes_the_delivery_back) {
  const RequestId request = hand_in("Amina");
  read_out(request);
  ASSERT_TRUE(bench_.moderate(act::Undo{}));
  EXPECT_FALSE(is_delivered(request));
  EXPECT_EQ(bench_.state_of(request), RequestState::standby);
}

TEST_F(WrittenTest, the_newest_are_known_and_a_new_meeting_begins_without) {
  std::vector<RequestId> all;
  for (std::size_t i = 0; i <= kMaxDelivered; ++i) {
    all.push_back(hand_in("Person " + std::to_string(i)));
    read_out(all.back());
  }
  EXPECT_EQ(bench_.state().delivered.size(), kMaxDelivered);
  EXPECT_FALSE(is_delivered(all.front()));
  EXPECT_TRUE(is_delivered(all.back()));
  ASSERT_TRUE(bench_.moderate(act::CloseMeeting{}));
  EXPECT_TRUE(is_delivered(all.back()));
  ASSERT_TRUE(bench_.moderate(act::OpenMeeting{}));
  EXPECT_TRUE(bench_.state().delivered.empty());
}

TEST_F(WrittenTest, a_rehearsal_delivers_nothing) {
  ASSERT_TRUE(bench_.moderate(act::CloseMeeting{}));
  ASSERT_TRUE(bench_.moderate(act::OpenMeeting{true}));
  const RequestId request = hand_in("Amina");
  read_out(request);
  EXPECT_FALSE(is_delivered(request));
}

TEST_F(WrittenTest, waits_without_its_author_and_nobody_is_called_for_it) {
  const ParticipantId amina = bench_.person("Amina");
  const RequestId request = bench_.by(amina, handing_in("Thank you.")).value().answer.request.value();
  EXPECT_EQ(publishing_request(bench_.state(), amina), nullptr) << "first in line, and with nothing to send";
  EXPECT_EQ(bench_.moderate(act::Prepare{request, ""}).error().word, "read_out");
  bench_.meeting().handle_disconnected(amina, bench_.now());
  bench_.pass(minutes(30));
  EXPECT_EQ(bench_.state_of(request), RequestState::queued);
}

TEST_F(WrittenTest, text_reader_and_delivery_are_there_after_a_crash) {
  const RequestId waiting = hand_in("Amina", "One.\n\nTwo.");
  ASSERT_TRUE(bench_.moderate(act::NameReader{waiting, "Rosa Reader"}));
  const RequestId read = hand_in("Li");
  read_out(read);
  bench_.crash();
  EXPECT_EQ(bench_.find(waiting).text, "One.\n\nTwo.");
  EXPECT_EQ(bench_.find(waiting).reader, "Rosa Reader");
  EXPECT_TRUE(is_delivered(read));
}

TEST_F(WrittenTest, a_request_of_before_there_were_texts_is_read) {
  const RequestId request = hand_in("Amina");
  StoredEvent stored = bench_.disk().back();
  const std::string member = R"("text":"We welcome the report.",)";
  const std::size_t at = stored.payload.find(member);
  ASSERT_NE(at, std::string::npos);
  stored.payload.erase(at, member.size());
  const Event old = read_event(stored).value();
  EXPECT_EQ(std::get<Requested>(old.body).request, request);
  EXPECT_EQ(std::get<Requested>(old.body).text, "");
}

}  // namespace
}  // namespace plenary::signaling::written_test
