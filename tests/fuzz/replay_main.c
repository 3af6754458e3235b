/* SPDX-License-Identifier: Apache-2.0 */
/* replay_main.c - runs a fuzz target over its saved inputs, without a fuzzer: what was once found stays fixed.
 *
 * usage: replay_NAME FOLDER; speaks TAP.  An empty input and every prefix of each file are tried too. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define INPUT_MAX_BYTES (1u << 20)
#define PREFIXES_MAX    256u

/* From an allocation of the exact size, so that a sanitizer sees one byte too many. */
static void try_bytes(const uint8_t *bytes, size_t length)
{
	uint8_t *exact = calloc(1, length ? length : 1);

	if (!exact)
		abort();
	memcpy(exact, bytes, length);
	(void)LLVMFuzzerTestOneInput(exact, length);
	free(exact);
}

static void try_file(const char *path)
{
	static uint8_t bytes[INPUT_MAX_BYTES];
	FILE *file = fopen(path, "rb");
	size_t length, step;

	if (!file)
		return;
	length = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	step = length / PREFIXES_MAX + 1;
	for (size_t cut = 0; cut < length; cut += step)
		try_bytes(bytes, cut);
	try_bytes(bytes, length);
}

int main(int argc, char **argv)
{
	unsigned tried = 0;
	struct dirent *entry;
	DIR *folder = argc > 1 ? opendir(argv[1]) : NULL;

	try_bytes((const uint8_t *)"", 0);
	while (folder && (entry = readdir(folder)) != NULL) {
		char path[4096];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		try_file(path);
		tried++;
	}
	if (folder)
		closedir(folder);
	printf("%s 1 - %u saved inputs and their prefixes\n", tried ? "ok" : "not ok", tried);
	return tried ? 0 : 1;
}
