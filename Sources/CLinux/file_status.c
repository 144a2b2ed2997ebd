#define _GNU_SOURCE
#include "file_status.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static void take(const struct stat *from, struct nodepilot_file_status *status) {
    status->mode = from->st_mode;
    status->inode = from->st_ino;
    status->size = from->st_size;
    status->disk_size = (int64_t)from->st_blocks * 512;
    status->modified = from->st_mtim.tv_sec;
}

int nodepilot_status_of_path(const char *path, int follow, struct nodepilot_file_status *status) {
    struct stat found;
    if ((follow ? stat(path, &found) : lstat(path, &found)) != 0) return -1;
    take(&found, status);
    return 0;
}

int nodepilot_status_in_folder(int folder, const char *name, struct nodepilot_file_status *status) {
    struct stat found;
    if (fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) != 0) return -1;
    take(&found, status);
    return 0;
}

int nodepilot_status_of_file(int descriptor, struct nodepilot_file_status *status) {
    struct stat found;
    if (fstat(descriptor, &found) != 0) return -1;
    take(&found, status);
    return 0;
}

int nodepilot_is_regular(const struct nodepilot_file_status *status) { return S_ISREG(status->mode); }
int nodepilot_is_folder(const struct nodepilot_file_status *status) { return S_ISDIR(status->mode); }
int nodepilot_is_socket(const struct nodepilot_file_status *status) { return S_ISSOCK(status->mode); }

int nodepilot_free_space(const char *path, int64_t *bytes, int64_t *files) {
    struct statvfs space;
    if (statvfs(path, &space) != 0) return -1;
    if (__builtin_mul_overflow(space.f_bavail, space.f_frsize, bytes)) *bytes = INT64_MAX;
    *files = space.f_files > 0 ? (int64_t)space.f_favail : -1;
    return 0;
}
