// SM2 with SM3 (GB/T 32918.2, GB/T 32905) by libcrypto 3: the few things that are needed of it. No header of OpenSSL
// is seen from here. Each returns 1, or a key, when it went well, and 0 or NULL when not.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct evp_pkey_st;

// A private key by a path or by the URI of a provider, such as pkcs11:...
struct evp_pkey_st *sampan_sm2_open(const char *uri);
struct evp_pkey_st *sampan_sm2_new(void);
void sampan_sm2_free(struct evp_pkey_st *key);

// Its PKCS #8 text, as `openssl genpkey` writes it; the number of bytes, at most `size`, or 0.
int sampan_sm2_text(struct evp_pkey_st *key, char *text, int size);

// The point, uncompressed: 65 bytes.
int sampan_sm2_public(struct evp_pkey_st *key, uint8_t *point);

// r and s, 32 bytes each.
int sampan_sm2_sign(
    struct evp_pkey_st *key, const char *id, const uint8_t *message, size_t length, uint8_t *signature);
int sampan_sm2_verify(
    const uint8_t *point, const char *id, const uint8_t *message, size_t length,
    const uint8_t *signature);
