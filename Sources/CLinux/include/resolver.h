#pragma once

/// Makes every look-up of a host use /etc/hosts and DNS, and every look-up of a user or group its file, whatever
/// nsswitch.conf says: a static glibc would load the machine's NSS modules, which were built for another glibc, and
/// crash. Call before the first look-up. Returns 0, or -1 with errno.
int nodepilot_use_builtin_resolvers(void);
