/* SPDX-License-Identifier: Apache-2.0 */
/* said.h - a machine of the roster as a person names it: by its name, its address or its MAC. */
#ifndef CORDON_ASSET_SAID_H
#define CORDON_ASSET_SAID_H

struct asset;
struct err;
struct roster;

/* NULL and err with the remedy if nobody, or more than one, is meant.  Capital letters do not matter where that is clear. */
const struct asset *roster_find_said(const struct roster *roster, const char *word,
				     struct err *err);

#endif
