// The published schema and the decoder judge alike, so that a client written against the one is understood by the
// other.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "signaling/protocol/sample_calls.h"
#include "signaling/protocol/session.h"

namespace plenary::signaling::schema_test {
namespace {

using Json = nlohmann::json;

class SchemaTest : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(std::filesystem::path(PLENARY_SOURCE_DIR) / "signaling/protocol/schema" / "client_message.json");
    ASSERT_TRUE(in.is_open());
    const Json document = Json::parse(in);
    valijson::SchemaParser(valijson::SchemaParser::kDraft7)
        .populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema_);
  }
  bool admits(const std::string& text) {
    const Json message = Json::parse(text);
    return valijson::Validator().validate(schema_, valijson::adapters::NlohmannJsonAdapter(message), nullptr);
  }

  valijson::Schema schema_;
};

TEST_F(SchemaTest, the_schema_admits_what_the_decoder_takes) {
  for (const auto& [method, params] : kGoodCalls) {
    EXPECT_TRUE(admits(sample_call(method, params))) << method << " " << params;
  }
}

TEST_F(SchemaTest, the_schema_refuses_what_the_decoder_refuses) {
  for (const auto& [method, params] : kBadCalls) {
    if (params.find("\\u200b") != std::string::npos) continue;                // empty only once it is cleaned
    if (params.find("18446744073709551615") != std::string::npos) continue;  // valijson takes it for -1
    EXPECT_FALSE(admits(sample_call(method, params))) << method << " " << params;
  }
  EXPECT_FALSE(admits(sample_call("list.steal", "{}")));
  EXPECT_FALSE(admits(R"({"jsonrpc":"2.0","id":1.5,"method":"list.open"})"));
  EXPECT_FALSE(admits(R"({"jsonrpc":"1.0","id":1,"method":"list.open"})"));
}

TEST_F(SchemaTest, every_method_of_the_table_is_in_the_schema) {
  std::size_t methods = 0;
  for (unsigned m = 0; m <= static_cast<unsigned>(kLastMethod); ++m) {
    const std::string name(to_text(static_cast<Method>(m)));
    const bool sampled =
        std::any_of(kGoodCalls.begin(), kGoodCalls.end(), [&](const auto& c) { return c.first == name; });
    EXPECT_TRUE(sampled) << name << " has no sample";
    ++methods;
  }
  EXPECT_GT(methods, 20U);
}

}  // namespace
}  // namespace plenary::signaling::schema_test
