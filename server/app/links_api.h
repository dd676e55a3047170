// REST of an organiser's links, below /api/v1/rooms/ROOM/links. What it makes or revokes is answered when it is saved.
// Control thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "server/auth/token_signer.h"
#include "server/http/http_server.h"
#include "server/journal/journal.h"
#include "server/links/links.h"

namespace plenary::server {

// Who asks, as their token says.
struct Asker {
  signaling::Role role = signaling::Role::observer;
  std::string token_id;
  bool everywhere = false;  // the token is for all rooms
};
using RemovedTokens = std::map<std::string, signaling::Moment>;  // of signaling::State

class LinksApi {
 public:
  // Reads what the journal has; everything outlives this.
  static Result<std::unique_ptr<LinksApi>> open(Journal& journal, const TokenSigner& signer, RandomSource& random);

  [[nodiscard]] Links& links() { return links_; }

  // `rest` is what follows /links: "" or "/ID"; `removed` are the tokens that the room's moderators made void.
  HttpResponse handle(const HttpRequest& request, const std::string& room, std::string_view rest, const Asker& by,
                      const RemovedTokens& removed, WallTime now);

  struct Settled {
    AnswerId answer{};
    HttpResponse response;
    std::string revoked;  // id of a token that must not work from now on; empty: none
  };
  // Of a completion of kLinksStream.
  std::optional<Settled> take(const Completion& completion);

 private:
  LinksApi(Links links, Journal& journal, const TokenSigner& signer, RandomSource& random)
      : links_(std::move(links)), journal_(journal), signer_(signer), random_(random) {}
  [[nodiscard]] HttpResponse list(const std::string& room, const Asker& by, const RemovedTokens& removed) const;
  HttpResponse make(const HttpRequest& request, const std::string& room, const Asker& by, WallTime now);
  HttpResponse revoke(const std::string& room, const std::string& id, const Asker& by, WallTime now);
  HttpResponse answer_later(const Result<signaling::Ticket>& ticket, HttpResponse when_saved);
  [[nodiscard]] std::string url_of(const Link& link) const;

  Links links_;
  Journal& journal_;
  const TokenSigner& signer_;
  RandomSource& random_;
  std::map<signaling::Ticket, HttpResponse> waiting_;  // for the disk
};

}  // namespace plenary::server
