// Bytes of a file in its own encoding -> UTF-8.
#pragma once

#include <iconv.h>

#include <string>
#include <string_view>

#include "connectors/input.h"

namespace tieout::connectors {

// What a byte order mark says comes first in all of them.
enum class Encoding : uint8_t {
  kUtf8,         // a row that isn't UTF-8 is a problem
  kUtf8OrLatin,  // a row that isn't UTF-8 is read as Windows-1252
  kWindows1252,
  kUtf16Le,
  kUtf16Be,
};

// "utf-8", "auto", "windows-1252" (also "latin-1", "iso-8859-1"), "utf-16", "utf-16le", "utf-16be".
absl::StatusOr<Encoding> ParseEncoding(std::string_view name);

// `character` is below 0x10000.
void AppendUtf8(uint32_t character, std::string* out);
// The character a byte of Windows-1252 means; 0: none.
uint32_t Windows1252Character(unsigned char byte);
// One text, for rows. Bytes Windows-1252 doesn't define become U+FFFD.
std::string Windows1252ToUtf8(std::string_view bytes);

// A stream without its byte order mark, as UTF-8 (kUtf8 and kUtf8OrLatin pass unchanged: their rows
// are judged one by one). Errors: kInvalidArgument for bytes the encoding doesn't know.
class DecodedInput : public InputStream {
 public:
  DecodedInput(InputStream& in, Encoding encoding);
  ~DecodedInput() override;
  DecodedInput(const DecodedInput&) = delete;
  DecodedInput& operator=(const DecodedInput&) = delete;

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override;

 private:
  absl::Status Begin();
  absl::StatusOr<size_t> ReadConverted(char* buffer, size_t size);

  PeekInput in_;
  Encoding encoding_;
  bool begun_ = false;
  iconv_t converter_;
  std::string pending_;  // bytes not yet converted
  bool source_ended_ = false;
};

// The beginning of a file as UTF-8, for Detect: without BOM, UTF-16 converted.
std::string DecodeHead(std::string_view head);

}  // namespace tieout::connectors
