/* SPDX-License-Identifier: Apache-2.0 */
/* A secret is resolved once, at start, and lives in one allocation that is wiped.  Read with read(2) into our
 * own buffer: stdio would keep a second copy.  Left out: locking the memory against swapping (the unit file
 * turns swap off for the service) and sealing at rest (systemd-creds does it). */
#include "core/base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/digest.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/slab.h"

#define SECRET_MAX_BYTES    4096
#define PATH_TEXT_MAX_BYTES 4096

struct secret {
	struct slab *slab; /* NULL: ordinary memory */
	size_t length, room;
	char text[]; /* NUL-terminated */
};

static struct secret *secret_new(struct slab *slab, size_t room)
{
	struct secret *secret = slab_take(slab, sizeof(*secret) + room + 1);

	secret->slab = slab;
	secret->room = room;
	return secret;
}

/* Thousands of machines may have one each: no larger than it must be. */
static struct secret *made_of(struct slab *slab, const char *bytes, size_t length)
{
	struct secret *secret = secret_new(slab, length);

	INVARIANT(length <= SECRET_MAX_BYTES);
	if (length)
		memcpy(secret->text, bytes, length);
	secret->length = length;
	return secret;
}

struct secret *secret_from_bytes(const char *bytes, size_t length)
{
	return made_of(NULL, bytes, length);
}

struct secret *secret_settle(struct secret *take_secret, struct slab *slab)
{
	struct secret *settled;

	if (!take_secret)
		return NULL;
	settled = made_of(slab, take_secret->text, take_secret->length);
	secret_free(take_secret);
	return settled;
}

void secret_free(struct secret *secret)
{
	struct slab *slab;
	size_t size_bytes;

	if (!secret)
		return;
	slab = secret->slab;
	size_bytes = sizeof(*secret) + secret->room + 1;
	mem_wipe(secret, size_bytes);
	slab_give(slab, secret, size_bytes);
}

const char *secret_reveal(const struct secret *secret)
{
	return secret->text;
}

bool secret_equals(const struct secret *secret, const char *bytes, size_t length)
{
	return secret->length == length && digest_equal(secret->text, bytes, length);
}

/* Files end with a newline because editors put it there. */
static void drop_newline(struct secret *secret)
{
	if (secret->length && secret->text[secret->length - 1] == '\n')
		secret->length--;
	if (secret->length && secret->text[secret->length - 1] == '\r')
		secret->length--;
	secret->text[secret->length] = '\0';
}

static int check_content(const struct secret *secret, const char *reference, struct err *err)
{
	if (secret->length == 0)
		return err_set(err, ERR_CONFIG, "secret %s is empty", reference);
	if (secret->length > SECRET_MAX_BYTES)
		return err_set(err, ERR_LIMIT, "secret %s is longer than %d bytes", reference,
			       SECRET_MAX_BYTES);
	if (memchr(secret->text, '\0', secret->length))
		return err_set(err, ERR_CONFIG, "secret %s contains a NUL byte", reference);
	return 0;
}

/* Whether others may read is asked of the open descriptor: the path may be swapped in between. */
static int check_file(int fd, const char *path, bool strict, struct err *err)
{
	struct stat about;

	if (fstat(fd, &about) < 0)
		return err_set_errno(err, errno, "cannot examine secret file %s", path);
	if (!S_ISREG(about.st_mode))
		return err_set(err, ERR_CONFIG, "secret file %s is not a regular file", path);
	if (strict && (about.st_mode & (S_IRWXG | S_IRWXO)))
		return err_set(err, ERR_CONFIG,
			       "secret file %s is open to others (mode %03o): chmod 600 %s", path,
			       (unsigned)(about.st_mode & 0777), path);
	return 0;
}

/* Up to one byte more than allowed. */
static int read_bytes(int fd, const char *path, struct secret *secret, struct err *err)
{
	while (secret->length <= SECRET_MAX_BYTES) {
		ssize_t got = read(fd, secret->text + secret->length,
				   SECRET_MAX_BYTES + 1 - secret->length);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_set_errno(err, errno, "cannot read secret file %s", path);
		if (got == 0)
			break;
		secret->length += (size_t)got;
	}
	return 0;
}

static struct secret *from_file(const char *path, bool strict, const char *reference,
				struct err *err)
{
	/* Room to notice one byte too many. */
	struct secret *secret = secret_new(NULL, SECRET_MAX_BYTES + 1), *kept;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int rc;

	if (fd < 0)
		rc = err_set_errno(err, errno, "cannot open secret file %s", path);
	else
		rc = check_file(fd, path, strict, err);
	if (rc == 0)
		rc = read_bytes(fd, path, secret, err);
	if (fd >= 0)
		close(fd);
	/* A file of the greatest length still has its newline: drop first, then judge. */
	drop_newline(secret);
	if (rc == 0)
		rc = check_content(secret, reference, err);
	kept = rc < 0 ? NULL : secret_from_bytes(secret->text, secret->length);
	secret_free(secret);
	return kept;
}

static struct secret *from_environment(const char *name, const char *reference, struct err *err)
{
	const char *value = getenv(name);
	struct secret *secret;

	if (!value) {
		err_set(err, ERR_CONFIG, "secret %s: the environment has no %s", reference, name);
		return NULL;
	}
	if (strlen(value) > SECRET_MAX_BYTES) {
		err_set(err, ERR_LIMIT, "secret %s is longer than %d bytes", reference,
			SECRET_MAX_BYTES);
		return NULL;
	}
	secret = secret_from_bytes(value, strlen(value));
	if (check_content(secret, reference, err) < 0) {
		secret_free(secret);
		return NULL;
	}
	return secret;
}

/* systemd grants access by an ACL, whose mask shows as group permission: the mode says nothing here, and
 * the directory belongs to this service alone. */
static struct secret *from_credential(const char *name, const char *reference, struct err *err)
{
	const char *directory = getenv("CREDENTIALS_DIRECTORY");
	char path[PATH_TEXT_MAX_BYTES];
	int length;

	if (!directory) {
		err_set(err, ERR_CONFIG,
			"secret %s: no CREDENTIALS_DIRECTORY; add LoadCredential=%s:... "
			"to the unit",
			reference, name);
		return NULL;
	}
	if (name[0] == '.' || strchr(name, '/')) {
		err_set(err, ERR_CONFIG,
			"secret %s: a credential's name has no '/' and no leading '.'", reference);
		return NULL;
	}
	length = snprintf(path, sizeof(path), "%s/%s", directory, name);
	if (length < 0 || (size_t)length >= sizeof(path)) {
		err_set(err, ERR_LIMIT, "secret %s: the path is too long", reference);
		return NULL;
	}
	return from_file(path, false, reference, err);
}

/* What follows the scheme, or NULL if the reference has another one or nothing follows. */
static const char *after(const char *reference, const char *scheme)
{
	size_t length = strlen(scheme);

	return strncmp(reference, scheme, length) == 0 && reference[length] ? reference + length
									    : NULL;
}

struct secret *secret_resolve(const char *reference, struct err *err)
{
	const char *rest;

	if ((rest = after(reference, "file:")) != NULL)
		return from_file(rest, true, reference, err);
	if ((rest = after(reference, "env:")) != NULL)
		return from_environment(rest, reference, err);
	if ((rest = after(reference, "credential:")) != NULL)
		return from_credential(rest, reference, err);
	/* Not quoted: somebody may have written the secret itself here. */
	err_set(err, ERR_CONFIG,
		"a secret is given as file:/path, env:NAME or credential:NAME, "
		"never in clear");
	return NULL;
}

bool secret_is_reference(const char *text)
{
	static const char *const kinds[] = { "env:", "file:/", "credential:" };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0 && text[strlen(kinds[i])])
			return true;
	return false;
}
