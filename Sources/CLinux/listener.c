#define _GNU_SOURCE
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
};

static int ask(int netlink, uint16_t port) {
    struct question question;
    memset(&question, 0, sizeof question);
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.request.sdiag_family = AF_INET;
    question.request.sdiag_protocol = IPPROTO_TCP;
    question.request.idiag_states = ~0U;
    question.request.id.idiag_sport = htons(port);
    question.request.id.idiag_src[0] = htonl(INADDR_LOOPBACK);
    question.request.id.idiag_if = 1;  // lo, by which such a connection comes in
    question.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    question.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return send(netlink, &question, sizeof question, 0) == sizeof question ? 0 : -1;
}

static int understand(const char *answer, ssize_t length, uid_t *uid) {
    struct nlmsghdr header;
    if (length < (ssize_t)sizeof header) goto broken;
    memcpy(&header, answer, sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR && length >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
        struct nlmsgerr failure;
        memcpy(&failure, answer + NLMSG_HDRLEN, sizeof failure);
        errno = -failure.error;
        // Also where the module that would know is missing.
        return errno == ENOENT ? 0 : -1;
    }
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || length < (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg))) {
        goto broken;
    }
    struct inet_diag_msg found;
    memcpy(&found, answer + NLMSG_HDRLEN, sizeof found);
    *uid = found.idiag_uid;
    return 1;
broken:
    errno = EBADMSG;
    return -1;
}

int nodepilot_listener_uid(uint16_t port, uid_t *uid) {
    int netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (netlink < 0) return -1;
    char answer[4096];
    int result = ask(netlink, port);
    if (result == 0) {
        // The kernel answers within the call to send.
        ssize_t length = recv(netlink, answer, sizeof answer, MSG_DONTWAIT);
        result = length < 0 ? -1 : understand(answer, length, uid);
    }
    int saved = errno;
    close(netlink);
    errno = saved;
    return result;
}
