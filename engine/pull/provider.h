// What is asked of a provider's API, as a table: which lists, how their pages follow each other,
// how far back they are read again. A provider is one small file that fills it in; pull.h does the
// rest.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/lex/json.h"
#include "engine/base/status.h"

namespace tieout::pull {

inline constexpr int64_t kDay = 86'400;  // seconds, as all of a stream's times

enum class Auth : uint8_t {
  kBearer,             // Authorization: Bearer SECRET
  kHeader,             // a header of the provider's own
  kClientCredentials,  // OAuth 2: client id and secret for an access token
  kRefreshToken,       // OAuth 2: refresh token for an access token
};

// What one list is asked for.
struct Ask {
  std::string_view account;
  std::string_view scope;  // of a list that is asked for each scope (a location); else empty
  int64_t from_us = 0, to_us = 0;  // half-open; whole seconds
  std::string_view entry;          // of an entry's own list: the entry's id
};

// A page as it came.
struct Page {
  std::string_view first;                // the path that the list began with
  std::string_view path;                 // the page's own
  std::string_view link;                 // of the header Link
  const connectors::JsonFields& fields;  // without its lists
  uint64_t rows = 0;
  const connectors::JsonFields* last = nullptr;  // row; null: none
};

struct Paging {
  std::string (*first)(const Ask&);                 // path and query
  std::optional<std::string> (*next)(const Page&);  // likewise; nullopt: that was the last
  std::string_view list;                            // the name a page holds its rows under
  bool may_lack_list = false;                       // a page without rows doesn't have it
};

// An entry's own list, such as a payout's items: asked for once, when it is final.
struct EntryList {
  std::string_view name;  // "payout"
  // The id of an entry whose list is final; empty: it has none, or not yet.
  std::string (*id)(const connectors::JsonFields& entry);
  Paging paging;
  // The entry itself stands before its list, for connectors that call a list complete by it.
  bool with_entry = false;
};

// What a list is asked for each of, such as a seller's locations: rows of one list that comes
// first.
struct Scopes {
  Paging paging;
  std::string_view id;  // of its row
};

struct Stream {
  std::string_view name;  // "balance_transactions"
  Paging paging;
  // Read again from so long before the cursor: what appears late or changes its state.
  int64_t overlap_s = 0;
  int64_t longest_s = 0;  // that may be asked for at once; 0: it takes no times, all is one window
  int64_t lag_s = 0;      // the provider's own: what is younger may still be missing
  // What a refusal says where a window holds too much: it is halved.
  std::string_view too_much;
  const EntryList* entry_list = nullptr;
  const Scopes* scopes = nullptr;
};

// Files with a number, each made once and without a gap.
struct Reports {
  std::string_view name;  // "settlement_batch"
  std::string (*path)(const Ask&, uint64_t number);
};

struct Provider {
  std::string_view name;  // its connector's too
  std::string (*base_url)(std::string_view account);
  Auth auth = Auth::kBearer;
  std::string_view auth_header;  // kHeader: its name
  std::string_view token_url;    // OAuth 2: whole, or a path of the base
  bool public_client = false;    // OAuth 2: an application without a secret
  std::string_view token_scope;
  std::string_view headers;  // further ones, a line each
  double per_second = 5;     // requests
  std::span<const Stream> streams;
  const Reports* reports = nullptr;
};

// nullptr: none of that name.
const Provider* FindProvider(std::string_view name);
std::span<const Provider* const> AllProviders();

// "/v1/x?limit=100" -> the same with "&key=value", the value percent-encoded.
std::string WithParameter(std::string_view path, std::string_view key, std::string_view value);
// Percent-encoded, for a query or a path's part.
std::string Encoded(std::string_view text);

}  // namespace tieout::pull
