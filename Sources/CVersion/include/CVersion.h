#pragma once

/// The short hash of the commit that this binary was built from, or an empty string when the build was not told.
const char *nodepilot_commit(void);
