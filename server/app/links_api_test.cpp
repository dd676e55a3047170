#include "server/app/links_api.h"

#include <gtest/gtest.h>

#include <deque>
#include <nlohmann/json.hpp>

namespace plenary::server::links_api_test {
namespace {

using nlohmann::json;
using namespace std::chrono_literals;

constexpr WallTime kNow{1'764'000'000'000ms};

// A disk that takes everything at once.
class GoodDisk final : public Journal {
 public:
  Result<std::vector<signaling::StoredEvent>> load(const std::string&, std::uint64_t) override { return events_; }
  Result<std::string> load_snapshot(const std::string&) override { return std::string(); }
  void keep_snapshot(const std::string&, std::uint64_t, std::string) override {}
  void append(const std::string& stream, signaling::Batch batch) override {
    events_.insert(events_.end(), batch.events.begin(), batch.events.end());
    saved_.push_back({stream, batch.ticket, true});
  }
  [[nodiscard]] int descriptor() const override { return -1; }
  std::optional<Completion> poll_completion() override {
    if (saved_.empty()) return std::nullopt;
    Completion completion = std::move(saved_.front());
    saved_.pop_front();
    return completion;
  }
  [[nodiscard]] bool failing() const override { return false; }
  [[nodiscard]] bool damaged() const override { return false; }
  [[nodiscard]] std::vector<std::pair<std::string, std::uint64_t>> counters() const override { return {}; }

 private:
  std::vector<signaling::StoredEvent> events_;
  std::deque<Completion> saved_;
};

class LinksApiTest : public testing::Test {
 protected:
  HttpResponse ask(const std::string& method, const json& body = {}) {
    HttpRequest request;
    request.method = method;
    if (!body.is_null()) request.body = body.dump();
    HttpResponse response = api_->handle(request, "room-a", "", {.role = signaling::Role::organiser}, {}, kNow);
    if (response.waits_for == AnswerId{}) return response;
    return api_->take(disk_.poll_completion().value()).value().response;
  }
  json listed() { return json::parse(ask("GET").body).at(0); }
  Claims claims_of(const json& row) {
    const std::string url = row.at("url");
    return signer_.verify(url.substr(url.find("#token=") + 7), kNow).value();
  }
  void restart() { api_ = LinksApi::open(disk_, signer_, random_).value(); }

  GoodDisk disk_;
  TokenSigner signer_{std::string(32, 's')};
  SeededRandom random_{1};
  std::unique_ptr<LinksApi> api_ = LinksApi::open(disk_, signer_, random_).value();
};

json person(const json& more) {
  json body = {{"role", "participant"}, {"name", "Abena Owusu"}, {"expires", "8h"}};
  body.update(more);
  return body;
}

TEST_F(LinksApiTest, a_links_token_says_title_country_and_rank_and_after_a_restart_it_is_the_same_one) {
  const HttpResponse made =
      ask("POST", person({{"title", " The  Minister "}, {"country", "Ghana"}, {"rank", 2}, {"organisation", "Posts"}}));
  ASSERT_EQ(made.status, 201);
  const json row = listed();
  EXPECT_EQ(row.at("url"), json::parse(made.body).at("url"));
  EXPECT_EQ(row.at("title"), "The Minister");
  EXPECT_EQ(row.at("country"), "Ghana");
  EXPECT_EQ(row.at("rank"), 2);
  const Claims claims = claims_of(row);
  EXPECT_EQ(claims.title, "The Minister");
  EXPECT_EQ(claims.country, "Ghana");
  EXPECT_EQ(claims.rank, 2);
  restart();
  EXPECT_EQ(listed(), row);
}

TEST_F(LinksApiTest, nobody_needs_a_title_a_country_or_a_rank) {
  for (const json& more : {json::object(), json{{"title", nullptr}, {"country", nullptr}, {"rank", nullptr}},
                           json{{"title", ""}, {"country", ""}, {"rank", 0}}}) {
    ASSERT_EQ(ask("POST", person(more)).status, 201) << more;
    const Claims claims = claims_of(listed());
    EXPECT_TRUE(claims.title.empty());
    EXPECT_TRUE(claims.country.empty());
    EXPECT_EQ(claims.rank, 0);
  }
}

TEST_F(LinksApiTest, what_is_too_long_to_read_is_cut_and_the_token_opens_the_room) {
  std::string longest;
  for (int i = 0; i < 200; ++i) longest += "𠮷";  // four bytes in UTF-8, as many as a character has
  const json fields = {
      {"name", longest}, {"title", longest}, {"organisation", longest}, {"country", longest}, {"rank", kMaxRank}};
  ASSERT_EQ(ask("POST", person(fields)).status, 201);
  const Claims claims = claims_of(listed());
  EXPECT_EQ(claims.title.size(), 4U * 100);
  EXPECT_EQ(claims.organisation.size(), 4U * 140);
  EXPECT_EQ(claims.country.size(), 4U * 60);
  EXPECT_EQ(claims.rank, kMaxRank);
}

TEST_F(LinksApiTest, what_is_no_rank_is_refused_with_a_word_and_makes_no_link) {
  for (const json& rank : {json(-1), json(1.5), json(kMaxRank + 1), json("2"), json(true), json::array()}) {
    const HttpResponse answer = ask("POST", person({{"rank", rank}}));
    EXPECT_EQ(answer.status, 400) << rank;
    EXPECT_EQ(json::parse(answer.body).at("code"), "bad_rank") << rank;
  }
  EXPECT_EQ(json::parse(ask("POST", person({{"title", 7}})).body).at("code"), "bad_json");
  EXPECT_EQ(ask("GET").body, "[]");
}

TEST_F(LinksApiTest, whoever_came_with_a_delegation_is_listed_under_it) {
  api_->links().see({.token_id = "cli",
                     .name = "Amina",
                     .role = "participant",
                     .room = "room-a",
                     .organisation = "Ministry",
                     .delegation = "African Group"});
  EXPECT_EQ(listed().at("organisation"), "African Group");
}

}  // namespace
}  // namespace plenary::server::links_api_test
