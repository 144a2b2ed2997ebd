#pragma once

#include <stdint.h>
#include <sys/types.h>

/// What `nodepilot launch` does to itself before it becomes somebody else's program. All of them return 0, or -1 with
/// errno, unless they say otherwise.

/// No signal blocked, every disposition the default.
int nodepilot_reset_signals(void);

/// The limits that a plan can name.
enum nodepilot_limit {
    nodepilot_limit_open_files,
    nodepilot_limit_processes,
    nodepilot_limit_file_size,
    nodepilot_limit_address_space,
    nodepilot_limit_cpu_seconds,
    nodepilot_limit_core,
};

/// Sets the soft and the hard limit; where the hard limit may not be raised, as much as is allowed.
int nodepilot_set_limit(enum nodepilot_limit limit, uint64_t value);

/// Becomes the user for good, with its primary group alone, and checks that there is no way back.
int nodepilot_become(uid_t uid, gid_t gid);

/// PR_SET_NO_NEW_PRIVS: no set-uid program helps from here on.
int nodepilot_no_new_privileges(void);

/// Closes every descriptor from `first` up.
int nodepilot_close_from(unsigned int first);

/// Makes `from` the descriptor `to` with close-on-exec.
int nodepilot_move_descriptor(int from, int to);

/// The process's whole environment becomes `environment`.
int nodepilot_set_environment(char *const *environment);

/// execve(2). Returns only when it failed, with errno.
int nodepilot_execute(const char *path, char *const *arguments, char *const *environment);
