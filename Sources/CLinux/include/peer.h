#pragma once

#include <sys/types.h>

/// The user who opened the other end of a connected Unix socket (SO_PEERCRED, unix(7)), as the kernel noted it when
/// they connected. Returns 0, or -1 with errno.
int nodepilot_peer_uid(int socket, uid_t *uid);
