/* SPDX-License-Identifier: Apache-2.0 */

/* cordon-pcapgen [-D NAME=VALUE]... RECIPE OUT.pcap: a text recipe becomes a capture, always the
 * same one.  The language is described in pcaps/README.md. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/pcapgen/recipe.h"
#include "tests/pcapgen/timeline.h"

enum { OVERRIDES_MAX = 32 };

static int usage(void)
{
	fputs("usage: cordon-pcapgen [-D NAME=VALUE]... RECIPE OUT.pcap\n", stderr);
	return 2;
}

static int write_capture(struct recipe *recipe, const char *path)
{
	const struct frame *frames;
	size_t count;
	long written;

	frames = timeline_play(recipe_timeline(recipe), &count);
	written = savefile_write(path, frames, count, recipe_options(recipe));
	if (written < 0) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		unlink(path); /* a half-written capture would satisfy make */
		return 1;
	}
	printf("%s: %ld packets\n", path, written);
	return 0;
}

int main(int argc, char **argv)
{
	const char *overrides[OVERRIDES_MAX];
	struct recipe_settings settings = { overrides, 0 };
	struct recipe_error error;
	struct recipe *recipe;
	int option, rc;

	while ((option = getopt(argc, argv, "D:")) != -1) {
		if (option != 'D' || settings.count == OVERRIDES_MAX)
			return usage();
		overrides[settings.count++] = optarg;
	}
	if (argc - optind != 2)
		return usage();
	recipe = recipe_read(argv[optind], &settings, &error);
	if (!recipe) {
		fprintf(stderr, "%s\n", error.text);
		return 1;
	}
	rc = write_capture(recipe, argv[optind + 1]);
	recipe_free(recipe);
	return rc;
}
