/* SPDX-License-Identifier: Apache-2.0 */
/* The closed lists of words about an asset.  Roles are few and fixed on purpose: a policy that
 * asks for a role nobody has is a mistake we want to see when it is loaded; what a site wants
 * beyond them is a tag. */
#include "core/asset/asset.h"

const char *const *asset_roles(void)
{
	static const char *const roles[] = { "workstation", "server",         "printer",
					     "phone",       "infrastructure", "kiosk",
					     "lab",         "unknown",        NULL };

	return roles;
}

const char *const *asset_tls_words(void)
{
	static const char *const words[] = {
		[ASSET_TLS_NONE] = "none",
		[ASSET_TLS_VERIFY] = "verify",
		[ASSET_TLS_PIN] = "pin",
		[ASSET_TLS_LEGACY_PIN] = "legacy",
		NULL,
	};

	return words;
}
