#pragma once

#include <stdint.h>
#include <sys/types.h>

/// Spawns `path` with `inherited[0 … count-1]` as its descriptors 0, 1, 2, …; everything else that is close-on-exec is
/// closed. Returns the pid, or a negative errno.
pid_t nodepilot_spawn(const char *path, char *const *arguments, char *const *environment, const int *inherited, int count);

/// pidfd_open(2). Returns the descriptor (close-on-exec), or -1 with errno.
int nodepilot_pidfd_open(pid_t pid);

/// pidfd_send_signal(2): cannot hit a process that took over the number. Returns 0, or -1 with errno.
int nodepilot_pidfd_signal(int pidfd, int signal);

/// How the child behind `pidfd` ended: its exit code, or the negative number of the signal that ended it, in `*ended`.
/// With `reap` 0 it stays a zombie, so that its number is not given away. Does not block.
/// Returns 1 when it has ended, 0 when it runs, or -1 with errno (ECHILD: not our child).
int nodepilot_pidfd_wait(int pidfd, int reap, int *ended);

/// A stream socket pair with close-on-exec, whose first end gives up reading after `seconds`. Returns 0, or -1 with errno.
int nodepilot_channel(int ends[2], int seconds);

/// A pipe with close-on-exec whose read end does not block. Returns 0, or -1 with errno.
int nodepilot_output_pipe(int ends[2]);

/// An anonymous file in memory with close-on-exec. Returns the descriptor, or -1 with errno.
int nodepilot_memory_file(const char *name);
