/* SPDX-License-Identifier: Apache-2.0 */
/* A handle is never used again.  Directory entries are stored and listed, but nobody can log on
 * with one: Kerberos is left out. */
#include "tests/amtsim/acl.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/outcome.h"

void acl_fini(struct acl *acl)
{
	free(acl->entries);
	*acl = (struct acl){ .last_handle = acl->last_handle };
}

struct acl_entry *acl_by_handle(const struct acl *acl, uint32_t handle)
{
	size_t i;

	for (i = 0; i < acl->count; i++)
		if (acl->entries[i].handle == handle)
			return &acl->entries[i];
	return NULL;
}

struct acl_entry *acl_by_user(const struct acl *acl, const char *user)
{
	size_t i;

	for (i = 0; i < acl->count; i++)
		if (*user && strcmp(acl->entries[i].user, user) == 0)
			return &acl->entries[i];
	return NULL;
}

uint32_t acl_add(struct acl *acl, struct acl_entry *entry)
{
	if (acl_by_user(acl, entry->user))
		return PT_DUPLICATE;
	if (acl->count == ACL_ENTRIES)
		return PT_MAX_LIMIT_REACHED;
	acl->entries = realloc(acl->entries, (acl->count + 1) * sizeof(*entry));
	CHECK(acl->entries);
	entry->handle = ++acl->last_handle;
	acl->entries[acl->count++] = *entry;
	return PT_SUCCESS;
}

uint32_t acl_remove(struct acl *acl, uint32_t handle)
{
	struct acl_entry *entry = acl_by_handle(acl, handle);
	size_t after;

	if (!entry)
		return PT_INVALID_HANDLE;
	after = acl->count - (size_t)(entry - acl->entries) - 1;
	memmove(entry, entry + 1, after * sizeof(*entry));
	acl->count--;
	return PT_SUCCESS;
}
