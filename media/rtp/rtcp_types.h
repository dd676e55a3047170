// The numbers of RTCP on the wire, shared by reader and writer: IANA's packet types and feedback formats.
#pragma once

#include <cstddef>
#include <cstdint>

namespace plenary::rtp {

constexpr std::uint8_t kSenderReport = 200;
constexpr std::uint8_t kReceiverReport = 201;
constexpr std::uint8_t kSourceDescription = 202;
constexpr std::uint8_t kBye = 203;
constexpr std::uint8_t kTransportLayerFeedback = 205;  // RFC 4585 §6.2
constexpr std::uint8_t kPayloadFeedback = 206;         // RFC 4585 §6.3
constexpr std::uint8_t kExtendedReport = 207;          // RFC 3611 §2

constexpr std::uint8_t kNackFormat = 1;
constexpr std::uint8_t kTransportCcFormat = 15;
constexpr std::uint8_t kPliFormat = 1;
constexpr std::uint8_t kFirFormat = 4;           // RFC 5104 §4.3.1
constexpr std::uint8_t kApplicationFormat = 15;  // REMB

constexpr std::uint8_t kReferenceTimeBlock = 4;  // RFC 3611 §4.4
constexpr std::uint8_t kEchoBlock = 5;           // RFC 3611 §4.5: DLRR

constexpr std::uint8_t kSdesCname = 1;
constexpr std::uint32_t kRembName = 0x52454d42;  // "REMB"
constexpr std::size_t kReportBlockSize = 24;
constexpr std::size_t kFirEntrySize = 8;
constexpr std::size_t kReferenceTimeSize = 8;
constexpr std::size_t kEchoSize = 12;

}  // namespace plenary::rtp
