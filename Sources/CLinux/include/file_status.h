#pragma once

#include <stdint.h>

/// What stat(2) tells of a file, in a type of our own: Swift attributes `struct stat` to whichever C module was loaded
/// first, and then refuses it to files that import another.
struct nodepilot_file_status {
    /// Type and permissions, as `st_mode`.
    uint32_t mode;
    uint64_t inode;
    int64_t size;
    /// Bytes on disk.
    int64_t disk_size;
    /// Seconds since 1970.
    int64_t modified;
};

/// Of a path; `follow` 0 looks at a link itself. Returns 0, or -1 with errno.
int nodepilot_status_of_path(const char *path, int follow, struct nodepilot_file_status *status);

/// Of what an open folder has under this name; looks at a link itself. Returns 0, or -1 with errno.
int nodepilot_status_in_folder(int folder, const char *name, struct nodepilot_file_status *status);

/// Of an open file. Returns 0, or -1 with errno.
int nodepilot_status_of_file(int descriptor, struct nodepilot_file_status *status);

int nodepilot_is_regular(const struct nodepilot_file_status *status);
int nodepilot_is_folder(const struct nodepilot_file_status *status);
int nodepilot_is_socket(const struct nodepilot_file_status *status);

/// Room for us on the file system of a path, as statvfs(3): bytes, and files (-1 where it does not count them).
/// Returns 0, or -1 with errno.
int nodepilot_free_space(const char *path, int64_t *bytes, int64_t *files);
