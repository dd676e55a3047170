#include "signaling/protocol/claims.h"

#include "signaling/protocol/session.h"
#include "signaling/protocol/text.h"

namespace plenary::signaling {

Person person_from(const Claims& claims) {
  Person person;
  if (!claims.sub.empty()) {
    person.identity = "sub:" + claims.sub;
  } else if (!claims.token_id.empty()) {
    person.identity = "token:" + claims.token_id;
  }
  person.name = cleaned(claims.name, kMaxName);
  person.title = cleaned(claims.title, kMaxName);
  person.organisation = cleaned(claims.organisation, kMaxOrganisation);
  person.category = claims.category;
  person.country = cleaned(claims.country, kMaxCountry);
  person.rank = claims.rank;
  person.where = claims.where.value_or(Where::remote);
  if (claims.registered) person.token_id = claims.token_id;
  return person;
}

}  // namespace plenary::signaling
