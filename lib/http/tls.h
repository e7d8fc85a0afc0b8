// TLS identities: a self-signed certificate whose public key is pinned by whoever connects. No authority is trusted, names
// and dates in the certificate mean nothing: the pin, SHA-256 of the SubjectPublicKeyInfo, is the identity.
#ifndef TOCSIN_HTTP_TLS_H
#define TOCSIN_HTTP_TLS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define TLS_PIN 32        // bytes of a pin
#define TLS_PEM_MAX 16384 // bytes of a PEM file

// Makes a fresh ECDSA P-256 key and its certificate (name: the subject's common name and DNS name, for people). Both as PEM.
// `key` must be from buf_init_secret().
MUST_USE enum err tls_make(const char *name, struct buf *certificate, struct buf *key, struct why *why);
// The same into two new files, mode 0600 for the key, and the certificate's pin. ERR_EXISTS when one is there.
MUST_USE enum err tls_make_files(const char *name, const char *certificate_path, const char *key_path, uint8_t pin[static TLS_PIN],
                                 struct why *why);
// Reads the two files back; `key` must be from buf_init_secret().
MUST_USE enum err tls_read_files(const char *certificate_path, const char *key_path, struct buf *certificate, struct buf *key,
                                 struct why *why);
// The pin of the first certificate of a PEM text. ERR_INPUT when there is none.
MUST_USE enum err tls_pin(struct slice certificate, uint8_t pin[static TLS_PIN], struct why *why);

#endif
