// What it costs to receive datagrams that come in rows (a speaker's packets), as one message a row (UDP GRO) and one by
// one: receive [SECONDS]. Both take turns in one run, over loopback, with runs of 40 datagrams of 1,200 bytes.
#include <fmt/format.h>

#include <cstdlib>
#include <cstring>

#include "media/io/clock.h"
#include "media/io/udp_socket.h"
#include "tests/bench/thread_seconds.h"

namespace plenary::io {
namespace {

constexpr std::size_t kRow = 40;  // within the receive buffer of a system that allows no larger one
constexpr std::size_t kDatagram = 1'200;
constexpr int kRowsATurn = 500;

struct Side {
  std::unique_ptr<UdpSocket> socket;
  Counters counters;
  double receiving = 0;
  double both = 0;
  std::size_t datagrams = 0;
};

bool take_turn(UdpSocket& sender, Side& side) {
  const Address local = Address::v4(127, 0, 0, 1, sender.port());
  const ice::Tuple path{.local = local, .remote = Address::v4(127, 0, 0, 1, side.socket->port())};
  peer::SendBatch batch;
  for (std::size_t i = 0; i < kRow; ++i) {
    std::memset(batch.next(path), 1, kDatagram);
    batch.commit(kDatagram);
  }
  for (int row = 0; row < kRowsATurn; ++row) {
    const double start = thread_seconds();
    sender.send(batch, side.counters);
    const double sent = thread_seconds();
    std::size_t got = 0;
    for (int tries = 0; got < kRow && tries < 1'000; ++tries) {
      got += side.socket->receive(read_monotonic(), realtime_offset(), side.counters).size();
    }
    const double received = thread_seconds();
    if (got != kRow) return false;
    side.receiving += received - sent;
    side.both += received - start;
    side.datagrams += got;
  }
  return true;
}

int run(double seconds) {
  const Address any_port = Address::v4(127, 0, 0, 1, 0);
  auto sender = UdpSocket::open(any_port);
  auto rows = UdpSocket::open(any_port, UdpSocket::Receive::rows);
  auto singly = UdpSocket::open(any_port, UdpSocket::Receive::singly);
  if (!sender || !rows || !singly) return 1;
  if (!(*rows)->receives_rows()) {
    fmt::print("this kernel has no UDP GRO\n");
    return 0;
  }
  Side in_rows{.socket = std::move(*rows)};
  Side one_by_one{.socket = std::move(*singly)};
  const double end = thread_seconds() + seconds;
  while (thread_seconds() < end) {
    if (!take_turn(**sender, in_rows) || !take_turn(**sender, one_by_one)) return 1;
  }
  for (const auto& [name, side] : {std::pair("in rows", &in_rows), std::pair("one by one", &one_by_one)}) {
    const auto count = static_cast<double>(side->datagrams);
    fmt::print("{}: {:.0f} ns a datagram to receive, {:.0f} ns with its sending; {:.1f} datagrams a message\n", name,
               1e9 * side->receiving / count, 1e9 * side->both / count,
               count / static_cast<double>(side->counters.get(Count::receive_messages)));
  }
  const double ratio = static_cast<double>(one_by_one.datagrams) / static_cast<double>(in_rows.datagrams);
  fmt::print("ratio: {:.1f} to receive, {:.1f} with the sending\n", one_by_one.receiving / in_rows.receiving / ratio,
             one_by_one.both / in_rows.both / ratio);
  return 0;
}

}  // namespace
}  // namespace plenary::io

int main(int argc, char** argv) { return plenary::io::run(argc > 1 ? std::atof(argv[1]) : 4); }
