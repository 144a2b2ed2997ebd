// The files themselves come from the plugin EmbedDashboard; a C target has to have a source of its own.
#include "CDashboard.h"
