/* SPDX-License-Identifier: Apache-2.0 */
/* secret.h - a secret: it has no printer, is compared in constant time and wiped when freed.
 *
 * Configuration never holds a secret, only a reference: "file:/path", "env:NAME" or
 * "credential:NAME" (systemd's $CREDENTIALS_DIRECTORY).  A trailing newline of a file is dropped; a
 * file that others may read is refused.  A secret has 1 to 4096 bytes and no NUL. */
#ifndef CORDON_BASE_SECRET_H
#define CORDON_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct secret;
struct slab;

#define SECRET_REFERENCES "env:NAME, file:/PATH or credential:NAME"
/* Whether it has one of these forms. */
bool secret_is_reference(const char *text);
/* NULL and err if the reference cannot be resolved; the caller owns the secret. */
struct secret *secret_resolve(const char *reference, struct err *err);
/* For tests and generated secrets, at most 4096 bytes; the bytes are copied. */
struct secret *secret_from_bytes(const char *bytes, size_t length);
/* The same secret in a slab, for thousands that last.  NULL stays NULL. */
struct secret *secret_settle(struct secret *take_secret, struct slab *slab);
void secret_free(struct secret *secret); /* wipes */
/* The clear text, for the one library call that needs it; never log or store it. */
const char *secret_reveal(const struct secret *secret);
bool secret_equals(const struct secret *secret, const char *bytes, size_t length);

#endif
