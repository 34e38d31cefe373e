// A driver for the fuzz targets where there is no libFuzzer: takes seed files, and for some seconds
// feeds the target what small changes make of them. The same seed number gives the same inputs in
// the same order; what ends the process is left in a file, to be given to the target again.
//
//   fuzz_stripe SECONDS SEED FILE...      fuzz_stripe 0 0 FILE   (only the file as it is)
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

const char* const kWords[] = {"\"",
                              "\"\"",
                              ",",
                              ";",
                              "\n",
                              "\r\n",
                              "\r",
                              "\t",
                              "-",
                              "0",
                              "9",
                              ".",
                              "<",
                              ">",
                              "</",
                              "/>",
                              "{",
                              "}",
                              "[",
                              "]",
                              ":",
                              "null",
                              "EUR",
                              "JPY",
                              "XXX",
                              "\xEF\xBB\xBF",
                              "\xC3\xA9",
                              "\xFF",
                              "2026-03-05",
                              "24:00:00",
                              "9223372036854775807",
                              "-9223372036854775808",
                              "1e9",
                              "0.001"};

class Mutator {
 public:
  explicit Mutator(uint64_t seed) : random_(seed) {}

  std::string Change(std::string text, const std::string& other) {
    for (size_t n = 1 + Below(4); n > 0; --n) ChangeOnce(&text, other);
    return text;
  }
  size_t Below(size_t bound) { return static_cast<size_t>(random_() % bound); }

 private:
  void ChangeOnce(std::string* text, const std::string& other) {
    const size_t at = Below(text->size() + 1);
    const size_t some = Below(1 + std::min<size_t>(64, text->size() - at));
    switch (Below(7)) {
      case 0:
        text->resize(at);
        break;
      case 1:
        text->erase(at, some);
        break;
      case 2:
        text->insert(at, kWords[Below(std::size(kWords))]);
        break;
      case 3:
        text->replace(at, some, kWords[Below(std::size(kWords))]);
        break;
      case 4:
        if (at < text->size()) (*text)[at] = static_cast<char>(Below(256));
        break;
      case 5:
        text->insert(at, text->substr(Below(text->size() + 1), Below(200)));
        break;
      default:
        text->insert(at, other.substr(Below(other.size() + 1), Below(200)));
    }
  }

  std::mt19937_64 random_;
};

void Feed(const std::string& bytes) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s SECONDS SEED FILE...\n", argv[0]);
    return 2;
  }
  std::vector<std::string> seeds;
  for (int i = 3; i < argc; ++i) {
    std::ifstream in(argv[i], std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "%s: can't be read\n", argv[i]);
      return 2;
    }
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    Feed(seeds.back());
  }
  Mutator mutator(std::strtoull(argv[2], nullptr, 10));
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(std::atoi(argv[1]));
  const std::string last = std::string(argv[0]) + ".last_input";
  uint64_t inputs = 0;
  for (; std::chrono::steady_clock::now() < end; ++inputs) {
    const std::string bytes =
        mutator.Change(seeds[mutator.Below(seeds.size())], seeds[mutator.Below(seeds.size())]);
    std::ofstream(last, std::ios::binary) << bytes;
    Feed(bytes);
  }
  std::remove(last.c_str());
  std::printf("%llu inputs from %zu seeds\n", static_cast<unsigned long long>(inputs),
              seeds.size());
  return 0;
}
