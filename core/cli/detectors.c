/* SPDX-License-Identifier: Apache-2.0 */
/* detectors.c - cordon detectors: what is looked for, with every setting, its bounds and its default. */
#include "core/base/buf.h"
#include "core/cli/command.h"
#include "core/cli/options.h"
#include "core/detect/engine.h"
#include "detectors/table.h"

int cli_detectors(int argc, char **argv, FILE *out, FILE *errors)
{
	const struct cli_option options[] = { { NULL, NULL } };
	const struct engine_config config = { .detectors = detectors_table };
	const struct engine_sink nobody = { .arg = NULL };
	struct engine *engine;
	struct buf text;

	if (!cli_options(&argc, argv, options, errors) || !cli_no_words(argc, argv, errors))
		return EXIT_CODE_USAGE;
	engine = engine_new(&config, &nobody);
	buf_init(&text, 1u << 20);
	engine_describe(engine, &text);
	fputs(text.text, out);
	buf_fini(&text);
	engine_free(engine);
	return EXIT_CODE_OK;
}
