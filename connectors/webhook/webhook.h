// A provider's webhooks: is one genuine, and what does it tell?
//
//   const Webhooks* stripe = FindWebhooks("stripe");
//   TIEOUT_RETURN_IF_ERROR(stripe->Check(request, keys, now_us));
//   TIEOUT_ASSIGN_OR_RETURN(Told told, stripe->Read(request, context, sink));
//
// A webhook that carries what a balance entry or payout is becomes the very events that file and
// API make of it (same ids, same content), so whichever comes first, there is one fact. One that
// tells of such an entry but lacks what makes it (its settlement amount, its id) is *kept*: its
// bytes are, and the next pull or report brings the entry. Nothing is guessed.
//
// Context: `merchant_account` whose webhooks these are; `currency` what that account settles in,
// where it is a single one; `file_name` goes into source.name with the webhook's id; `sha256` of
// the body. Events' line is 1: the source is the body.
// Thread safety: all; stateless.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"
#include "connectors/webhook/signature.h"

namespace tieout::connectors {

class Webhooks {
 public:
  // What the provider's side was set up with; a provider uses some of it.
  struct Keys {
    std::vector<std::string> secrets;
    std::string url;         // where it sends to, as registered there
    std::string webhook_id;  // PayPal's name of the subscription
    std::string folder;      // of public keys or certificates
  };

  virtual ~Webhooks() = default;
  virtual std::string_view provider() const = 0;
  // What is missing before anything can be checked (kInvalidArgument, names the setting).
  virtual absl::Status CheckKeys(const Keys& keys) const = 0;
  // Errors as in signature.h.
  virtual absl::Status Check(const webhook::Request& request, const Keys& keys,
                             int64_t now_us) const = 0;

  enum class Became : uint8_t {
    kEvents,
    kKept,       // about money, and the pull completes it
    kNoMoney,    // of a type that moves none
    kUnknown,    // of a type this version doesn't know
    kUnreadable  // of a known type, but not as it should be: `why`; the sink has the row, if any
  };
  struct Told {
    Became became = Became::kUnknown;
    std::string id;    // the provider's, the same when it is sent again; empty: it has none
    std::string type;  // the provider's word
    std::string why;   // kKept, kUnreadable
  };
  // A status other than OK comes from the sink.
  virtual absl::StatusOr<Told> Read(const webhook::Request& request, const Context& context,
                                    Sink& sink) const = 0;

  // What to answer besides 200.
  virtual std::string_view acknowledgement() const { return ""; }
};

std::span<const Webhooks* const> AllWebhooks();
// nullptr: none of that provider.
const Webhooks* FindWebhooks(std::string_view provider);

}  // namespace tieout::connectors
