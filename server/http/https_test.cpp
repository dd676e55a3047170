#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "media/crypto/certificate.h"
#include "server/http/http_test_server.h"

namespace plenary::server::https_test {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class CertificateFolder {
 public:
  CertificateFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "plenary-tls-XXXXXX").string();
    EXPECT_NE(mkdtemp(name.data()), nullptr);
    path_ = name;
  }
  ~CertificateFolder() { std::filesystem::remove_all(path_); }

  std::string renew() const {
    const crypto::WebCertificate made = crypto::make_web_certificate({"localhost"}, {"127.0.0.1"});
    std::ofstream(certificate()) << made.certificate_pem;
    std::ofstream(key()) << made.key_pem;
    return made.certificate_pem;
  }
  [[nodiscard]] std::string certificate() const { return path_ / "cert.pem"; }
  [[nodiscard]] std::string key() const { return path_ / "key.pem"; }
  [[nodiscard]] HttpServerConfig config() const {
    HttpServerConfig config;
    config.tls_certificate = certificate();
    config.tls_key = key();
    return config;
  }

 private:
  std::filesystem::path path_;
};

class TlsClient {
 public:
  explicit TlsClient(std::uint16_t port) : client_(port), context_(SSL_CTX_new(TLS_client_method())) {
    ssl_ = SSL_new(context_);
    SSL_set_fd(ssl_, client_.descriptor());
    connected_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;

  std::string get(const std::string& path) {
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    if (!connected_ || SSL_write(ssl_, request.data(), static_cast<int>(request.size())) <= 0) return {};
    std::string response;
    while (response.find("plenary ends here") == std::string::npos) {
      char buffer[4096];
      const int got = SSL_read(ssl_, buffer, sizeof buffer);
      if (got <= 0) break;
      response.append(buffer, static_cast<std::size_t>(got));
    }
    return response;
  }

  std::string certificate() {
    X509* peer = SSL_get1_peer_certificate(ssl_);
    if (peer == nullptr) return {};
    BIO* memory = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(memory, peer);
    char* data = nullptr;
    const auto length = static_cast<std::size_t>(BIO_get_mem_data(memory, &data));
    std::string pem(data, length);
    BIO_free(memory);
    X509_free(peer);
    return pem;
  }

 private:
  TestClient client_;
  SSL_CTX* context_;
  SSL* ssl_ = nullptr;
  bool connected_ = false;
};

HttpResponse answer_end(const HttpRequest& request) {
  return HttpResponse::json(200, (request.secure ? "secure " : "plain ") + request.path + " plenary ends here");
}

TEST(Https, serves_and_tells_the_handler_that_it_is_secure) {
  const CertificateFolder files;
  files.renew();
  TestServer server(files.config());
  server.answer = answer_end;
  TlsClient client(server.port());
  EXPECT_THAT(client.get("/a"), HasSubstr("secure /a"));
  EXPECT_THAT(client.get("/b"), HasSubstr("secure /b"));
}

TEST(Https, h9_handshakes_that_stop_are_cut_off) {
  const CertificateFolder files;
  files.renew();
  HttpServerConfig config = files.config();
  config.request_timeout = std::chrono::seconds(3);
  TestServer server(config);
  server.answer = answer_end;
  TestClient silent(server.port()), begun(server.port()), half(server.port());
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);  // 512 bytes are announced
  begun.send(hello.substr(0, 1));
  half.send(hello + std::string(200, 'r'));
  EXPECT_EQ(half.read_to_end(), "");
  EXPECT_EQ(begun.read_to_end(), "");
  EXPECT_EQ(silent.read_to_end(), "");
  TlsClient good(server.port());
  EXPECT_THAT(good.get("/"), HasSubstr("secure /"));
}

TEST(Https, shows_a_renewed_certificate_to_new_connections_and_keeps_the_old_ones) {
  const CertificateFolder files;
  const std::string first = files.renew();
  TestServer server(files.config());
  server.answer = answer_end;
  TlsClient old_client(server.port());
  EXPECT_EQ(old_client.certificate(), first);

  const std::string second = files.renew();
  server.on_loop([](HttpServer& http) { EXPECT_TRUE(http.reload_certificate().ok()); });
  TlsClient new_client(server.port());
  EXPECT_EQ(new_client.certificate(), second);
  EXPECT_THAT(new_client.get("/new"), HasSubstr("secure /new"));
  EXPECT_THAT(old_client.get("/old"), HasSubstr("secure /old"));
  EXPECT_EQ(server.counter("certificate_reloads"), 1U);
}

TEST(Https, keeps_the_old_certificate_while_the_new_files_do_not_fit) {
  const CertificateFolder files;
  const CertificateFolder others;
  const std::string first = files.renew();
  others.renew();
  TestServer server(files.config());
  server.answer = answer_end;
  std::filesystem::copy_file(others.certificate(), files.certificate(),
                             std::filesystem::copy_options::overwrite_existing);
  server.on_loop([](HttpServer& http) {
    const Status status = http.reload_certificate();
    ASSERT_FALSE(status.ok());
    EXPECT_EQ(status.error().code, "other_key");
  });
  TlsClient client(server.port());
  EXPECT_EQ(client.certificate(), first);
  EXPECT_THAT(client.get("/a"), HasSubstr("secure /a"));
  EXPECT_EQ(server.counter("certificate_reload_failures"), 1U);
}

TEST(Https, does_not_start_with_files_that_do_not_fit) {
  const CertificateFolder files;
  files.renew();
  std::ofstream(files.key()) << "no key";
  HttpHandler* handler = nullptr;
  CertificateFolder good;
  good.renew();
  TestServer server(good.config());
  handler = &server;
  const auto refused = HttpServer::create(files.config(), *handler);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "bad_key");
  HttpServerConfig missing = files.config();
  missing.tls_certificate = "/nonexistent.pem";
  const auto none = HttpServer::create(missing, *handler);
  ASSERT_FALSE(none.ok());
  EXPECT_EQ(none.error().code, "bad_certificate");
}

TEST(Https, takes_no_plain_request_on_its_port) {
  const CertificateFolder files;
  files.renew();
  TestServer server(files.config());
  server.answer = answer_end;
  TestClient client(server.port());
  client.send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(client.read_to_end().find("plenary ends here"), std::string::npos);
}

std::string run(const std::string& command) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe(popen(command.c_str(), "r"), &pclose);
  std::string output;
  char buffer[4096];
  std::size_t got = 0;
  while (pipe && (got = std::fread(buffer, 1, sizeof buffer, pipe.get())) > 0) output.append(buffer, got);
  return output;
}

TEST(Https, speaks_http_2) {
  if (run("curl --version 2>/dev/null").find("HTTP2") == std::string::npos) GTEST_SKIP() << "no curl with HTTP/2 here";
  const CertificateFolder files;
  files.renew();
  TestServer server(files.config());
  const std::string long_body(1'000'000, 'x');
  HttpRequest seen;
  // curl is another process: what it sends and gets orders nothing between this thread and the server's.
  server.on_loop([&](HttpServer&) {
    server.answer = [&](const HttpRequest& request) {
      seen = request;
      return request.path == "/long" ? HttpResponse::json(200, long_body) : HttpResponse::json(201, "{}");
    };
  });
  const auto received = [&] {
    HttpRequest copy;
    server.on_loop([&](HttpServer&) { copy = seen; });
    return copy;
  };
  const std::string url = "https://localhost:" + std::to_string(server.port());
  const std::string curl =
      "curl -sk --max-time 20 --http2 -o /dev/null -w '%{http_version} %{http_code} %{size_download}' ";
  EXPECT_EQ(run(curl + url + "/long"), "2 200 1000000");
  EXPECT_EQ(run(curl + "-I " + url + "/long"), "2 200 0");
  EXPECT_EQ(run(curl + "-X DELETE " + url + "/s"), "2 201 2");
  EXPECT_EQ(
      run(curl + "-H 'If-Match: \"1\"' -H 'Authorization: Bearer a.b' -H 'Content-Type: application/sdp' -d v=0 " +
          url + "/whep/room-a?language=fr"),
      "2 201 2");
  const HttpRequest post = received();
  EXPECT_EQ(post.method, "POST");
  EXPECT_EQ(post.body, "v=0");
  EXPECT_EQ(post.query.at("language"), "fr");
  EXPECT_EQ(post.bearer(), "a.b");
  EXPECT_EQ(post.header("if-match"), "\"1\"");
  EXPECT_EQ(post.header("content-type"), "application/sdp");
  EXPECT_EQ(post.header("host"), "localhost:" + std::to_string(server.port()));
  // The refusal comes while curl still sends, and it does not always read it then.
  EXPECT_THAT(run("head -c 100000 /dev/zero | " + curl + "--data-binary @- " + url + "/whep/room-a"),
              AnyOf(HasSubstr("2 413 "), HasSubstr("0 000 ")));
  EXPECT_EQ(received().body, "v=0") << "too much reaches no handler";
}

}  // namespace
}  // namespace plenary::server::https_test
