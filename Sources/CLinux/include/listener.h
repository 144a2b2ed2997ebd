#pragma once

#include <stdint.h>
#include <sys/types.h>

/// Whose socket would get a TCP connection to 127.0.0.1 at this port, as the kernel itself looks it up (sock_diag(7)).
/// Returns 1 and sets `uid`, 0 when nobody listens, -1 with errno when the kernel does not tell.
int nodepilot_listener_uid(uint16_t port, uid_t *uid);
