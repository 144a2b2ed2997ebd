// crypt_r and crypt_gensalt_rn of libcrypt (libxcrypt), which Swift's Glibc does not have.
#ifndef NODEPILOT_CCRYPT_H
#define NODEPILOT_CCRYPT_H

#include <crypt.h>
#include <string.h>

#endif
