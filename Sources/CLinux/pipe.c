#define _GNU_SOURCE
#include "pipe.h"

#include <fcntl.h>

ssize_t nodepilot_splice_to_file(int pipe, int file, int64_t offset, size_t length) {
    loff_t position = offset;
    return splice(pipe, 0, file, &position, length, SPLICE_F_NONBLOCK | SPLICE_F_MOVE);
}

ssize_t nodepilot_splice_away(int pipe, int null, size_t length) {
    return splice(pipe, 0, null, 0, length, SPLICE_F_NONBLOCK);
}

int nodepilot_set_pipe_size(int pipe, int bytes) { return fcntl(pipe, F_SETPIPE_SZ, bytes); }
