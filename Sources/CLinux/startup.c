#include "startup.h"

#include <malloc.h>
#include <nss.h>

// In glibc since 2.0, declared in <nss.h> only for its own tests.
extern int __nss_configure_lookup(const char *database, const char *sources);

int nodepilot_prepare_process(void) {
    mallopt(M_ARENA_MAX, 2);
    if (__nss_configure_lookup("hosts", "files dns") != 0) return -1;
    if (__nss_configure_lookup("passwd", "files") != 0) return -1;
    return __nss_configure_lookup("group", "files");
}
