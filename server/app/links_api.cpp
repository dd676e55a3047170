#include "server/app/links_api.h"

#include <nlohmann/json.hpp>

#include "server/config/load_config.h"
#include "signaling/protocol/session.h"
#include "signaling/protocol/text.h"

namespace plenary::server {
namespace {

using nlohmann::json;
using signaling::Role;

constexpr std::size_t kLinkIdLength = 22;  // 130 bits; it is the token's id

bool makes_links(Role role) { return role == Role::organiser || role == Role::admin; }

std::int64_t number(WallTime time) { return time.time_since_epoch().count(); }

// Where somebody of that role goes.
std::string page_of(const Claims& claims) {
  const std::string room = "/room/" + claims.room;
  if (claims.role == "organiser") return "/organiser";
  if (claims.role == "technician") return "/technician";
  if (claims.role == "moderator" || claims.role == "chair") return room + "/" + claims.role;
  return room;
}

// A member that is a text or absent.
bool read(const json& body, const char* member, std::string& into) {
  const auto found = body.find(member);
  if (found == body.end() || found->is_null()) return true;
  if (!found->is_string()) return false;
  into = found->get<std::string>();
  return true;
}

// A rank or absent; 0 is none, as in a token.
bool read_rank(const json& body, std::int64_t& into) {
  const json rank = body.value("rank", json());
  if (rank.is_null()) return true;
  if (!rank.is_number_unsigned() || rank.get<std::uint64_t>() > kMaxRank) return false;
  into = rank.get<std::int64_t>();
  return true;
}

bool is_everywhere(const Claims& claims) { return claims.room == "*" || claims.meeting == "*"; }

// Nobody sees or ends what is above them: an admin's links, and those for more rooms than their own.
bool is_in_reach(const Asker& by, const Claims& claims) {
  return (claims.role != "admin" || by.role == Role::admin) && (!is_everywhere(claims) || by.everywhere);
}

struct Wanted {
  Claims claims;  // without room, id and subject, which are not the body's business
  bool in_room = false;
};

Result<Wanted, HttpResponse> read_wanted(const std::string& text, Role by, WallTime now) {
  const json body = json::parse(text, nullptr, false);
  Claims claims;
  std::string expires;
  std::string where;
  const bool is_readable = body.is_object() && read(body, "role", claims.role) && read(body, "name", claims.name) &&
                           read(body, "title", claims.title) && read(body, "organisation", claims.organisation) &&
                           read(body, "category", claims.category) && read(body, "country", claims.country) &&
                           read(body, "expires", expires) && read(body, "where", where);
  if (!is_readable) {
    return HttpResponse::problem(400, "bad_json", "Send a JSON object whose members are texts, and rank a number.");
  }
  claims.name = signaling::cleaned(claims.name, signaling::kMaxName);
  claims.title = signaling::cleaned(claims.title, signaling::kMaxName);
  claims.organisation = signaling::cleaned(claims.organisation, signaling::kMaxOrganisation);
  claims.country = signaling::cleaned(claims.country, signaling::kMaxCountry);
  if (claims.name.empty()) return HttpResponse::problem(400, "bad_name", "Say whose link it is: give a name.");
  if (!is_role(claims.role)) return HttpResponse::problem(400, "bad_role", "role is one of " + role_names() + ".");
  if (claims.role == "admin" && by != Role::admin) {
    return HttpResponse::problem(403, "not_allowed", "Only an admin makes links for admins.");
  }
  if (!claims.category.empty() && !is_category(claims.category)) {
    return HttpResponse::problem(400, "bad_category", "category is one of " + category_names() + ", or empty.");
  }
  if (!read_rank(body, claims.rank)) {
    return HttpResponse::problem(
        400, "bad_rank",
        "rank is a whole number from 1, the highest, to " + std::to_string(kMaxRank) + "; or absent or 0 for none.");
  }
  if (!where.empty() && where != "room") {
    return HttpResponse::problem(400, "bad_where", "where is room, or absent for who is not there.");
  }
  const auto lasts = parse_duration(expires);
  if (!lasts || lasts->count() <= 0) {
    return HttpResponse::problem(400, "bad_expires", "expires is how long the link works, such as 8h or 30d.");
  }
  claims.expires = now + *lasts;
  return Wanted{std::move(claims), where == "room"};
}

}  // namespace

Result<std::unique_ptr<LinksApi>> LinksApi::open(Journal& journal, const TokenSigner& signer, RandomSource& random) {
  const auto events = journal.load(kLinksStream, 0);
  if (!events) return events.error();
  Result<Links> links = Links::open(*events);
  if (!links) return links.error();
  return std::unique_ptr<LinksApi>(new LinksApi(std::move(links).value(), journal, signer, random));
}

HttpResponse LinksApi::handle(const HttpRequest& request, const std::string& room, std::string_view rest,
                              const Asker& by, const RemovedTokens& removed, WallTime now) {
  if (!makes_links(by.role)) return HttpResponse::problem(403, "not_allowed", "Links are made by organisers.");
  if (rest.empty() && request.method == "GET") return list(room, by, removed);
  if (rest.empty() && request.method == "POST") return make(request, room, by, now);
  if (rest.empty()) return HttpResponse::problem(405, "method", "Links take GET and POST.");
  if (request.method != "DELETE") return HttpResponse::problem(405, "method", "A link takes DELETE.");
  return revoke(room, std::string(rest.substr(1)), by, now);
}

HttpResponse LinksApi::list(const std::string& room, const Asker& by, const RemovedTokens& removed) const {
  json rows = json::array();
  for (const Link* link : links_.of_room(room)) {
    const Claims& claims = link->claims;
    if (!is_in_reach(by, claims)) continue;
    const bool is_removed = removed.contains(claims.token_id);
    const bool works = link->made_at && !link->revoked && !is_removed;
    rows.push_back({{"id", claims.token_id},
                    {"role", claims.role},
                    {"name", claims.name},
                    {"title", claims.title},
                    {"organisation", claims.delegation.empty() ? claims.organisation : claims.delegation},
                    {"category", claims.category},
                    {"country", claims.country},
                    {"rank", claims.rank},
                    {"in_room", link->in_room},
                    {"everywhere", is_everywhere(claims)},
                    {"made_at", link->made_at ? json(number(*link->made_at)) : json()},
                    {"expires", claims.expires ? json(number(*claims.expires)) : json()},
                    {"revoked", link->revoked},
                    {"removed", is_removed},
                    {"own", claims.token_id == by.token_id},
                    {"url", works ? json(url_of(*link)) : json()}});
  }
  HttpResponse response = HttpResponse::json(200, rows.dump(-1, ' ', false, json::error_handler_t::replace));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

HttpResponse LinksApi::make(const HttpRequest& request, const std::string& room, const Asker& by, WallTime now) {
  Result<Wanted, HttpResponse> wanted = read_wanted(request.body, by.role, now);
  if (!wanted) return wanted.error();
  Claims claims = std::move(wanted->claims);
  claims.room = room;
  claims.token_id = random_.token(kLinkIdLength);
  // A link is a person, so that two of one name are not taken for one.
  claims.subject = "link/" + claims.token_id;
  const json answer = {{"id", claims.token_id}, {"url", url_of({claims, now, wanted->in_room, false})}};
  return answer_later(links_.make(claims, wanted->in_room, now), HttpResponse::json(201, answer.dump()));
}

HttpResponse LinksApi::revoke(const std::string& room, const std::string& id, const Asker& by, WallTime now) {
  const Link* link = links_.find(id);
  if (link != nullptr && !is_in_reach(by, link->claims)) link = nullptr;
  if (link != nullptr && id == by.token_id) {
    return HttpResponse::problem(409, "own_link",
                                 "This is the link that you are here with; revoke it with another one.");
  }
  return answer_later(links_.revoke(room, link == nullptr ? std::string() : id, now), {.status = 204});
}

HttpResponse LinksApi::answer_later(const Result<signaling::Ticket>& ticket, HttpResponse when_saved) {
  if (!ticket) {
    return HttpResponse::problem(ticket.error().code == "no_link" ? 404 : 503, ticket.error().code,
                                 ticket.error().message);
  }
  while (auto batch = links_.poll_append()) journal_.append(kLinksStream, std::move(*batch));
  waiting_.emplace(*ticket, std::move(when_saved));
  return HttpResponse::later(AnswerId{static_cast<std::uint64_t>(*ticket)});
}

std::optional<LinksApi::Settled> LinksApi::take(const Completion& completion) {
  auto waiting = waiting_.extract(completion.ticket);
  if (waiting.empty()) return std::nullopt;
  Settled settled{AnswerId{static_cast<std::uint64_t>(completion.ticket)}, std::move(waiting.mapped()), {}};
  if (completion.saved) {
    settled.revoked = links_.handle_saved(completion.ticket).value_or("");
  } else {
    links_.handle_not_saved(completion.ticket);
    const signaling::Refusal refusal = signaling::Meeting::not_saved_refusal();
    settled.response = HttpResponse::problem(503, refusal.word, refusal.sentence);
  }
  return settled;
}

// The token is not kept: from the same claims the same one is made.
std::string LinksApi::url_of(const Link& link) const {
  const std::string token = signer_.sign(link.claims, link.made_at.value_or(WallTime{}), random_);
  return page_of(link.claims) + "#token=" + token + (link.in_room ? "&where=room" : "");
}

}  // namespace plenary::server
