#pragma once

#include <stdint.h>
#include <sys/types.h>

/// splice(2) from a pipe to a file at `offset`, without blocking on the pipe: the bytes are always in one or the other.
/// Returns how many bytes were moved, or -1 with errno (EAGAIN: the pipe is empty).
ssize_t nodepilot_splice_to_file(int pipe, int file, int64_t offset, size_t length);

/// Takes bytes out of a pipe and drops them; `null` is /dev/null opened for writing.
ssize_t nodepilot_splice_away(int pipe, int null, size_t length);

/// F_SETPIPE_SZ. Returns the size it has now, or -1 with errno.
int nodepilot_set_pipe_size(int pipe, int bytes);
