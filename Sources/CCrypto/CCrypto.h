// Debian's libcrypto of OpenSSL (package libssl-dev); a static program takes its archive.
#ifndef CCRYPTO_H
#define CCRYPTO_H

// SHA256_Init and its kin take no allocation and no look-up; since version 3 they are called deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/pem.h>
#include <openssl/sha.h>

#endif
