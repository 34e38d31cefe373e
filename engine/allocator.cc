// jemalloc's options, for every program that folds: huge pages. State is read at random, and much
// of such an access is the walk through page tables. MALLOC_CONF in the environment overrules.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "thp:always,metadata_thp:auto";
}
