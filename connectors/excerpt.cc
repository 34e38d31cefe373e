#include "connectors/excerpt.h"

#include <fmt/format.h>

#include <algorithm>

#include "connectors/lex/encoding.h"
#include "connectors/lex/json.h"
#include "connectors/lex/lines.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr size_t kMostLines = 40;
constexpr size_t kMostBytes = 8 << 10;
constexpr size_t kLongestLine = 64 << 20;
constexpr std::string_view kBlank = " \t\r\n";

// One row as it stands in the file, its lines' common indentation taken off.
Excerpt Bounded(std::string_view text) {
  Excerpt excerpt;
  excerpt.cut = text.size() > kMostBytes;
  std::string kept = base::ToUtf8(text.substr(0, kMostBytes));
  std::erase(kept, '\r');
  std::string_view rest = base::Trim(kept, kBlank);
  while (!rest.empty() && excerpt.lines.size() < kMostLines) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    excerpt.lines.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  excerpt.cut |= !rest.empty();
  size_t indent = std::string::npos;
  for (size_t i = 1; i < excerpt.lines.size(); ++i) {
    indent = std::min(indent, excerpt.lines[i].find_first_not_of(" \t"));
  }
  if (indent == std::string::npos) return excerpt;
  for (size_t i = 1; i < excerpt.lines.size(); ++i) excerpt.lines[i].erase(0, indent);
  return excerpt;
}

Excerpt Missing(std::string why) {
  Excerpt excerpt;
  excerpt.missing = std::move(why);
  return excerpt;
}

bool Names(std::string_view row, std::string_view id) {
  return !id.empty() && row.find(id) != row.npos;
}

// Of the rows that begin on one line: the only one, the only one that names the first of the ids
// that tells them apart, or none.
Excerpt Choose(const std::vector<std::string>& rows, uint64_t line,
               std::span<const std::string> ids) {
  if (rows.size() == 1) return Bounded(rows.front());
  for (const std::string& id : ids) {
    const auto names = [&](const std::string& row) { return Names(row, id); };
    const auto found = std::find_if(rows.begin(), rows.end(), names);
    if (found == rows.end() || std::find_if(found + 1, rows.end(), names) != rows.end()) continue;
    return Bounded(*found);
  }
  return Missing(fmt::format("{} entries begin on line {}, and no id of this one tells them apart",
                             rows.size(), line));
}

// Lines from a given one on, gathered as they are asked for.
class Gathered {
 public:
  explicit Gathered(InputStream& in) : lines_(in) {}

  // false: the source ends before it.
  absl::StatusOr<bool> Begin(uint64_t line) {
    do {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, Advance());
      if (!more) return false;
    } while (next_.number < line);
    return AddLine();
  }
  // The whole line after those gathered; nothing at the end.
  absl::StatusOr<bool> AddLine() {
    if (at_end_) return false;
    const uint64_t number = next_.number;
    if (!text_.empty()) text_ += '\n';
    while (!at_end_ && next_.number == number && text_.size() < kLongestLine) {
      text_ += next_.text;
      TIEOUT_RETURN_IF_ERROR(Advance().status());
    }
    return true;
  }
  const std::string& text() const { return text_; }
  // What would be added next; empty at the end.
  std::string_view next() const { return at_end_ ? std::string_view() : next_.text; }
  bool at_end() const { return at_end_; }
  bool enough() const { return text_.size() > kMostBytes; }

 private:
  absl::StatusOr<bool> Advance() {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, lines_.Next(&next_));
    at_end_ = !more;
    return more;
  }

  TextLines lines_;
  TextLine next_;
  bool at_end_ = false;
  std::string text_;
};

// Where start tags stand in [0, end) of the text, each with its local name.
struct Tag {
  size_t offset;
  std::string name;
};
std::vector<Tag> StartTags(std::string_view text, size_t end) {
  std::vector<Tag> tags;
  for (size_t at = text.find('<'); at < end; at = text.find('<', at + 1)) {
    const size_t stop = std::min(text.find_first_of(" \t\r\n/>", at + 1), text.size());
    std::string_view name = text.substr(at + 1, stop - at - 1);
    name.remove_prefix(name.rfind(':') + 1);  // npos + 1 is 0
    if (name.empty() || name.front() == '?' || name.front() == '!') continue;
    tags.push_back({at, std::string(name)});
  }
  return tags;
}

// Behind the element's end tag; npos: it isn't in the text.
size_t EndOf(std::string_view text, const Tag& tag) {
  for (size_t at = text.find("</", tag.offset); at != text.npos; at = text.find("</", at + 1)) {
    const size_t stop = text.find('>', at);
    if (stop == text.npos) return stop;
    std::string_view name = base::Trim(text.substr(at + 2, stop - at - 2), kBlank);
    name.remove_prefix(name.rfind(':') + 1);
    if (name == tag.name) return stop + 1;
  }
  return text.npos;
}

// What camt and OFX call an entry; else the first element that begins on the line.
absl::StatusOr<Excerpt> ElementAt(Gathered* gathered, uint64_t line,
                                  std::span<const std::string> ids) {
  std::vector<Tag> tags = StartTags(gathered->text(), gathered->text().size());
  if (tags.empty()) return Bounded(gathered->text());
  const Tag first = tags.front();
  std::erase_if(tags, [](const Tag& tag) { return tag.name != "Ntry" && tag.name != "STMTTRN"; });
  if (tags.empty()) tags.push_back(first);
  std::vector<std::string> rows;
  for (const Tag& tag : tags) {
    size_t end = EndOf(gathered->text(), tag);
    while (end == std::string::npos && gathered->text().size() - tag.offset <= kMostBytes) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, gathered->AddLine());
      if (!more) break;
      end = EndOf(gathered->text(), tag);
    }
    rows.push_back(gathered->text().substr(tag.offset, end - tag.offset));
  }
  return Choose(rows, line, ids);
}

absl::StatusOr<Excerpt> ObjectAt(InputStream& in, uint64_t line, std::span<const std::string> ids) {
  JsonEntries entries(
      in, "the source",
      {"data", "transactions", "payouts", "payout_entries", "transaction_details", "results"});
  std::vector<std::string> rows;
  JsonEntries::Entry entry;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
    if (!more || entry.line > line) break;
    if (entry.line == line) rows.emplace_back(entry.json);
  }
  if (rows.empty()) return Missing(fmt::format("no entry begins on line {}", line));
  return Choose(rows, line, ids);
}

// SWIFT's blocks begin with a brace too: {1:F01….
bool IsJson(std::string_view head) {
  if (head.starts_with('[')) return true;
  if (!head.starts_with('{')) return false;
  const size_t next = head.find_first_not_of(kBlank, 1);
  return next == head.npos || head[next] == '"' || head[next] == '}';
}

// Is a quoted field open at the end of the text? A quote opens one only where a field begins.
bool IsQuoteOpen(std::string_view text) {
  bool open = false;
  bool may_open = true;  // also right behind a closing one: "" within a field
  for (const char c : text) {
    if (c == '"' && (open || may_open)) {
      open = !open;
      may_open = true;
    } else {
      may_open = std::string_view(",;\t|\n").find(c) != std::string_view::npos;
    }
  }
  return open;
}

// Does the next line belong to the entry that the text is?
bool GoesOn(std::string_view text, std::string_view next, bool is_qif) {
  if (is_qif) return !text.ends_with("\n^");
  if (text.starts_with(":61:")) {
    return next.starts_with(":86:") ||
           !(next.starts_with(':') || next == "-" || next.starts_with("-}"));
  }
  if (text.starts_with("16,")) return next.starts_with("88,");
  return IsQuoteOpen(text);
}

absl::StatusOr<Excerpt> LinesAt(Gathered* gathered, bool is_qif) {
  while (!gathered->at_end() && !gathered->enough() &&
         GoesOn(gathered->text(), gathered->next(), is_qif)) {
    TIEOUT_RETURN_IF_ERROR(gathered->AddLine().status());
  }
  return Bounded(gathered->text());
}

}  // namespace

absl::StatusOr<Excerpt> ReadExcerpt(InputStream& in, uint64_t line,
                                    std::span<const std::string> ids) {
  PeekInput peek(in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view bytes, peek.Peek(4096));
  const std::string decoded = DecodeHead(bytes);
  const std::string_view head = base::Trim(decoded, kBlank);
  if (IsJson(head)) return ObjectAt(peek, line, ids);
  Gathered gathered(peek);
  TIEOUT_ASSIGN_OR_RETURN(const bool found, gathered.Begin(line));
  if (!found) return Missing(fmt::format("it has no line {}", line));
  if (head.starts_with('<') || head.starts_with("OFXHEADER")) {
    return ElementAt(&gathered, line, ids);
  }
  return LinesAt(&gathered, head.starts_with('!'));
}

}  // namespace tieout::connectors
