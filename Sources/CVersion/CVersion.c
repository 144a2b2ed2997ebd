#include "CVersion.h"

#define TEXT(tokens) #tokens
#define EXPANDED_TEXT(tokens) TEXT(tokens)

const char *nodepilot_commit(void) {
#ifdef NODEPILOT_COMMIT
    return EXPANDED_TEXT(NODEPILOT_COMMIT);
#else
    return "";
#endif
}
