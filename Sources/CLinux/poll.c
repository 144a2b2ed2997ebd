#include "poll.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

int nodepilot_epoll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

int nodepilot_epoll_add(int epoll, int fd, int readable, int writable, int once, uint64_t token) {
    struct epoll_event event = {0};
    if (readable) event.events |= EPOLLIN;
    if (writable) event.events |= EPOLLOUT;
    if (once) event.events |= EPOLLONESHOT;
    event.data.u64 = token;
    return epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

int nodepilot_epoll_remove(int epoll, int fd) { return epoll_ctl(epoll, EPOLL_CTL_DEL, fd, 0); }

int nodepilot_epoll_wait(int epoll, struct nodepilot_ready *ready, int capacity) {
    struct epoll_event events[32];
    if (capacity > 32) capacity = 32;
    int count = epoll_wait(epoll, events, capacity, -1);
    for (int i = 0; i < count; i++) {
        ready[i].token = events[i].data.u64;
        ready[i].events = events[i].events;
    }
    return count;
}

int nodepilot_event_create(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// Neither can fail in a way that matters: a full counter is raised already, an empty one is clear already.
void nodepilot_event_raise(int event) { (void)!eventfd_write(event, 1); }

void nodepilot_event_clear(int event) {
    eventfd_t value;
    (void)!eventfd_read(event, &value);
}

void nodepilot_name_thread(const char *name) { prctl(PR_SET_NAME, name); }
