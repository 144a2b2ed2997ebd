#pragma once

#include <stdint.h>

/// One descriptor that epoll found ready: the token it was added with, and EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP.
struct nodepilot_ready {
    uint64_t token;
    uint32_t events;
};

/// epoll_create1 with close-on-exec. Returns the descriptor, or -1 with errno.
int nodepilot_epoll_create(void);

/// Watches `fd` level-triggered, or for one event when `once` is not 0. Returns 0, or -1 with errno.
int nodepilot_epoll_add(int epoll, int fd, int readable, int writable, int once, uint64_t token);

int nodepilot_epoll_remove(int epoll, int fd);

/// Waits until something is ready. Returns how many of `ready` were filled, or -1 with errno.
int nodepilot_epoll_wait(int epoll, struct nodepilot_ready *ready, int capacity);

/// A non-blocking eventfd with close-on-exec, and its two uses.
int nodepilot_event_create(void);
void nodepilot_event_raise(int event);
void nodepilot_event_clear(int event);

/// The calling thread's name in /proc, at most 15 bytes of it.
void nodepilot_name_thread(const char *name);
