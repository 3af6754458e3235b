/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over all assets: people ask seldom, and a wrong machine must not be cut off because another was found first. */
#include "core/asset/said.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/source.h"

struct named {
	const char *word;
	bool is_ip, is_mac;
	struct ip ip;
	struct mac mac;
};

static bool is_meant(const struct asset *asset, const struct named *named)
{
	if (named->is_ip)
		return ip_equal(&asset->ip, &named->ip);
	if (named->is_mac)
		return mac_equal(&asset->mac, &named->mac);
	return strcasecmp(asset->name, named->word) == 0;
}

static void complain_of_nobody(const struct roster *roster, const char *word, struct err *err)
{
	const char **names = mem_array(roster_count(roster) + 1, sizeof(*names)), *near;

	for (size_t i = 0; i < roster_count(roster); i++)
		names[i] = roster_at(roster, i)->name;
	near = source_nearest(word, names);
	err_set(err, ERR_FAILED,
		"no machine of the list of assets has the name, address or MAC \"%s\"%s%s%s", word,
		near ? ": did you mean \"" : ": add it to assets.yaml and reload", near ? near : "",
		near ? "\"?" : "");
	mem_free(names);
}

const struct asset *roster_find_said(const struct roster *roster, const char *word, struct err *err)
{
	const struct asset *found = roster_find_name(roster, word);
	struct named named = { .word = word };

	if (found)
		return found;
	named.is_ip = ip_parse(word, &named.ip) && !ip_is_unspecified(&named.ip);
	named.is_mac = mac_parse(word, &named.mac) && !mac_is_zero(&named.mac);
	for (size_t i = 0; i < roster_count(roster); i++) {
		const struct asset *asset = roster_at(roster, i);

		if (!is_meant(asset, &named))
			continue;
		if (found) {
			err_set(err, ERR_FAILED,
				"\"%s\" may be %s or %s: name it as the list of assets does", word,
				found->name, asset->name);
			return NULL;
		}
		found = asset;
	}
	if (!found)
		complain_of_nobody(roster, word, err);
	return found;
}
