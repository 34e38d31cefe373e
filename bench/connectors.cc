// A provider's file into events, beside the library alone that takes it apart.
#include <csv.h>
#include <expat.h>
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "bench/report.h"
#include "connectors/registry.h"
#include "engine/codec/codec.h"

namespace {

using tieout::bench::Must;
using tieout::bench::Report;
using tieout::bench::Stopwatch;
namespace connectors = tieout::connectors;

constexpr int kRows = 100'000;
constexpr size_t kChunk = 256 * 1024;

struct Counts {
  uint64_t fields = 0, bytes = 0;
};

// Drops the events, or their bytes once they are as in the log.
class DroppingSink : public connectors::Sink {
 public:
  explicit DroppingSink(bool encode) : encode_(encode) {}
  absl::Status OnEvent(const tieout::ledger::Event& event) override {
    if (encode_) bytes_ += tieout::codec::EncodeEvent(event).size();
    return ++events_, absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const connectors::Quarantined& row) override {
    return tieout::base::InvalidArgument(row.Message());  // the made files have none
  }
  uint64_t events() const { return events_; }

 private:
  const bool encode_;
  uint64_t events_ = 0, bytes_ = 0;
};

std::string StripeReport() {
  std::string file =
      "automatic_payout_id,automatic_payout_effective_at,balance_transaction_id,created_utc,"
      "created,available_on_utc,available_on,currency,gross,fee,net,reporting_category,source_id,"
      "description,customer_facing_amount,customer_facing_currency,"
      "automatic_payout_effective_at_utc,charge_id,payment_intent_id,payment_metadata[order_id]\n";
  for (int i = 0; i < kRows; ++i) {
    const int day = 1 + i / 5'000;
    file += fmt::format(
        "po_1Nq{0:018},2026-03-{2:02} 01:00:00,txn_3Nq{1:020},2026-03-{2:02} 09:00:{3:02},"
        "2026-03-{2:02} 10:00:{3:02},2026-03-{2:02} 00:00:00,2026-03-{2:02} 01:00:00,eur,120.00,"
        "3.80,116.20,charge,ch_3Nq{1:020},\"Order {1}, two mugs\",120.00,eur,"
        "2026-03-{2:02} 00:00:00,ch_3Nq{1:020},pi_3Nq{1:020},{1}\n",
        i / 5'000, i, day, i % 60);
  }
  return file;
}

std::string ShopifyTransactions() {
  std::string file =
      "Transaction Date,Type,Order,Card Brand,Card Source,Payout Status,Payout Date,Payout ID,"
      "Available On,Amount,Fee,Net,Checkout,Payment Method Name,Presentment Amount,"
      "Presentment Currency,Currency,VAT,Business Entity Name,Business Entity ID\n";
  for (int i = 0; i < kRows; ++i) {
    file += fmt::format(
        "2026-03-{0:02} 10:12:{1:02} +0100,charge,#{2},visa,online,paid,2026-03-{0:02},"
        "1500000000{0:02},2026-03-{0:02},37.90,1.10,36.80,#{2},card,37.90,EUR,EUR,0.00,Mugs Ltd,"
        "MTY5\n",
        1 + i / 5'000, i % 60, i);
  }
  return file;
}

std::string BankCsv() {
  std::string file = "Date,Amount,Currency,Counterparty,Description,Reference\n";
  for (int i = 0; i < kRows; ++i) {
    file += fmt::format("2026-03-{:02},{}.50,EUR,Stripe Technology Europe,STRIPE PAYOUT {},REF{}\n",
                        1 + i / 5'000, 100 + i % 900, i, i);
  }
  return file;
}

std::string Camt053() {
  std::string file =
      R"(<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M</MsgId><CreDtTm>2026-03-31T20:00:00+01:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb><CreDtTm>2026-03-31T20:00:00+01:00</CreDtTm>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
)";
  for (int i = 0; i < kRows; ++i) {
    file += fmt::format(
        R"(<Ntry><Amt Ccy="EUR">115.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>)"
        R"(<BookgDt><Dt>2026-03-{0:02}</Dt></BookgDt><ValDt><Dt>2026-03-{0:02}</Dt></ValDt>)"
        R"(<AcctSvcrRef>REF{1}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd>)"
        R"(<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>)"
        R"(<EndToEndId>po_{1}</EndToEndId></Refs><RltdPties><Dbtr><Nm>Stripe Technology Europe</Nm>)"
        R"(</Dbtr><DbtrAcct><Id><IBAN>IE29AIBK93115212345678</IBAN></Id></DbtrAcct></RltdPties>)"
        R"(<RmtInf><Ustrd>STRIPE Payout</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>)"
        "\n",
        1 + i / 5'000, i);
  }
  return file + "</Stmt></BkToCstmrStmt></Document>\n";
}

void LibcsvAlone(std::string_view file) {
  Counts counts;
  csv_parser parser;
  TIEOUT_CHECK(csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI) == 0);
  const auto on_field = [](void*, size_t size, void* to) {
    ++static_cast<Counts*>(to)->fields;
    static_cast<Counts*>(to)->bytes += size;
  };
  for (size_t at = 0; at < file.size(); at += kChunk) {
    const std::string_view chunk = file.substr(at, kChunk);
    TIEOUT_CHECK(csv_parse(
                     &parser, chunk.data(), chunk.size(), on_field, [](int, void*) {}, &counts) ==
                 chunk.size());
  }
  csv_free(&parser);
  TIEOUT_CHECK(counts.fields > kRows);
}

void ExpatAlone(std::string_view file) {
  Counts counts;
  XML_Parser parser = XML_ParserCreate(nullptr);
  TIEOUT_CHECK(parser != nullptr);
  XML_SetUserData(parser, &counts);
  XML_SetElementHandler(
      parser, [](void* to, const char*, const char**) { ++static_cast<Counts*>(to)->fields; },
      [](void*, const char*) {});
  XML_SetCharacterDataHandler(parser, [](void* to, const char*, int size) {
    static_cast<Counts*>(to)->bytes += static_cast<size_t>(size);
  });
  for (size_t at = 0; at < file.size(); at += kChunk) {
    const std::string_view chunk = file.substr(at, kChunk);
    TIEOUT_CHECK(XML_Parse(parser, chunk.data(), static_cast<int>(chunk.size()),
                           at + kChunk >= file.size()) == XML_STATUS_OK);
  }
  XML_ParserFree(parser);
  TIEOUT_CHECK(counts.fields > kRows);
}

void Convert(std::string_view file, const connectors::Context& context, bool encode) {
  const auto* connector =
      Must(connectors::Detect(context.file_name, file.substr(0, connectors::kDetectBytes)));
  connectors::MemoryInput in(file);
  DroppingSink sink(encode);
  Must(connector->Parse(in, context, sink));
  TIEOUT_CHECK(sink.events() >= kRows);
}

// CPU time of the fastest of five: what else the machine does only ever adds.
template <typename Run>
double Fastest(const Run& run) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const Stopwatch watch;
    run();
    best = std::min(best, watch.cpu_s());
  }
  return best;
}

void Measure(const std::string& name, const std::string& file, void (*alone)(std::string_view),
             const connectors::Context& context) {
  const double megabytes = static_cast<double>(file.size()) / 1e6;
  const double library = Fastest([&] { alone(file); });
  const double events = Fastest([&] { Convert(file, context, false); });
  const double encoded = Fastest([&] { Convert(file, context, true); });
  Report(name + "_library", megabytes / library, "MB/s");
  Report(name + "_events", megabytes / events, "MB/s");
  Report(name + "_events_of_library", 100 * library / events, "%");
  Report(name + "_encoded", megabytes / encoded, "MB/s");
}

}  // namespace

int main() {
  fmt::print(
      "# {} rows a file, from memory, in chunks of {} KiB; CPU time of the fastest of 5\n"
      "# library: libcsv or expat with callbacks that count fields and bytes\n"
      "# events: detect, lex, parse, map, make and validate events, drop them; encoded: their\n"
      "# bytes for the log as well\n",
      kRows, kChunk / 1024);
  connectors::Context context{.file_name = "made", .merchant_account = "acct_1", .currency = "EUR"};
  context.sha256.assign(32, 's');
  Measure("stripe", StripeReport(), &LibcsvAlone, context);
  Measure("shopify", ShopifyTransactions(), &LibcsvAlone, context);
  Measure("camt053", Camt053(), &ExpatAlone, context);
  context.profile = "generic";
  Measure("bank_csv", BankCsv(), &LibcsvAlone, context);
  return 0;
}
