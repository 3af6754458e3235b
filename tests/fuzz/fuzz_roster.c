/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a list of assets: complaints, never a crash; and without complaints every asset
 * is found by its name. */
#include <stddef.h>
#include <stdint.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/invariant.h"
#include "core/base/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml loses memory of its own after some syntax errors (see fuzz_yaml.c). */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source *source = source_from_text("fuzz", (const char *)data, size);
	struct complaints *complaints = complaints_new();
	struct roster *roster = roster_read(source, complaints);
	struct buf out;

	INVARIANT(roster);
	for (size_t i = 0; complaints_count(complaints) == 0 && i < roster_count(roster); i++)
		INVARIANT(roster_find_name(roster, roster_at(roster, i)->name) ==
			  roster_at(roster, i));
	buf_init(&out, (size_t)1 << 20);
	complaints_print(complaints, source, &out);
	buf_fini(&out);
	roster_free(roster);
	complaints_free(complaints);
	source_free(source);
	return 0;
}
