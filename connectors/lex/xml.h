// XML by expat, streaming: an element at a time, as a small tree, while the document flows by.
//
// A handler names the elements whose children it wants whole; everything else only opens and
// closes. So a statement of a million entries takes the memory of one entry.
//
// Names are local names: prefixes and namespaces are dropped, since banks agree on neither.
// Refused: a DTD (entities are how XML bombs are made), nesting deeper than 64, one element beyond
// 64 MiB. Encodings: UTF-8, UTF-16, ISO-8859-1 (expat) and Windows-1252 (here).
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/input.h"

namespace tieout::connectors {

struct XmlNode {
  std::string name;
  std::string text;  // of this element alone, trimmed
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<XmlNode> children;
  uint64_t line = 0;

  // The first child of that name; nullptr: none.
  const XmlNode* Child(std::string_view child) const;
  // Down a path of first children; nullptr where it ends early.
  const XmlNode* At(std::initializer_list<std::string_view> path) const;
  // Its text; empty where there is none.
  std::string_view TextAt(std::initializer_list<std::string_view> path) const;
  std::string_view Attribute(std::string_view attribute) const;
  // The element written out again, on one line.
  std::string ToText() const;
};

class XmlHandler {
 public:
  virtual ~XmlHandler() = default;
  // Are the children of this element wanted whole?
  virtual bool WantsChildrenOf(std::string_view name) const = 0;
  virtual absl::Status OnOpen(std::string_view name, uint64_t line) = 0;
  virtual absl::Status OnClose(std::string_view name, uint64_t line) = 0;
  virtual absl::Status OnElement(const XmlNode& element, std::string_view parent) = 0;
};

// Errors: kInvalidArgument: not well-formed or refused; kDataLoss: it ends in the middle. They name
// file and line. What the handler returns ends the reading.
absl::Status ReadXml(InputStream& in, std::string_view file_name, XmlHandler& handler);

}  // namespace tieout::connectors
