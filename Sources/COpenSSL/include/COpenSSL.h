#pragma once

// OpenSSL 3, with functions for what its headers only offer as macros, which Swift cannot see.

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

/// Readies the library. It reads no openssl.cnf: a static binary must not load the machine's provider modules, and
/// what we offer does not depend on the machine. It registers no exit handler: event loops may still run then.
/// Returns 1, or 0 with the error queue.
int nodepilot_openssl_start(void);

/// TLS 1.2 and 1.3 with the ciphers, groups and modes of Mozilla's "intermediate" server, in the client's order of
/// preference; no compression, no renegotiation, no session cache (tickets instead, which cost us no memory).
/// Returns 1, or 0 with the error queue.
int nodepilot_ssl_ctx_configure(SSL_CTX *context);

/// Calls `callback` in every handshake, with or without a server name.
void nodepilot_ssl_ctx_on_server_name(SSL_CTX *context, int (*callback)(SSL *, int *, void *));

/// Adds a certificate to the chain and takes it over on success. Returns 1, or 0 with the error queue.
int nodepilot_ssl_ctx_add_chain_certificate(SSL_CTX *context, X509 *certificate);

/// Reads a private key that has no passphrase: OpenSSL's own default asks for one on the terminal.
EVP_PKEY *nodepilot_read_private_key(BIO *source);

/// The pointer of ours that belongs to a connection.
void nodepilot_ssl_set_owner(SSL *connection, void *owner);
void *nodepilot_ssl_get_owner(const SSL *connection);

void nodepilot_bio_set_retry_read(BIO *bio);
void nodepilot_bio_clear_retry(BIO *bio);
