#include "connectors/webhook/reading.h"

#include "fmt/format.h"

namespace tieout::connectors::webhook {

Webhooks::Became BecameOf(std::string_view type, std::span<const TypeWord> words) {
  for (const TypeWord& known : words) {
    if (type.starts_with(known.word)) return known.became;
  }
  return Webhooks::Became::kUnknown;
}

std::string SourceName(const Context& context, std::string_view id) {
  return id.empty() ? context.file_name : fmt::format("{} {}", context.file_name, id);
}

absl::Status NeedsSecrets(const Webhooks::Keys& keys) {
  if (!keys.secrets.empty()) return absl::OkStatus();
  return base::InvalidArgument(
      "no secret: name a file that holds it with secret_file, or an environment variable with "
      "secret_env; two lines in it are two secrets, both valid");
}

}  // namespace tieout::connectors::webhook
