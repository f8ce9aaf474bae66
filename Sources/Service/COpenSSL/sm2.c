// SM2 with SM3 (GB/T 32918.2, GB/T 32905) by libcrypto 3.
#include "COpenSSL.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/store.h>
#include <string.h>

// A private key by a path or by the URI of a provider, such as pkcs11:...
EVP_PKEY *sampan_sm2_open(const char *uri) {
  OSSL_STORE_CTX *store = OSSL_STORE_open(uri, NULL, NULL, NULL, NULL);
  if (store == NULL) return NULL;
  EVP_PKEY *key = NULL;
  while (key == NULL && !OSSL_STORE_eof(store)) {
    OSSL_STORE_INFO *info = OSSL_STORE_load(store);
    if (info == NULL) {
      if (OSSL_STORE_error(store)) break;
      continue;
    }
    if (OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY) {
      key = OSSL_STORE_INFO_get1_PKEY(info);
    }
    OSSL_STORE_INFO_free(info);
  }
  OSSL_STORE_close(store);
  if (key != NULL && !EVP_PKEY_is_a(key, "SM2")) {
    EVP_PKEY_free(key);
    key = NULL;
  }
  ERR_clear_error();
  return key;
}

EVP_PKEY *sampan_sm2_new(void) { return EVP_PKEY_Q_keygen(NULL, NULL, "SM2"); }

// Its PKCS #8 text, as `openssl genpkey` writes it; the number of bytes, at most `size`, or 0.
int sampan_sm2_text(EVP_PKEY *key, char *text, int size) {
  BIO *memory = BIO_new(BIO_s_mem());
  if (memory == NULL) return 0;
  int count = 0;
  if (PEM_write_bio_PKCS8PrivateKey(memory, key, NULL, NULL, 0, NULL, NULL) == 1) {
    count = BIO_read(memory, text, size);
  }
  BIO_free(memory);
  return count > 0 ? count : 0;
}

// The point, uncompressed: 65 bytes.
int sampan_sm2_public(EVP_PKEY *key, uint8_t *point) {
  size_t count = 0;
  return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, 65, &count) == 1 &&
         count == 65 && point[0] == 4;
}

static EVP_MD_CTX *sampan_sm2_context(
    EVP_PKEY *key, const char *id, EVP_PKEY_CTX **inner) {
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  *inner = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
  if (context == NULL || *inner == NULL || EVP_PKEY_CTX_set1_id(*inner, id, strlen(id)) <= 0) {
    EVP_MD_CTX_free(context);
    EVP_PKEY_CTX_free(*inner);
    *inner = NULL;
    return NULL;
  }
  EVP_MD_CTX_set_pkey_ctx(context, *inner);
  return context;
}

// r and s, 32 bytes each.
int sampan_sm2_sign(
    EVP_PKEY *key, const char *id, const uint8_t *message, size_t length, uint8_t *signature) {
  EVP_PKEY_CTX *inner = NULL;
  EVP_MD_CTX *context = sampan_sm2_context(key, id, &inner);
  if (context == NULL) return 0;
  uint8_t der[160];
  size_t count = sizeof der;
  int done = EVP_DigestSignInit(context, NULL, EVP_sm3(), NULL, key) == 1 &&
             EVP_DigestSign(context, der, &count, message, length) == 1;
  if (done) {
    const uint8_t *at = der;
    ECDSA_SIG *both = d2i_ECDSA_SIG(NULL, &at, (long)count);
    done = both != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(both), signature, 32) == 32 &&
           BN_bn2binpad(ECDSA_SIG_get0_s(both), signature + 32, 32) == 32;
    ECDSA_SIG_free(both);
  }
  EVP_MD_CTX_free(context);
  EVP_PKEY_CTX_free(inner);
  ERR_clear_error();
  return done;
}

static EVP_PKEY *sampan_sm2_point(const uint8_t *point) {
  EVP_PKEY *key = NULL;
  OSSL_PARAM_BLD *builder = OSSL_PARAM_BLD_new();
  EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
  OSSL_PARAM *parameters = NULL;
  if (builder != NULL && context != NULL &&
      OSSL_PARAM_BLD_push_utf8_string(builder, OSSL_PKEY_PARAM_GROUP_NAME, "SM2", 0) == 1 &&
      OSSL_PARAM_BLD_push_octet_string(builder, OSSL_PKEY_PARAM_PUB_KEY, point, 65) == 1) {
    parameters = OSSL_PARAM_BLD_to_param(builder);
    if (parameters != NULL && EVP_PKEY_fromdata_init(context) == 1) {
      EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters);
    }
  }
  OSSL_PARAM_free(parameters);
  OSSL_PARAM_BLD_free(builder);
  EVP_PKEY_CTX_free(context);
  return key;
}

int sampan_sm2_verify(
    const uint8_t *point, const char *id, const uint8_t *message, size_t length,
    const uint8_t *signature) {
  EVP_PKEY *key = sampan_sm2_point(point);
  EVP_PKEY_CTX *inner = NULL;
  EVP_MD_CTX *context = key == NULL ? NULL : sampan_sm2_context(key, id, &inner);
  ECDSA_SIG *both = ECDSA_SIG_new();
  BIGNUM *r = BN_bin2bn(signature, 32, NULL), *s = BN_bin2bn(signature + 32, 32, NULL);
  uint8_t *der = NULL;
  int isGood = 0;
  if (context != NULL && both != NULL && r != NULL && s != NULL && ECDSA_SIG_set0(both, r, s)) {
    r = s = NULL;
    int count = i2d_ECDSA_SIG(both, &der);
    isGood = count > 0 && EVP_DigestVerifyInit(context, NULL, EVP_sm3(), NULL, key) == 1 &&
             EVP_DigestVerify(context, der, (size_t)count, message, length) == 1;
  }
  OPENSSL_free(der);
  BN_free(r);
  BN_free(s);
  ECDSA_SIG_free(both);
  EVP_MD_CTX_free(context);
  EVP_PKEY_CTX_free(inner);
  EVP_PKEY_free(key);
  ERR_clear_error();
  return isGood;
}

void sampan_sm2_free(EVP_PKEY *key) { EVP_PKEY_free(key); }
