// The same facts as each version of the schema writes them: the events must be the same.
//
// An account of 1,000.00 EUR receives one entry of 245.00, a batch of two (200.00 + 47.00,
// less 2.00 in charges), and pays 20.00 back: 1,000.00 + 245.00 - 20.00 = 1,225.00.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/camt/camt.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// How version `v` says it, where versions differ; its header in connectors/camt/camt.h.
struct Version {
  int v;

  std::string Status() const { return v < 7 ? "BOOK" : "<Cd>BOOK</Cd>"; }
  std::string Party(std::string_view role, std::string_view name) const {
    const std::string inner = fmt::format("<Nm>{}</Nm>", name);
    return fmt::format("<{0}>{1}</{0}>", role, v < 8 ? inner : "<Pty>" + inner + "</Pty>");
  }
  std::string Agent(std::string_view bic) const {
    return fmt::format(
        "<RltdAgts><DbtrAgt><FinInstnId><{0}>{1}</{0}></FinInstnId></DbtrAgt>"
        "</RltdAgts>",
        v < 3 ? "BIC" : "BICFI", bic);
  }
  std::string Charges(std::string_view amount) const {
    const std::string record = fmt::format("<Amt Ccy=\"EUR\">{}</Amt>", amount);
    return v < 4 ? "<Chrgs>" + record + "</Chrgs>"
                 : "<Chrgs><TtlChrgsAndTaxAmt Ccy=\"EUR\">" + std::string(amount) +
                       "</TtlChrgsAndTaxAmt><Rcrd>" + record + "</Rcrd></Chrgs>";
  }
  std::string Amount(std::string_view amount) const {
    const std::string plain = fmt::format("<Amt Ccy=\"EUR\">{}</Amt>", amount);
    return v < 4 ? "<AmtDtls><TxAmt>" + plain + "</TxAmt></AmtDtls>"
                 : plain + "<CdtDbtInd>CRDT</CdtDbtInd>";
  }
  std::string Part(std::string_view id, std::string_view amount) const {
    return fmt::format(
        "<TxDtls><Refs><EndToEndId>{}</EndToEndId></Refs>{}<RltdPties>{}</RltdPties>"
        "{}</TxDtls>\n",
        id, Amount(amount), Party("Dbtr", "Stripe"), Agent("STRPIE2D"));
  }
  std::string Pages(std::string_view page) const {
    return fmt::format("<{0}><PgNb>{1}</PgNb><LastPgInd>true</LastPgInd></{0}>",
                       v < 3 ? "MsgPgntn" : "StmtPgntn", page);
  }
  std::string Balance(std::string_view code, std::string_view amount) const {
    return fmt::format(
        "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt>"
        "<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-06</Dt></Dt></Bal>\n",
        code, amount);
  }
  std::string Entries() const {
    return "<Ntry><Amt Ccy=\"EUR\">245.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>" + Status() +
           "</Sts><BookgDt><Dt>2026-03-06</Dt></BookgDt><ValDt><Dt>2026-03-07</Dt></ValDt>"
           "<AcctSvcrRef>REF-A</AcctSvcrRef>" +
           Charges("2.00") +
           "<NtryDtls><Btch><PmtInfId>BATCH-1</PmtInfId><NbOfTxs>2</NbOfTxs></Btch>\n" +
           Part("po_10000001", "200.00") + Part("po_10000002", "47.00") +
           "</NtryDtls></Ntry>\n"
           "<Ntry><Amt Ccy=\"EUR\">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>" +
           Status() + "</Sts><BookgDt><Dt>2026-03-06</Dt></BookgDt></Ntry>\n";
  }
  std::string File() const {
    return fmt::format(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.{:02}\"><BkToCstmrStmt>"
        "<GrpHdr><CreDtTm>2026-03-06T20:00:00Z</CreDtTm>{}</GrpHdr>\n<Stmt><Id>S</Id>{}"
        "<ElctrncSeqNb>7</ElctrncSeqNb>\n<Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>\n"
        "{}{}<TxsSummry><TtlNtries><NbOfNtries>2</NbOfNtries></TtlNtries><TtlCdtNtries>"
        "<NbOfNtries>1</NbOfNtries><Sum>245</Sum></TtlCdtNtries></TxsSummry>\n{}</Stmt>"
        "</BkToCstmrStmt></Document>",
        v, v < 3 ? Pages("2") : "", v < 3 ? "" : Pages("2"), Balance("OPBD", "1000.00"),
        Balance("CLBD", "1225.00"), Entries());
  }
};

testing::Result RunCamt(std::string_view bytes) {
  Context context;
  context.file_name = "bank.xml";
  return testing::Run(Camt(), bytes, context);
}

class CamtVersion : public ::testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(TwoToThirteen, CamtVersion, ::testing::Range(2, 14));

TEST_P(CamtVersion, SaysTheSameInItsOwnWords) {
  const Version version{GetParam()};
  const auto connector = Detect("x", version.File());
  ASSERT_TRUE(connector.ok()) << connector.status();
  EXPECT_EQ((*connector)->name(), "camt");
  const auto result = RunCamt(version.File());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  EXPECT_EQ(testing::Brief(result),
            "bank/DE1/REF-A/entry bank_deposit 245.00 EUR\n"
            "bank/DE1/EUR.2026.7.2.2/entry bank_deposit -20.00 EUR\n");
  EXPECT_EQ(result.summary.accounts.at(0).total, 22500);
  EXPECT_EQ(result.summary.accounts.at(0).stated_total, ledger::WideMinor{22500});
  const std::string batch = testing::Json(result.events.at(0));
  for (const std::string_view said :
       {R"("end_to_end_id":"po_10000001 po_10000002")", R"("counterparty":"Stripe")",
        R"("charges_minor":"200")", R"("booking_date":"2026-03-06")",
        R"("value_date":"2026-03-07")", "BATCH-1"}) {
    EXPECT_THAT(batch, HasSubstr(said));
  }
  EXPECT_THAT(batch, ::testing::Not(HasSubstr("provisional")));
}

TEST_P(CamtVersion, PartsThatDoNotSumAreNamed) {
  std::string file = Version{GetParam()}.File();
  file.replace(file.find("47.00"), 5, "47.01");
  const auto result = RunCamt(file);
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].code, "ENTRY_COMPOSITION");
  EXPECT_EQ(result.summary.notes[0].line, 7u);
  EXPECT_EQ(result.summary.notes[0].text,
            "account DE1: the entry over 245.00 EUR has 2 parts that sum to 247.01 EUR: the entry "
            "counts");
  EXPECT_EQ(result.summary.accounts.at(0).total, 22500);
}

TEST_P(CamtVersion, TheBanksOwnCountIsChecked) {
  const std::string file = Version{GetParam()}.File();
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = file;
    changed.replace(changed.find(from), from.size(), to);
    const auto result = RunCamt(changed);
    return result.summary.notes.empty() ? "" : result.summary.notes[0].text;
  };
  EXPECT_EQ(with("<NbOfNtries>2<", "<NbOfNtries>3<"),
            "account DE1: statement S states 3 entries, but holds 2");
  EXPECT_EQ(with("<Sum>245<", "<Sum>245.01<"),
            "account DE1: statement S states credits of 245.01 EUR, but they sum to 245.00 EUR");
  EXPECT_EQ(with("<Sum>245<", "<Sum>245,0<"),
            "account DE1: statement S states credits of 245,0, which is no amount");
}

}  // namespace
}  // namespace tieout::connectors
