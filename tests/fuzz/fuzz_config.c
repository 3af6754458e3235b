/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as settings, those of the detectors included: complaints, never a crash; and what was read without one can
 * be run with. */
#include <stddef.h>
#include <stdint.h>

#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/source.h"
#include "core/daemon/config.h"
#include "core/detect/engine.h"
#include "detectors/table.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml loses memory of its own after some syntax errors (see fuzz_yaml.c). */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

static void configure(const struct config *config)
{
	struct engine_config settings = { .detectors = detectors_table };
	struct engine_sink sink = { 0 };
	struct engine *engine = engine_new(&settings, &sink);

	engine_configure(engine, config->document, config->detectors);
	engine_free(engine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source *source = source_from_text("fuzz", (const char *)data, size);
	struct complaints *complaints = complaints_new();
	struct config config;
	struct buf out;

	config_defaults(&config);
	config_read(&config, source, complaints);
	INVARIANT(config.never_count <= CONFIG_NEVER_MAX &&
		  config.never_mac_count <= CONFIG_NEVER_MAX);
	if (config.document && config.detectors)
		configure(&config);
	buf_init(&out, (size_t)1 << 20);
	complaints_print(complaints, source, &out);
	buf_fini(&out);
	config_fini(&config);
	complaints_free(complaints);
	source_free(source);
	return 0;
}
