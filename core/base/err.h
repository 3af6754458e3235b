/* SPDX-License-Identifier: Apache-2.0 */
/* err.h - an error that a person can read and act on.
 *
 * Fallible functions return 0 or a negative code and fill a struct err.  The text is one line, says
 * what could not be done and why, and where it helps names the remedy.  err may be NULL where
 * the caller does not care.  The first error wins: filling a set err keeps the old text. */
#ifndef CORDON_BASE_ERR_H
#define CORDON_BASE_ERR_H

#include <stdarg.h>
#include <stdbool.h>

#define ERR_TEXT_MAX_BYTES 512

enum err_code {
	ERR_NONE = 0,
	ERR_FAILED = -1, /* the world's fault: a file, a server, a device */
	ERR_USAGE = -2,  /* wrong command line: exit code 2 */
	ERR_CONFIG = -3, /* bad configuration or policy: exit code 3 */
	ERR_LIMIT = -4,  /* a stated limit was reached */
	ERR_GONE = -5,   /* end of input, peer closed, no such thing */
};

struct err {
	int code; /* enum err_code, 0 while unset */
	char text[ERR_TEXT_MAX_BYTES];
};

void err_clear(struct err *err);
bool err_is_set(const struct err *err);

/* Fills err (unless already set) and returns code, so that "return err_set(...)" reads well. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* As err_set with ": strerror(errno_value)" behind the text. */
int err_set_errno(struct err *err, int errno_value, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Puts "prefix: " before the text of a set err. */
void err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The exit code of a program that ends with this error: 0 ok, 1 failure, 2 usage, 3 configuration. */
int err_exit_code(const struct err *err);

#endif
