#include "tests/properties/shrink.h"

#include <cstddef>
#include <utility>

namespace tieout::properties {

namespace {

Log Without(const Log& log, size_t from, size_t to) {
  Log rest;
  for (size_t i = 0; i < log.size(); ++i) {
    if (i < from || i >= to || log[i].must_stay) rest.push_back(log[i]);
  }
  return rest;
}

}  // namespace

Log Shrink(Log log, const Fails& fails) {
  for (size_t chunk = log.size() / 2; chunk > 0;) {
    bool smaller = false;
    for (size_t from = 0; from < log.size();) {
      Log shorter = Without(log, from, from + chunk);
      if (shorter.size() < log.size() && fails(shorter)) {
        log = std::move(shorter);
        smaller = true;
      } else {
        from += chunk;
      }
    }
    if (!smaller || chunk > 1) chunk /= 2;
  }
  return log;
}

}  // namespace tieout::properties
