// For tests: calls that are taken and calls that are not, for the decoder and for the schema alike.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace plenary::signaling {

using SampleCall = std::pair<std::string, std::string>;  // method, parameters

inline std::string sample_call(const std::string& method, const std::string& params) {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}";
}

inline const std::vector<SampleCall> kGoodCalls = {
    {"meeting.join", R"({"token":"a.b.c","resume":"xyz"})"},
    {"meeting.join", R"({"token":null})"},
    {"meeting.join", R"({"token":"a.b.c","where":"room"})"},
    {"meeting.join", R"({"where":null})"},
    {"meeting.state", "{}"},
    {"meeting.open", "{}"},
    {"meeting.open", R"({"rehearsal":true})"},
    {"meeting.suspend", "{}"},
    {"meeting.resume", "{}"},
    {"meeting.close", "{}"},
    {"meeting.audience", R"({"audience":"public"})"},
    {"meeting.audience", R"({"audience":"closed"})"},
    {"meeting.take_over", "{}"},
    {"person.where", R"({"where":"remote"})"},
    {"channel.select", R"({"language":"floor"})"},
    {"return.sound", R"({"started":true})"},
    {"floor.request", R"({"key":"k","kind":"statement","topic":"","language":"en"})"},
    {"floor.withdraw", R"({"request":"r-12"})"},
    {"floor.ready", R"({"request":"r-12"})"},
    {"floor.release", "{}"},
    {"floor.release", R"({"request":"r-12"})"},
    {"floor.approve", R"({"request":"r-12"})"},
    {"floor.deny", R"({"request":"r-12","reason":"off topic"})"},
    {"floor.pass", R"({"request":"r-12"})"},
    {"floor.prepare", R"({"request":"r-12"})"},
    {"floor.grant", "{}"},
    {"floor.grant", R"({"request":"r-12","override":true})"},
    {"floor.move", R"({"request":"r-12","before":null})"},
    {"floor.move", R"({"request":"r-12","before":"r-3"})"},
    {"floor.pause", "{}"},
    {"floor.resume", "{}"},
    {"floor.mute", "{}"},
    {"floor.unmute", R"({"request":"r-12"})"},
    {"floor.extend", R"({"seconds":-30})"},
    {"floor.revoke", R"({"request":"r-12","reason":"time"})"},
    {"floor.add", R"({"name":"N","organisation":"O","category":"","where":"room","kind":"statement"})"},
    {"floor.undo", "{}"},
    {"list.open", "{}"},
    {"list.close", "{}"},
    {"list.order", R"({"order":"balance"})"},
    {"people.remove", R"({"participant":"p-7"})"},
    {"people.remove", R"({"participant":"p-7","reason":"shouted"})"},
    {"agenda.set", R"({"items":[]})"},
    {"agenda.set", R"({"items":[{"item":"4a","title":"Connectivity"}]})"},
    {"agenda.select", R"({"item":"4a"})"},
    {"agenda.select", R"({"item":null})"},
    {"help.ask", R"({"text":"No sound"})"},
    {"help.answer", R"({"help":"h-3","text":"Coming"})"},
    {"help.close", R"({"help":"h-3"})"}};

inline const std::vector<SampleCall> kBadCalls = {
    {"floor.request", "{}"},
    {"floor.request", R"({"key":"","kind":"statement","topic":"","language":"en"})"},
    {"floor.request", R"({"key":"k k","kind":"statement","topic":"","language":"en"})"},
    {"floor.request", R"({"key":1,"kind":"statement","topic":"","language":"en"})"},
    {"floor.request", R"({"key":"k","kind":"speech","topic":"","language":"en"})"},
    {"floor.request", R"({"key":"k","kind":"statement","topic":{},"language":"en"})"},
    {"floor.request", R"({"key":"k","kind":"statement","topic":"","language":"../en"})"},
    {"floor.request", R"({"key":"k","kind":"statement","topic":"","language":""})"},
    {"floor.withdraw", R"({"request":12})"},
    {"floor.withdraw", R"({"request":"12"})"},
    {"floor.withdraw", R"({"request":"r-0"})"},
    {"floor.withdraw", R"({"request":"r-99999999999999999999999"})"},
    {"floor.withdraw", R"({"request":"r-1 "})"},
    {"floor.move", R"({"request":"r-1"})"},
    {"floor.move", R"({"request":"r-1","before":7})"},
    {"floor.grant", R"({"override":"yes"})"},
    {"floor.extend", R"({"seconds":1.5})"},
    {"floor.extend", R"({"seconds":1e300})"},
    {"floor.extend", R"({"seconds":18446744073709551615})"},
    {"floor.extend", "{}"},
    {"floor.add", R"({"name":"\u200b","organisation":"","category":"","where":"room","kind":"statement"})"},
    {"list.order", R"({"order":"random"})"},
    {"people.remove", "{}"},
    {"people.remove", R"({"participant":"r-7"})"},
    {"people.remove", R"({"participant":"p-7","reason":1})"},
    {"agenda.set", "{}"},
    {"agenda.set", R"({"items":[{"item":"4 a","title":"Connectivity"}]})"},
    {"agenda.set", R"({"items":[{"item":"4"}]})"},
    {"agenda.set", R"({"items":["4"]})"},
    {"agenda.select", "{}"},
    {"agenda.select", R"({"item":4})"},
    {"agenda.select", R"({"item":""})"},
    {"help.ask", R"({"text":""})"},
    {"help.answer", R"({"help":"r-3","text":"Coming"})"},
    {"help.answer", R"({"help":"h-3"})"},
    {"help.close", "{}"},
    {"meeting.join", R"({"where":"moon"})"},
    {"person.where", "{}"},
    {"person.where", R"({"where":null})"},
    {"return.sound", "{}"},
    {"meeting.open", R"({"rehearsal":"yes"})"},
    {"meeting.audience", "{}"},
    {"meeting.audience", R"({"audience":"everyone"})"},
    {"list.open", "[]"},
    {"list.open", "null"}};

}  // namespace plenary::signaling
