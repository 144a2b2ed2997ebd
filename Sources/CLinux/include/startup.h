#pragma once

/// What the process needs before anything else, once:
///
/// - Every look-up of a host uses /etc/hosts and DNS, every look-up of a user or group its file, whatever nsswitch.conf
///   says: a static glibc would load the machine's NSS modules, which were built for another glibc, and crash.
/// - malloc(3) keeps to two arenas: one for each thread would hold freed memory many times over.
///
/// Returns 0, or -1 with errno.
int nodepilot_prepare_process(void);
