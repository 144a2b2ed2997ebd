#include <COpenSSL.h>

int nodepilot_openssl_start(void) {
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT | OPENSSL_INIT_LOAD_SSL_STRINGS |
                            OPENSSL_INIT_LOAD_CRYPTO_STRINGS, NULL);
}

int nodepilot_ssl_ctx_configure(SSL_CTX *context) {
    static const char tls12_ciphers[] =
        "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
        "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:"
        "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";
    static const unsigned char session_context[] = "nodepilot";

    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_clear_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_TICKET);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    // 112 bits: what Debian compiles in, whatever another build's default is.
    SSL_CTX_set_security_level(context, 2);
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, NULL);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_cipher_list(context, tls12_ciphers) == 1 &&
           SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
           SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1) == 1;
}

void nodepilot_ssl_ctx_on_server_name(SSL_CTX *context, int (*callback)(SSL *, int *, void *)) {
    SSL_CTX_set_tlsext_servername_callback(context, callback);
}

int nodepilot_ssl_ctx_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add0_chain_cert(context, certificate) == 1;
}

static int no_passphrase(char *buffer, int size, int is_writing, void *context) {
    (void)buffer, (void)size, (void)is_writing, (void)context;
    return -1;
}

EVP_PKEY *nodepilot_read_private_key(BIO *source) {
    return PEM_read_bio_PrivateKey(source, NULL, no_passphrase, NULL);
}

void nodepilot_ssl_set_owner(SSL *connection, void *owner) { SSL_set_app_data(connection, owner); }

void *nodepilot_ssl_get_owner(const SSL *connection) { return SSL_get_app_data(connection); }

void nodepilot_bio_set_retry_read(BIO *bio) { BIO_set_retry_read(bio); }

void nodepilot_bio_clear_retry(BIO *bio) { BIO_clear_retry_flags(bio); }
