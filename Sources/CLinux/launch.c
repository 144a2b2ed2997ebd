#define _GNU_SOURCE
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int nodepilot_reset_signals(void) {
    // By the system call: glibc keeps two real-time signals for itself and would leave them as they were inherited.
    // The kernel's struct begins with the handler and is no longer than this; all zero is SIG_DFL without flags.
    unsigned long standard[8] = {0};
    for (int number = 1; number < NSIG; number++) {
        // KILL and STOP refuse; they are at their default anyway.
        (void)syscall(SYS_rt_sigaction, number, standard, 0, 8);
    }
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, 0);
}

static const int resources[] = {
    [nodepilot_limit_open_files] = RLIMIT_NOFILE, [nodepilot_limit_processes] = RLIMIT_NPROC,
    [nodepilot_limit_file_size] = RLIMIT_FSIZE,   [nodepilot_limit_address_space] = RLIMIT_AS,
    [nodepilot_limit_cpu_seconds] = RLIMIT_CPU,   [nodepilot_limit_core] = RLIMIT_CORE,
};

int nodepilot_set_limit(enum nodepilot_limit limit, uint64_t value) {
    int resource = resources[limit];
    struct rlimit wanted = {.rlim_cur = value, .rlim_max = value};
    if (setrlimit(resource, &wanted) == 0) return 0;
    if (errno != EPERM) return -1;
    struct rlimit current;
    if (getrlimit(resource, &current) != 0) return -1;
    wanted.rlim_max = current.rlim_max;
    wanted.rlim_cur = value < current.rlim_max ? value : current.rlim_max;
    return setrlimit(resource, &wanted);
}

int nodepilot_become(uid_t uid, gid_t gid) {
    uid_t uids[3];
    gid_t gids[3];
    if (setgroups(0, 0) != 0) return -1;
    if (setresgid(gid, gid, gid) != 0) return -1;
    if (setresuid(uid, uid, uid) != 0) return -1;
    if (getresuid(&uids[0], &uids[1], &uids[2]) != 0 || getresgid(&gids[0], &gids[1], &gids[2]) != 0) return -1;
    for (int i = 0; i < 3; i++) {
        if (uids[i] != uid || gids[i] != gid) {
            errno = EPERM;
            return -1;
        }
    }
    if (uid != 0 && setuid(0) == 0) {
        errno = EPERM;
        return -1;
    }
    return 0;
}

int nodepilot_no_new_privileges(void) { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); }

int nodepilot_close_from(unsigned int first) {
    if (syscall(SYS_close_range, first, ~0U, 0) == 0) return 0;
    if (errno != ENOSYS) return -1;
    // Before Linux 5.9.
    long last = sysconf(_SC_OPEN_MAX);
    for (long fd = first; fd < last; fd++) close((int)fd);
    return 0;
}

int nodepilot_move_descriptor(int from, int to) { return dup3(from, to, O_CLOEXEC) < 0 ? -1 : 0; }

int nodepilot_set_environment(char *const *environment) {
    if (clearenv() != 0) return -1;
    for (; *environment; environment++) {
        if (putenv(*environment) != 0) return -1;
    }
    return 0;
}

int nodepilot_execute(const char *path, char *const *arguments, char *const *environment) {
    return execve(path, arguments, environment);
}
