#include "server/export/list_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "signaling/meeting/bench.h"

namespace plenary::server::list_record_test {
namespace {

using nlohmann::json;
using signaling::Bench;
using signaling::Category;
using signaling::RequestId;
using signaling::Where;
using std::chrono::seconds;
using testing::HasSubstr;
namespace act = signaling::act;

const signaling::Rules kRules{.meeting = "room-a"};

std::vector<RecordedRequest> record(const Bench& bench) {
  ListRecord list(kRules);
  for (const signaling::StoredEvent& event : bench.disk()) EXPECT_TRUE(list.take(event));
  return list.requests();
}

json rows(const Bench& bench) { return json::parse(write_json("room-a", record(bench), {}))["requests"]; }

std::vector<std::string> lines(const std::string& csv) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < csv.size();) {
    const std::size_t end = csv.find("\r\n", at);
    all.push_back(csv.substr(at, end - at));
    at = end + 2;
  }
  return all;
}

// Bench::kStart is 2025-11-24T16:00:00Z.
TEST(ListRecord, a_speech_has_all_its_times) {
  Bench bench;
  const RequestId request = bench.ask(bench.person("Amina Diallo", Where::remote, Category::government));
  bench.pass(seconds(10));
  bench.bring_on_air(request);
  bench.pass(seconds(72));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  const json row = rows(bench).at(0);
  EXPECT_EQ(row["request"], "r-1");
  EXPECT_EQ(row["name"], "Amina Diallo");
  EXPECT_EQ(row["category"], "government");
  EXPECT_EQ(row["kind"], "statement");
  EXPECT_EQ(row["topic"], "Topic");
  EXPECT_EQ(row["language"], "en");
  EXPECT_EQ(row["asked"], "2025-11-24T16:00:00Z");
  EXPECT_EQ(row["granted"], "2025-11-24T16:00:10Z");
  EXPECT_EQ(row["on_air"], "2025-11-24T16:00:10Z");
  EXPECT_EQ(row["ended"], "2025-11-24T16:01:22Z");
  EXPECT_EQ(row["spoken_s"], 72);
  EXPECT_EQ(row["outcome"], "released");
  EXPECT_EQ(row["reason"], "ended");
}

TEST(ListRecord, who_never_spoke_and_who_still_waits_are_there_too) {
  Bench bench;
  const RequestId denied = bench.ask(bench.person("Denied"));
  bench.ask(bench.person("Waiting"));
  ASSERT_TRUE(bench.moderate(act::Deny{denied, "off topic"}));
  const json all = rows(bench);
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0]["outcome"], "denied");
  EXPECT_EQ(all[0]["reason"], "off topic");
  EXPECT_TRUE(all[0]["on_air"].is_null());
  EXPECT_EQ(all[0]["spoken_s"], 0);
  EXPECT_TRUE(all[1]["ended"].is_null());
  EXPECT_TRUE(all[1]["outcome"].is_null());
}

TEST(ListRecord, who_speaks_and_who_asked_for_them_are_told_apart) {
  Bench bench;
  const auto delegate = bench.person("Li Wei", Where::room);
  signaling::act::RequestFloor asking = bench.ask_act();
  asking.beneficiary = "Abena Owusu";
  ASSERT_TRUE(bench.by(delegate, asking));
  ASSERT_TRUE(bench.by(bench.person("Amina Diallo"), bench.ask_act()));
  const json all = rows(bench);
  EXPECT_EQ(all[0]["name"], "Abena Owusu");
  EXPECT_EQ(all[0]["asked_by"], "Li Wei");
  EXPECT_EQ(all[1]["name"], "Amina Diallo");
  EXPECT_TRUE(all[1]["asked_by"].is_null());
  EXPECT_THAT(write_csv(record(bench)), HasSubstr("r-1,Abena Owusu,,Li Wei,,statement,"));
}

TEST(ListRecord, nobody_is_forgotten_however_long_the_meeting_was) {
  Bench bench;
  const auto person = bench.person("Li Wei", Where::room);
  const std::size_t count = signaling::kMaxEnded + 50;
  for (std::size_t i = 0; i < count; ++i) {
    const RequestId request = bench.ask(person);
    ASSERT_TRUE(bench.by(person, act::Withdraw{request}));
    bench.pass(seconds(60));
  }
  const auto all = record(bench);
  ASSERT_EQ(all.size(), count);
  for (const RecordedRequest& one : all) ASSERT_TRUE(one.ended);
}

TEST(ListRecord, a_pause_is_not_spoken_time) {
  Bench bench;
  bench.speak("Li Wei");
  bench.pass(seconds(30));
  ASSERT_TRUE(bench.moderate(act::Pause{}));
  bench.pass(seconds(100));
  ASSERT_TRUE(bench.moderate(act::Release{}));
  EXPECT_EQ(rows(bench).at(0)["spoken_s"], 30);
}

TEST(ListRecord, a_gap_or_an_unreadable_event_is_an_error) {
  Bench bench;
  bench.speak("Li Wei");
  ListRecord list(kRules);
  EXPECT_EQ(list.take(bench.disk().at(1)).error().code, "journal_gap");
  signaling::StoredEvent broken = bench.disk().at(0);
  broken.payload = "{";
  EXPECT_EQ(list.take(broken).error().code, "event_unreadable");
}

TEST(Csv, has_a_line_of_names_and_a_line_a_request) {
  Bench bench;
  bench.speak("Li Wei");
  const auto all = lines(write_csv(record(bench)));
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0],
            "request,name,organisation,asked_by,category,kind,item,topic,language,asked,granted,on_air,ended,spoken_s,"
            "outcome,reason,text,reader");
  EXPECT_THAT(all[1], HasSubstr("r-1,Li Wei,,,,statement,,Topic,en,2025-11-24T16:00:00Z,"));
}

TEST(Csv, quotes_are_doubled_and_what_has_commas_or_lines_is_quoted) {
  RecordedRequest one;
  one.request.person.name = "Li \"Q\" Wei";
  one.request.person.organisation = "Ministry, Dakar";
  one.request.topic = "two\nlines";
  EXPECT_THAT(write_csv({one}), HasSubstr("\"Li \"\"Q\"\" Wei\",\"Ministry, Dakar\",,,statement,,\"two\nlines\","));
}

TEST(Csv, a_text_that_was_read_out_is_there_with_its_reader) {
  Bench bench;
  signaling::act::RequestFloor wish = bench.ask_act(signaling::RequestKind::written);
  wish.text = "One.\n\nTwo, three.";
  const RequestId request = bench.by(bench.person("Amina"), wish).value().answer.request.value();
  ASSERT_TRUE(bench.moderate(act::NameReader{request, "Rosa Reader"}));
  EXPECT_THAT(write_csv(record(bench)), HasSubstr(",\"One.\n\nTwo, three.\",Rosa Reader\r\n"));
  EXPECT_EQ(rows(bench).at(0)["text"], "One.\n\nTwo, three.");
}

// Fault F8.
TEST(Csv, no_cell_is_a_formula) {
  for (const std::string beginning : {"=", "+", "-", "@", "\t", "\r"}) {
    RecordedRequest one;
    one.request.person.name = beginning + "HYPERLINK(\"http://evil\")";
    one.request.asked_by = beginning + "2";
    one.request.topic = beginning + "1";
    const std::string csv = write_csv({one});
    EXPECT_THAT(csv, HasSubstr("'" + beginning + "2")) << beginning;
    EXPECT_THAT(csv, HasSubstr(",\"'" + beginning + "HYPERLINK(\"\"http://evil\"\")\",")) << beginning;
    EXPECT_THAT(csv, HasSubstr("'" + beginning + "1")) << beginning;
  }
  RecordedRequest plain;
  plain.request.topic = "1 - 2 = 3";
  EXPECT_THAT(write_csv({plain}), HasSubstr(",1 - 2 = 3,"));
}

TEST(Json, leaves_texts_as_they_are) {
  RecordedRequest one;
  one.request.topic = "=1+1 \"Á\"";
  EXPECT_EQ(json::parse(write_json("room-a", {one}, {}))["requests"][0]["topic"], "=1+1 \"Á\"");
  EXPECT_EQ(json::parse(write_json("room-a", {}, {}))["meeting"], "room-a");
}

}  // namespace
}  // namespace plenary::server::list_record_test
