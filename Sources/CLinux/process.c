#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAXIMUM_INHERITED 8
#define P_PIDFD_TYPE 3

pid_t nodepilot_spawn(const char *path, char *const *arguments, char *const *environment, const int *inherited, int count) {
    int raised[MAXIMUM_INHERITED];
    int made = 0;
    int result = count > MAXIMUM_INHERITED ? EINVAL : 0;
    pid_t pid = -1;
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0) return -ENOMEM;
    // First out of the way of the targets: a source may have a target's number.
    for (; result == 0 && made < count; made++) {
        raised[made] = fcntl(inherited[made], F_DUPFD_CLOEXEC, MAXIMUM_INHERITED + 2);
        if (raised[made] < 0) {
            result = errno;
            break;
        }
    }
    for (int i = 0; result == 0 && i < count; i++) {
        result = posix_spawn_file_actions_adddup2(&actions, raised[i], i);
    }
    if (result == 0) result = posix_spawn(&pid, path, &actions, 0, arguments, environment);
    for (int i = 0; i < made; i++) close(raised[i]);
    posix_spawn_file_actions_destroy(&actions);
    return result == 0 ? pid : -result;
}

int nodepilot_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int nodepilot_pidfd_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0);
}

int nodepilot_pidfd_wait(int pidfd, int reap, int *ended) {
    siginfo_t info = {0};
    int options = WEXITED | WNOHANG | (reap ? 0 : WNOWAIT);
    int result;
    do {
        result = waitid((idtype_t)P_PIDFD_TYPE, (id_t)pidfd, &info, options);
    } while (result != 0 && errno == EINTR);
    if (result != 0) return -1;
    if (info.si_pid == 0) return 0;
    *ended = info.si_code == CLD_EXITED ? info.si_status : -info.si_status;
    return 1;
}

int nodepilot_channel(int ends[2], int seconds) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return -1;
    struct timeval limit = {.tv_sec = seconds};
    return setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

int nodepilot_output_pipe(int ends[2]) {
    if (pipe2(ends, O_CLOEXEC) != 0) return -1;
    return fcntl(ends[0], F_SETFL, O_NONBLOCK);
}

int nodepilot_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC); }
