#include "connectors/lex/xml.h"

#include <expat.h>
#include <fmt/format.h>

#include <memory>

#include "connectors/lex/encoding.h"
#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr size_t kDeepest = 64;
constexpr size_t kLargestElement = 64 << 20;
constexpr size_t kChunk = 256 * 1024;
constexpr std::string_view kBlank = " \t\r\n";

std::string_view LocalName(const XML_Char* name) {
  const std::string_view whole(name);
  const size_t colon = whole.rfind(':');
  return colon == std::string_view::npos ? whole : whole.substr(colon + 1);
}

void AppendEscaped(std::string_view text, std::string* out) {
  for (const char c : text) {
    switch (c) {
      case '&':
        *out += "&amp;";
        break;
      case '<':
        *out += "&lt;";
        break;
      case '>':
        *out += "&gt;";
        break;
      case '"':
        *out += "&quot;";
        break;
      default:
        out->push_back(c);
    }
  }
}

void AppendText(const XmlNode& node, std::string* out) {
  *out += '<';
  *out += node.name;
  for (const auto& [name, value] : node.attributes) {
    *out += fmt::format(" {}=\"", name);
    AppendEscaped(value, out);
    *out += '"';
  }
  *out += '>';
  AppendEscaped(node.text, out);
  for (const XmlNode& child : node.children) AppendText(child, out);
  *out += fmt::format("</{}>", node.name);
}

class Reader {
 public:
  Reader(std::string_view file_name, XmlHandler& handler)
      : file_name_(file_name), handler_(handler), parser_(XML_ParserCreate(nullptr)) {
    TIEOUT_CHECK(parser_ != nullptr);
    XML_SetUserData(parser_.get(), this);
    XML_SetElementHandler(parser_.get(), &OnStart, &OnEnd);
    XML_SetCharacterDataHandler(parser_.get(), &OnText);
    XML_SetStartDoctypeDeclHandler(parser_.get(), &OnDoctype);
    XML_SetUnknownEncodingHandler(parser_.get(), &OnUnknownEncoding, nullptr);
  }

  absl::Status Read(InputStream& in) {
    while (true) {
      void* buffer = XML_GetBuffer(parser_.get(), kChunk);
      TIEOUT_CHECK(buffer != nullptr);
      TIEOUT_ASSIGN_OR_RETURN(const size_t n, in.Read(static_cast<char*>(buffer), kChunk));
      const bool is_last = n == 0;
      if (XML_ParseBuffer(parser_.get(), static_cast<int>(n), is_last) != XML_STATUS_OK) {
        return status_.ok() ? Explain() : status_;
      }
      if (is_last) return absl::OkStatus();
    }
  }

 private:
  struct Free {
    void operator()(XML_Parser parser) const { XML_ParserFree(parser); }
  };

  uint64_t line() const { return XML_GetCurrentLineNumber(parser_.get()); }

  absl::Status Explain() const {
    const XML_Error error = XML_GetErrorCode(parser_.get());
    if (error == XML_ERROR_NO_ELEMENTS || error == XML_ERROR_UNCLOSED_TOKEN ||
        error == XML_ERROR_PARTIAL_CHAR || error == XML_ERROR_UNCLOSED_CDATA_SECTION) {
      return base::DataLoss(
          fmt::format("{}:{}: the XML ends in the middle: the file is cut off, fetch it again",
                      file_name_, line()));
    }
    return base::InvalidArgument(
        fmt::format("{}:{}: no proper XML: {}", file_name_, line(), XML_ErrorString(error)));
  }

  void Stop(absl::Status status) {
    if (status.ok() || !status_.ok()) return;
    status_ = std::move(status);
    XML_StopParser(parser_.get(), XML_FALSE);
  }

  void Start(const XML_Char* raw_name, const XML_Char** attributes) {
    if (!status_.ok()) return;
    const std::string_view name = LocalName(raw_name);
    if (path_.size() >= kDeepest) {
      return Stop(base::InvalidArgument(
          fmt::format("{}:{}: elements nest deeper than {}", file_name_, line(), kDeepest)));
    }
    const bool begins = open_.empty() && !path_.empty() && handler_.WantsChildrenOf(path_.back());
    if (open_.empty() && !begins) {
      path_.emplace_back(name);
      return Stop(handler_.OnOpen(name, line()));
    }
    path_.emplace_back(name);
    XmlNode* node = &root_;
    if (begins) {
      root_ = XmlNode();
      size_ = 0;
    } else {
      node = &open_.back()->children.emplace_back();
    }
    node->name = name;
    node->line = line();
    for (; *attributes != nullptr; attributes += 2) {
      node->attributes.emplace_back(LocalName(attributes[0]), attributes[1]);
      Grow(std::string_view(attributes[1]).size());
    }
    Grow(sizeof(XmlNode) + name.size());
    open_.push_back(node);
  }

  void End(const XML_Char* raw_name) {
    if (!status_.ok()) return;
    const std::string name = std::move(path_.back());
    path_.pop_back();
    if (open_.empty()) return Stop(handler_.OnClose(name, line()));
    open_.back()->text = base::Trim(open_.back()->text, kBlank);
    open_.pop_back();
    if (open_.empty()) Stop(handler_.OnElement(root_, path_.back()));
  }

  void Text(std::string_view text) {
    if (!status_.ok() || open_.empty()) return;
    open_.back()->text += text;
    Grow(text.size());
  }

  void Grow(size_t bytes) {
    size_ += bytes;
    if (size_ <= kLargestElement) return;
    Stop(base::InvalidArgument(fmt::format(
        "{}:{}: one element {} is larger than 64 MiB: ask the bank for entries without batched "
        "details, or in several statements",
        file_name_, root_.line, root_.name)));
  }

  static void OnStart(void* self, const XML_Char* name, const XML_Char** attributes) {
    static_cast<Reader*>(self)->Start(name, attributes);
  }
  static void OnEnd(void* self, const XML_Char* name) { static_cast<Reader*>(self)->End(name); }
  static void OnText(void* self, const XML_Char* text, int size) {
    static_cast<Reader*>(self)->Text({text, static_cast<size_t>(size)});
  }
  static void OnDoctype(void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
    auto* reader = static_cast<Reader*>(self);
    reader->Stop(base::InvalidArgument(
        fmt::format("{}:{}: a document type declaration (DOCTYPE) stands in the file: refused, no "
                    "statement needs one",
                    reader->file_name_, reader->line())));
  }
  static int OnUnknownEncoding(void*, const XML_Char* name, XML_Encoding* info) {
    const auto encoding = ParseEncoding(name);
    if (!encoding.ok() || *encoding != Encoding::kWindows1252) return XML_STATUS_ERROR;
    for (int byte = 0; byte < 256; ++byte) {
      const uint32_t c = Windows1252Character(static_cast<unsigned char>(byte));
      info->map[byte] = c == 0 && byte != 0 ? -1 : static_cast<int>(c);
    }
    info->convert = nullptr;
    info->release = nullptr;
    return XML_STATUS_OK;
  }

  const std::string file_name_;
  XmlHandler& handler_;
  std::unique_ptr<std::remove_pointer_t<XML_Parser>, Free> parser_;
  absl::Status status_;
  std::vector<std::string> path_;
  // The element being read whole, and the way down to where the parser is in it. A child's address
  // is stable while it is open: only its last open descendant's children grow.
  XmlNode root_;
  std::vector<XmlNode*> open_;
  size_t size_ = 0;
};

}  // namespace

const XmlNode* XmlNode::Child(std::string_view child) const {
  for (const XmlNode& node : children) {
    if (node.name == child) return &node;
  }
  return nullptr;
}

const XmlNode* XmlNode::At(std::initializer_list<std::string_view> path) const {
  const XmlNode* node = this;
  for (const std::string_view step : path) {
    node = node->Child(step);
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::string_view XmlNode::TextAt(std::initializer_list<std::string_view> path) const {
  const XmlNode* node = At(path);
  return node == nullptr ? std::string_view() : std::string_view(node->text);
}

std::string_view XmlNode::Attribute(std::string_view attribute) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute) return value;
  }
  return {};
}

std::string XmlNode::ToText() const {
  std::string written;
  AppendText(*this, &written);
  return written;
}

absl::Status ReadXml(InputStream& in, std::string_view file_name, XmlHandler& handler) {
  return Reader(file_name, handler).Read(in);
}

}  // namespace tieout::connectors
