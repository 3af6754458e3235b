/* SPDX-License-Identifier: Apache-2.0 */
/* One error per call chain, in the caller's storage, so that failing needs no memory.  The first
 * text wins because the first failure is the cause and what follows is its consequence.  Left out on
 * purpose: chains of errors, stack traces and translation. */
#include "core/base/err.h"

#include <stdio.h>
#include <string.h>

#include "core/base/printable.h"

void err_clear(struct err *err)
{
	if (err)
		*err = (struct err){ 0 };
}

bool err_is_set(const struct err *err)
{
	return err && err->code != ERR_NONE;
}

__attribute__((format(printf, 3, 0))) static void fill(struct err *err, int code,
						       const char *format, va_list args)
{
	err->code = code;
	vsnprintf(err->text, sizeof(err->text), format, args);
	/* A newline or an escape sequence from a file name must not break the one-line promise. */
	printable(err->text, ' ');
}

int err_set(struct err *err, int code, const char *format, ...)
{
	va_list args;

	if (!err || err_is_set(err))
		return code;
	va_start(args, format);
	fill(err, code, format, args);
	va_end(args);
	return code;
}

int err_set_errno(struct err *err, int errno_value, const char *format, ...)
{
	char reason[128];
	va_list args;
	size_t used;

	if (!err || err_is_set(err))
		return ERR_FAILED;
	va_start(args, format);
	fill(err, ERR_FAILED, format, args);
	va_end(args);
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s",
		 strerror_r(errno_value, reason, sizeof(reason)));
	return ERR_FAILED;
}

void err_prefix(struct err *err, const char *format, ...)
{
	char old[ERR_TEXT_MAX_BYTES];
	va_list args;
	size_t used;

	if (!err_is_set(err))
		return;
	memcpy(old, err->text, sizeof(old));
	va_start(args, format);
	vsnprintf(err->text, sizeof(err->text), format, args);
	va_end(args);
	printable(err->text, ' ');
	used = strlen(err->text);
	snprintf(err->text + used, sizeof(err->text) - used, ": %s", old);
}

int err_exit_code(const struct err *err)
{
	if (!err_is_set(err))
		return 0;
	switch (err->code) {
	case ERR_USAGE:
		return 2;
	case ERR_CONFIG:
		return 3;
	default:
		return 1;
	}
}
