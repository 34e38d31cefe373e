#include "connectors/stripe/webhook.h"

#include <algorithm>
#include <array>

#include "connectors/lex/json.h"
#include "connectors/stripe/api.h"
#include "connectors/stripe/mapper.h"
#include "connectors/webhook/reading.h"
#include "engine/base/hash.h"

namespace tieout::connectors {
namespace {

using stripe::Entry;
using webhook::Reading;

enum class About : uint8_t { kUnknown, kPayout, kCharge, kRefund, kDispute, kKept, kNoMoney };

// The first that a type begins with.
struct Type {
  std::string_view word;
  About about;
};
constexpr Type kTypes[] = {
    {"payout.", About::kPayout},
    {"charge.succeeded", About::kCharge},
    {"charge.captured", About::kCharge},
    {"charge.updated", About::kCharge},
    {"charge.dispute.", About::kDispute},
    {"charge.refund.", About::kRefund},
    {"refund.", About::kRefund},
    {"charge.refunded", About::kKept},  // the charge; its refund's own event tells the refund
    {"transfer.", About::kKept},
    {"topup.", About::kKept},
    {"application_fee.", About::kKept},
    {"charge.", About::kNoMoney},
    {"payment_intent.", About::kNoMoney},
    {"balance.", About::kNoMoney},
};

// Stripe's events have a second of their own at best, and several changes of a payout fall into
// one: within it they follow each other as its life does, else by their ids, so that no two are
// one change with two values.
int64_t WithinSecond(std::string_view type, std::string_view id) {
  int64_t rank = 0;
  if (type.ends_with(".updated")) rank = 1;
  if (type.ends_with(".paid") || type.ends_with(".failed") || type.ends_with(".canceled")) rank = 2;
  constexpr int64_t kRankUs = 300'000;
  return rank * kRankUs + static_cast<int64_t>(base::HashBytes64(id) % kRankUs);
}

About AboutOf(std::string_view type) {
  for (const Type& known : kTypes) {
    if (type.starts_with(known.word)) return known.about;
  }
  return About::kUnknown;
}

class StripeReading {
 public:
  StripeReading(const Context& context, Sink& sink)
      : context_(context), sink_(sink), emitter_("stripe", context, sink_), mapper_(emitter_) {}

  absl::StatusOr<Webhooks::Told> Read(About about, std::string_view object);

 private:
  absl::Status ReadObject(std::string_view object) {
    return stripe::ReadObject({.line = 1, .json = object}, &emitter_, &mapper_);
  }
  absl::Status ReadDispute(std::string_view object);
  absl::Status ReadGross(About about, const JsonFields& object, Webhooks::Told* told);

  const Context& context_;
  Reading sink_;
  Emitter emitter_;
  stripe::Mapper mapper_;
};

absl::Status StripeReading::ReadDispute(std::string_view object) {
  MemoryInput in(object);
  JsonEntries entries(in, context_.file_name, {"balance_transactions"});
  JsonEntries::Entry entry;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
    if (!more) return absl::OkStatus();
    if (!entry.list.empty()) TIEOUT_RETURN_IF_ERROR(ReadObject(entry.json));
  }
}

// What a charge or refund tells of its balance transaction, where it tells enough.
absl::Status StripeReading::ReadGross(About about, const JsonFields& object, Webhooks::Told* told) {
  const bool is_refund = about == About::kRefund;
  emitter_.BeginRow(1, "");
  Entry entry;
  RowError error;
  entry.id = object.Text("balance_transaction");
  const std::string_view status = object.Text("status");
  if (entry.id.empty()) {
    told->why = "it names no balance transaction yet";
    return absl::OkStatus();
  }
  if (!is_refund && object.Token("amount_captured") != object.Token("amount")) {
    told->why = "captured in part: its balance transaction says what moved";
    return absl::OkStatus();
  }
  if (is_refund && status != "succeeded" && status != "pending") {
    told->why = "it isn't done, or failed: its balance transactions say what moved";
    return absl::OkStatus();
  }
  if (!ReadCurrency("currency", object.Text("currency"), &entry.currency, &error)) {
    return emitter_.Quarantine(error);
  }
  if (entry.currency != context_.currency) {
    told->why = "what it settles in isn't told: its balance transaction says";
    return absl::OkStatus();
  }
  if (!stripe::ToIsoMinor("amount", object.Token("amount"), entry.currency, &entry.gross, &error)) {
    return emitter_.Quarantine(error);
  }
  if (is_refund) entry.gross = -entry.gross;
  entry.net = entry.gross;
  entry.category = entry.raw_type = is_refund ? "refund" : "charge";
  entry.source_id = object.Text("id");
  entry.charge_id = is_refund ? object.Text("charge") : object.Text("id");
  entry.customer_amount = entry.gross;
  entry.customer_currency = entry.currency;
  entry.order_id = object.Text("metadata.order_id");
  if (!stripe::ReadInstant("created", object.Token("created"), &entry.created_us, &error)) {
    return emitter_.Quarantine(error);
  }
  if (entry.source_id.empty()) return emitter_.Quarantine({"id", "", "is missing"});
  return mapper_.Map(1, entry);
}

absl::StatusOr<Webhooks::Told> StripeReading::Read(About about, std::string_view object) {
  Webhooks::Told told;
  absl::Status status;
  if (about == About::kPayout) status = ReadObject(object);
  if (about == About::kDispute) status = ReadDispute(object);
  if (about == About::kCharge || about == About::kRefund) {
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::Parse(object));
    status = ReadGross(about, fields, &told);
  }
  TIEOUT_RETURN_IF_ERROR(status);
  const bool has_no_money = about == About::kDispute;  // an inquiry moves none
  sink_.Conclude(has_no_money ? Webhooks::Became::kNoMoney : Webhooks::Became::kKept, &told);
  return told;
}

class StripeHooks : public Webhooks {
 public:
  std::string_view provider() const override { return stripe::kProvider; }
  absl::Status CheckKeys(const Keys& keys) const override { return webhook::NeedsSecrets(keys); }
  absl::Status Check(const webhook::Request& request, const Keys& keys,
                     int64_t now_us) const override {
    return webhook::CheckStripe(request, keys.secrets, now_us);
  }

  absl::StatusOr<Told> Read(const webhook::Request& request, const Context& given,
                            Sink& sink) const override {
    Told told;
    const auto event = JsonFields::Parse(request.body);
    if (!event.ok() || event->Text("type").empty() || event->Text("id").empty()) {
      told.became = Became::kUnreadable;
      told.why = event.ok() ? "no event: it has no id and type" : base::Message(event.status());
      return told;
    }
    told.id = event->Text("id");
    told.type = event->Text("type");
    const About about = AboutOf(told.type);
    if (about == About::kUnknown || about == About::kNoMoney || about == About::kKept) {
      told.became = about == About::kUnknown   ? Became::kUnknown
                    : about == About::kNoMoney ? Became::kNoMoney
                                               : Became::kKept;
      if (about == About::kKept) told.why = "its balance transaction says what moved";
      return told;
    }
    Context context = given;
    context.file_name = webhook::SourceName(given, told.id);
    if (const std::string_view account = event->Text("account");
        !account.empty() && account != given.merchant_account) {
      context.merchant_account = account;
      context.currency.clear();  // of the account configured
    }
    RowError error;
    if (!stripe::ReadInstant("created", event->Token("created"), &context.as_of_us, &error)) {
      told.became = Became::kUnreadable;
      told.why = "created: " + error.reason;
      return told;
    }
    context.as_of_us += WithinSecond(told.type, told.id);
    const auto object = JsonPart(request.body, {"data", "object"});
    if (!object.ok()) {
      told.became = Became::kUnreadable;
      told.why = base::Message(object.status());
      return told;
    }
    TIEOUT_ASSIGN_OR_RETURN(Told read, StripeReading(context, sink).Read(about, *object));
    read.id = told.id;
    read.type = told.type;
    return read;
  }
};

}  // namespace

const Webhooks& StripeWebhooks() {
  static const StripeHooks webhooks;
  return webhooks;
}

}  // namespace tieout::connectors
