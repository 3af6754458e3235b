/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a settings file: parse, walk every node through every typed reader, print the complaints. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/buf.h"
#include "core/base/source.h"
#include "core/base/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

/* libfyaml 0.7.12 forgets the buffer of a long quoted text that never ends: at most as much as the
 * file, once per refused file.  Not ours to mend, and it would hide leaks that are. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml.so\n";
}

static void read_scalar(struct yaml *yaml, const struct yaml_node *node)
{
	const char *text;
	uint64_t ns;
	uint32_t number;
	double real;
	bool truth;

	if (yaml_get_text(yaml, node, &text) && strcmp(text, yaml_text(node)) != 0)
		abort();
	yaml_get_bool(yaml, node, &truth);
	if (yaml_get_u32(yaml, node, 3, 70000, &number) && (number < 3 || number > 70000))
		abort();
	if (yaml_get_double(yaml, node, -1, 1, &real) && !(real >= -1 && real <= 1))
		abort();
	yaml_get_duration_ns(yaml, node, &ns);
}

static void walk(struct yaml *yaml, const struct yaml_node *node)
{
	static const char *const known[] = { "rules", "channels", "when", NULL };

	if (!node)
		return;
	if (yaml_line(node) < 1 || yaml_column(node) < 1)
		abort();
	if (yaml_kind(node) == YAML_SCALAR)
		read_scalar(yaml, node);
	if (yaml_kind(node) == YAML_MAPPING)
		yaml_known_keys(yaml, node, known);
	for (size_t i = 0; i < yaml_count(node); i++) {
		walk(yaml, yaml_item(node, i));
		walk(yaml, yaml_key(node, i));
		walk(yaml, yaml_value(node, i));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct source *source = source_from_text("fuzz.yaml", (const char *)data, size);
	struct complaints *complaints = complaints_new();
	struct yaml *yaml = yaml_parse(source, complaints);
	struct buf out;

	if (yaml)
		walk(yaml, yaml_root(yaml));
	else if (complaints_count(complaints) == 0)
		abort(); /* a refusal without a reason */
	buf_init(&out, 1 << 20);
	complaints_print(complaints, source, &out);
	buf_fini(&out);
	yaml_free(yaml);
	complaints_free(complaints);
	source_free(source);
	return 0;
}
