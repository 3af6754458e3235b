/* SPDX-License-Identifier: Apache-2.0 */
/* assets.h - what the commands about assets share. */
#ifndef CORDON_CLI_ASSETS_H
#define CORDON_CLI_ASSETS_H

#include <stdio.h>

struct roster;

/* NULL after complaints to errors; code then says how to exit. */
struct roster *assets_read(const char *path, FILE *errors, int *code);

#endif
