/* SPDX-License-Identifier: Apache-2.0 */
/* A small tree of our own, built from libfyaml's events.  The library's tree is not used: its look-ups are linear,
 * its check for duplicate keys is quadratic and it recurses on input, while events give every token with
 * its mark and let us stop at our own limits.  Anchors, aliases, tags and second documents are refused
 * because a policy must mean what it says where it says it.
 * How it is read: yaml_read.c.
 * Left out: the YAML schema.  Every scalar is text; what it should be is known to whoever reads it, so "no"
 * and 0o17 surprise nobody. */
#include "core/base/yaml.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libfyaml.h>

#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/source.h"
#include "core/base/utf8.h"
#include "core/base/yaml_node.h"

#define DEPTH_MAX          32
#define DOCUMENT_MAX_BYTES ((size_t)4 << 20)

struct builder {
	struct yaml *yaml;
	struct yaml_node *open[DEPTH_MAX];
	unsigned depth, documents;
};

static void free_node(struct yaml_node *node)
{
	if (!node)
		return;
	for (size_t i = 0; i < node->count; i++)
		free_node(node->parts[i]);
	mem_free(node->parts);
	mem_free(node->text);
	mem_free(node);
}

void yaml_free(struct yaml *yaml)
{
	if (!yaml)
		return;
	free_node(yaml->root);
	mem_free(yaml);
}

/* hint: NULL if there is no remedy. */
static void complain_with(struct yaml *yaml, unsigned line, unsigned column, const char *text,
			  const char *hint)
{
	struct complaint complaint = { .line = line, .column = column, .length = 1 };

	snprintf(complaint.text, sizeof(complaint.text), "%s", text);
	if (hint)
		snprintf(complaint.hint, sizeof(complaint.hint), "%s", hint);
	complaints_add(yaml->complaints, &complaint);
}

static void complain_at(struct yaml *yaml, unsigned line, unsigned column, const char *text)
{
	complain_with(yaml, line, column, text, NULL);
}

static struct yaml_node *node_at(enum yaml_kind kind, const struct fy_mark *start,
				 const struct fy_mark *end)
{
	struct yaml_node *node = mem_alloc(sizeof(*node));

	node->kind = kind;
	node->line = start ? (unsigned)start->line + 1 : 1;
	node->column = start ? (unsigned)start->column + 1 : 1;
	node->columns = 1;
	if (start && end && end->line == start->line && end->column > start->column)
		node->columns = (unsigned)(end->column - start->column);
	return node;
}

/* The library's mark lies behind the opening quote or the star; people look for the quote. */
static void include_opening(struct yaml_node *node, unsigned closing_columns)
{
	if (node->column > 1) {
		node->column--;
		node->columns += 1 + closing_columns;
	}
}

static void append(struct yaml_node *parent, struct yaml_node *take_part)
{
	if (parent->count == parent->capacity) {
		parent->capacity = parent->capacity ? 2 * parent->capacity : 4;
		parent->parts = mem_resize(parent->parts, parent->capacity, sizeof(*parent->parts));
	}
	parent->parts[parent->count++] = take_part;
}

/* A value that is not there has no mark: it is shown where its key, or its list, is. */
static void borrow_position(struct yaml_node *node, const struct yaml_node *parent)
{
	const struct yaml_node *near = parent;

	if (parent->kind == YAML_MAPPING && parent->count > 0)
		near = parent->parts[parent->count - 1];
	if (node->line < near->line) {
		node->line = near->line;
		node->column = near->column;
		node->columns = near->columns;
	}
}

static void place(struct builder *builder, struct yaml_node *take_node)
{
	struct yaml_node *parent;

	if (builder->depth == 0) {
		free_node(builder->yaml->root);
		builder->yaml->root = take_node;
		return;
	}
	parent = builder->open[builder->depth - 1];
	borrow_position(take_node, parent);
	if (parent->kind == YAML_MAPPING && parent->count % 2 == 0 &&
	    take_node->kind != YAML_SCALAR)
		yaml_complain(builder->yaml, take_node, NULL, "a key must be a word");
	append(parent, take_node);
}

static bool enter(struct builder *builder, struct yaml_node *take_node)
{
	place(builder, take_node);
	if (builder->depth == DEPTH_MAX) {
		yaml_complain(builder->yaml, take_node, NULL, "nested deeper than %d levels",
			      DEPTH_MAX);
		return false;
	}
	builder->open[builder->depth++] = take_node;
	return true;
}

static int by_text_then_position(const void *a, const void *b)
{
	const struct yaml_node *x = *(struct yaml_node *const *)a,
			       *y = *(struct yaml_node *const *)b;
	int order = strcmp(yaml_text(x), yaml_text(y));

	if (order)
		return order;
	if (x->line != y->line)
		return x->line < y->line ? -1 : 1;
	return x->column < y->column ? -1 : x->column > y->column;
}

static void check_duplicates(struct yaml *yaml, const struct yaml_node *mapping)
{
	size_t keys = yaml_count(mapping);
	struct yaml_node **sorted = mem_array(keys, sizeof(struct yaml_node *));

	for (size_t i = 0; i < keys; i++)
		sorted[i] = mapping->parts[2 * i];
	qsort(sorted, keys, sizeof(struct yaml_node *), by_text_then_position);
	for (size_t i = 1; i < keys; i++)
		if (strcmp(yaml_text(sorted[i]), yaml_text(sorted[i - 1])) == 0)
			yaml_complain(yaml, sorted[i], NULL,
				      "duplicate key \"%s\", first on line %u",
				      yaml_text(sorted[i]), sorted[i - 1]->line);
	mem_free(sorted);
}

static void leave(struct builder *builder)
{
	struct yaml_node *node;

	INVARIANT(builder->depth > 0);
	node = builder->open[--builder->depth];
	if (node->kind == YAML_MAPPING)
		check_duplicates(builder->yaml, node);
}

static void refuse_properties(struct builder *builder, const struct yaml_node *node,
			      const struct fy_token *anchor, const struct fy_token *tag)
{
	if (anchor)
		yaml_complain(builder->yaml, node, "write the value out",
			      "anchors are not allowed");
	if (tag)
		yaml_complain(builder->yaml, node, "leave the tag out", "tags are not allowed");
}

static void place_scalar(struct builder *builder, struct fy_event *event)
{
	struct fy_token *value = event->scalar.value;
	struct yaml_node *node =
		node_at(YAML_SCALAR, fy_event_start_mark(event), fy_event_end_mark(event));
	enum fy_scalar_style style;
	size_t length = 0;
	const char *text = value ? fy_token_get_text(value, &length) : NULL;

	style = value ? fy_token_scalar_style(value) : FYSS_PLAIN;
	node->plain = style == FYSS_PLAIN;
	if (style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED)
		include_opening(node, 1);
	node->text = mem_alloc(length + 1);
	if (text && length)
		memcpy(node->text, text, length);
	if (strlen(node->text) != length)
		yaml_complain(builder->yaml, node, NULL, "a text must not contain a NUL character");
	refuse_properties(builder, node, event->scalar.anchor, event->scalar.tag);
	place(builder, node);
}

/* An empty scalar stands in for an alias, so that the rest of the document is still checked. */
static void place_alias(struct builder *builder, struct fy_event *event)
{
	struct yaml_node *node =
		node_at(YAML_SCALAR, fy_event_start_mark(event), fy_event_end_mark(event));

	node->text = mem_text("");
	node->plain = true;
	include_opening(node, 0);
	yaml_complain(builder->yaml, node, "write the value out", "aliases are not allowed");
	place(builder, node);
}

static bool enter_collection(struct builder *builder, struct fy_event *event)
{
	bool mapping = event->type == FYET_MAPPING_START;
	struct yaml_node *node =
		node_at(mapping ? YAML_MAPPING : YAML_SEQUENCE, fy_event_start_mark(event), NULL);

	refuse_properties(builder, node,
			  mapping ? event->mapping_start.anchor : event->sequence_start.anchor,
			  mapping ? event->mapping_start.tag : event->sequence_start.tag);
	return enter(builder, node);
}

static bool start_document(struct builder *builder, struct fy_event *event)
{
	const struct fy_mark *start;

	if (++builder->documents == 1)
		return true;
	start = fy_event_start_mark(event);
	complain_at(builder->yaml, start ? (unsigned)start->line + 1 : 1,
		    start ? (unsigned)start->column + 1 : 1,
		    "only one document is allowed in a file");
	return false;
}

/* False ends the reading; the complaint is already made. */
static bool take_event(struct builder *builder, struct fy_event *event)
{
	switch (event->type) {
	case FYET_DOCUMENT_START:
		return start_document(builder, event);
	case FYET_ALIAS:
		place_alias(builder, event);
		return true;
	case FYET_SCALAR:
		place_scalar(builder, event);
		return true;
	case FYET_SEQUENCE_START:
	case FYET_MAPPING_START:
		return enter_collection(builder, event);
	case FYET_SEQUENCE_END:
	case FYET_MAPPING_END:
		leave(builder);
		return true;
	default:
		return true;
	}
}

/* The library names what its grammar missed; people want to know what to do.  The first word that fits. */
static const char *remedy_of(const char *message)
{
	static const struct {
		const char *word, *remedy;
	} remedies[] = {
		{ "tab", "indent with blanks" },
		{ "plain scalar cannot start", "put the text in quotes" },
		{ "multiline plain key",
		  "is a blank missing behind a dash or a colon, or the colon itself?" },
		{ "after mapping",
		  "is a blank missing behind a dash or a colon, or the colon itself?" },
		{ "on the same line", "put the text in quotes if its colon is part of it" },
		{ "quoted", "is a quote missing, here or above?" },
		{ "flow", "is a } or ] or comma missing, here or above?" },
		{ "indent", "indent it as the lines beside it" },
		{ "did not find expected", "indent it as the lines beside it" },
	};

	for (size_t i = 0; i < sizeof(remedies) / sizeof(remedies[0]); i++)
		if (strstr(message, remedies[i].word))
			return remedies[i].remedy;
	return NULL;
}

/* The library stops at the first syntax error; one that it could not name still must be seen. */
static void complain_of_syntax(struct yaml *yaml, struct fy_diag *diag)
{
	struct fy_diag_error *error;
	void *iterator = NULL;
	size_t before = complaints_count(yaml->complaints);

	while ((error = fy_diag_errors_iterate(diag, &iterator)) != NULL)
		complain_with(yaml, error->line > 0 ? (unsigned)error->line : 1,
			      error->column > 0 ? (unsigned)error->column : 1,
			      error->msg ? error->msg : "this is not YAML",
			      remedy_of(error->msg ? error->msg : ""));
	if (complaints_count(yaml->complaints) == before)
		complain_at(yaml, 1, 1, "this is not YAML");
}

static bool take_events(struct builder *builder, struct fy_parser *parser, struct fy_diag *diag)
{
	bool going = true, ended = false;
	struct fy_event *event;

	while (going && (event = fy_parser_parse(parser)) != NULL) {
		ended = event->type == FYET_STREAM_END;
		going = take_event(builder, event);
		fy_parser_event_free(parser, event);
	}
	if (going && (!ended || fy_parser_get_stream_error(parser) || fy_diag_got_error(diag))) {
		complain_of_syntax(builder->yaml, diag);
		return false;
	}
	return going;
}

/* The library would otherwise write to standard error. */
static void swallow(struct fy_diag *diag, void *user, const char *text, size_t length)
{
	(void)diag;
	(void)user;
	(void)text;
	(void)length;
}

static bool build(struct yaml *yaml, const char *text, size_t length)
{
	struct builder builder = { .yaml = yaml };
	struct fy_diag_cfg diag_cfg;
	struct fy_parse_cfg cfg = { .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_JSON_NONE };
	struct fy_parser *parser;
	bool built;

	fy_diag_cfg_default(&diag_cfg);
	diag_cfg.fp = NULL;
	diag_cfg.output_fn = swallow;
	cfg.diag = fy_diag_create(&diag_cfg);
	INVARIANT(cfg.diag);
	fy_diag_set_collect_errors(cfg.diag, true);
	parser = fy_parser_create(&cfg);
	INVARIANT(parser);
	INVARIANT(fy_parser_set_string(parser, text, length) == 0);
	built = take_events(&builder, parser, cfg.diag);
	fy_parser_destroy(parser);
	fy_diag_destroy(cfg.diag);
	return built;
}

/* "---" and nothing behind it is as empty as an empty file. */
static void drop_empty_root(struct yaml *yaml)
{
	const struct yaml_node *root = yaml->root;

	if (root && root->kind == YAML_SCALAR && root->plain && root->text[0] == '\0') {
		free_node(yaml->root);
		yaml->root = NULL;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* The indicator of an explicit key: nobody's settings need one, and the library crashes on many of them (0.7.12). */
static bool begins_key(const char *text, size_t length, size_t at)
{
	size_t before = at;

	if (text[at] != '?' || (at + 1 < length && !is_blank(text[at + 1])))
		return false;
	while (before > 0 && (text[before - 1] == ' ' || text[before - 1] == '\t'))
		before--;
	return before == 0 || strchr("\n\r-:?{[,", text[before - 1]);
}

/* What the library cannot be given: bytes that are no text it reads as the end of the document, without a word. */
static bool check_characters(struct yaml *yaml, const char *text, size_t length)
{
	unsigned line = 1, column = 1;

	for (size_t i = 0, step; i < length; i += step, column++) {
		unsigned char c = (unsigned char)text[i];

		step = utf8_length(text + i, length - i);
		if (step == 0) {
			complain_with(yaml, line, column, "this byte is not UTF-8",
				      "save the file as UTF-8");
			return false;
		}
		if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f) {
			complain_at(yaml, line, column, "control characters are not allowed");
			return false;
		}
		if (begins_key(text, length, i)) {
			complain_at(
				yaml, line, column,
				"\"? \" is not read; write the key before its colon, or quote the text");
			return false;
		}
		if (c == '\n') {
			line++;
			column = 0;
		}
	}
	return true;
}

struct yaml *yaml_parse(const struct source *source, struct complaints *complaints)
{
	struct yaml *yaml = mem_alloc(sizeof(*yaml));
	size_t length;
	const char *text = source_text(source, &length);
	bool built = false;

	yaml->complaints = complaints;
	if (length > DOCUMENT_MAX_BYTES)
		complain_at(yaml, 1, 1, "the document is larger than 4 MiB");
	else if (length == 0)
		built = true;
	else
		built = check_characters(yaml, text, length) && build(yaml, text, length);
	if (!built) {
		yaml_free(yaml);
		return NULL;
	}
	drop_empty_root(yaml);
	return yaml;
}
