/* SPDX-License-Identifier: Apache-2.0 */
/* What firmware answers beside yes and no: an object without an id, a yes that was none, a way back that is barred, another realm. */
#include "tests/unit/amt/enforcing.h"

/* ---- an object without an id ------------------------------------------------------------------- */

struct nameless {
	const char *class_name;
	const char *selectors; /* instead of the id */
	unsigned left;         /* creates until then */
};

/* It is made, all the same. */
static bool create_without_id(struct fake_device *device, const struct fake_request *request,
			      struct buf *out)
{
	struct nameless *script = (struct nameless *)(uintptr_t)device->script;
	struct cim_instance *body;
	struct buf unheard;

	if (strcmp(request->op, "Create") != 0 ||
	    strcmp(request->class_name, script->class_name) != 0 || script->left-- != 0)
		return false;
	buf_init(&unheard, 4096);
	body = cim_read(request->body);
	fake_create(device, body, &unheard);
	cim_free(body);
	buf_fini(&unheard);
	buf_format(out,
		   "<x:ResourceCreated><b:Address/><b:ReferenceParameters><w:ResourceURI>y"
		   "</w:ResourceURI><w:SelectorSet>%s</w:SelectorSet></b:ReferenceParameters>"
		   "</x:ResourceCreated>",
		   script->selectors);
	return true;
}

/* Without its id it cannot be taken back; by its name the next preparation finds it. */
static void what_is_made_without_an_id_is_not_understood_and_found_later(void **state)
{
	static const char *const selectors[] = {
		"", "<w:Selector Name=\"Other\">7</w:Selector>",
		"<w:Selector Name=\"InstanceID\"></w:Selector>",
		"<w:Selector Name=\"InstanceID\">"
		"0123456789012345678901234567890123456789012345678901234567890123456789"
		"0123456789012345678901234567890123456789012345678901234567890123456789"
		"</w:Selector>"
	};
	static const char *const classes[] = { "AMT_IPHeadersFilter", POLICY };
	struct plan plan = repair("repair", 2);

	(void)state;
	for (size_t i = 0; i < COUNT(selectors) * COUNT(classes); i++) {
		struct nameless script = { .class_name = classes[i % 2],
					   .selectors = selectors[i / 2],
					   .left = i % 2 ? 0 : 1 };
		struct bench *bench = bench_new();

		bench->device.script = &script;
		bench->device.scripted = create_without_id;
		assert_true(act(bench, ENFORCER_PREPARE, &plan)->rc < 0);
		assert_non_null(strstr(bench->text, "did not say under which id"));
		/* A policy that is there holds its filters. */
		assert_int_equal(our_filters(bench), i % 2 ? plan.filter_count : 1);
		assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), i % 2);
		bench->device.scripted = NULL;
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_int_equal(our_filters(bench), plan.filter_count);
		assert_int_equal(fake_count(&bench->device, POLICY, "crd-"), 1);
		bench_free(bench);
	}
}

/* ---- a release that is none -------------------------------------------------------------------- */

/* Of each Delete of a binding: r refused, i answered with yes and ignored, d done. */
struct stubborn {
	const char *ways;
	unsigned count;
};

static bool keep_binding(struct fake_device *device, const struct fake_request *request,
			 struct buf *out)
{
	struct stubborn *script = (struct stubborn *)(uintptr_t)device->script;
	char way;

	if (strcmp(request->op, "Delete") != 0 || strcmp(request->class_name, BINDING) != 0)
		return false;
	assert_true(script->count < strlen(script->ways));
	way = script->ways[script->count++];
	if (way == 'r')
		fake_fault("AccessDenied", "", 400, device, out);
	return way != 'd';
}

static void a_release_is_tried_twice_and_believed_when_read_back(void **state)
{
	static const struct {
		const char *ways, *says; /* says NULL: it is released */
	} cases[] = {
		{ "d", NULL },
		{ "id", NULL },
		{ "rd", NULL },
		{ "rr", "still has our policy enabled: AMT 12.0.67 at 10.0.0.23:16992: "
			"Delete AMT_NetworkPortSystemDefensePolicy: refused" },
		{ "ii", "it was enabled again by somebody" },
		/* What it said the first time is not why it is enabled the second. */
		{ "ri", "it was enabled again by somebody" },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stubborn script = { .ways = cases[i].ways };
		struct bench *bench = bench_new();

		must(bench, ENFORCER_ISOLATE, &plan);
		bench->device.script = &script;
		bench->device.scripted = keep_binding;
		act(bench, ENFORCER_RELEASE, NULL);
		assert_int_equal(script.count, strlen(cases[i].ways));
		assert_int_equal(bench->result.rc < 0, cases[i].says != NULL);
		if (cases[i].says && !strstr(bench->text, cases[i].says))
			fail_msg("%s: %s", cases[i].ways, bench->text);
		assert_int_equal(fake_bound(&bench->device, "crd-"), cases[i].says != NULL);
		bench_free(bench);
	}
}

/* ---- a way back that is barred ----------------------------------------------------------------- */

/* The policy is refused; then of each Delete of a filter: r refused, l lost on the way, 4 a wrong password, d done. */
static bool bar_way_back(struct fake_device *device, const struct fake_request *request,
			 struct buf *out)
{
	struct stubborn *script = (struct stubborn *)(uintptr_t)device->script;
	static const struct err lost = { .code = ERR_FAILED, .text = "connection reset by peer" };
	bool create = strcmp(request->op, "Create") == 0;
	char way;

	if (create && strcmp(request->class_name, POLICY) == 0) {
		fake_fault("InternalError", "AMT-STATUS 1", 500, device, out);
		return true;
	}
	if (strcmp(request->op, "Delete") != 0)
		return false;
	way = script->count < strlen(script->ways) ? script->ways[script->count] : 'd';
	script->count++;
	if (way == 'r')
		fake_fault("AccessDenied", "", 400, device, out);
	if (way == '4')
		device->answer.status = 401;
	if (way == 'l') {
		device->answer.rc = ERR_FAILED;
		device->answer.err = &lost;
		device->answer.sent = true;
	}
	return way != 'd';
}

/* One refusal does not keep the others from being taken back; a dead line or a barred account does, for there is nobody to ask. */
static void what_bars_the_way_back_decides_how_far_it_is_gone(void **state)
{
	static const struct {
		const char *ways;
		unsigned deletes, left;
		bool clean;
	} cases[] = {
		{ "", 4, 0, true },      { "r", 4, 1, false }, { "dr", 4, 1, false },
		{ "rrrr", 4, 4, false }, { "l", 1, 4, false }, { "dl", 2, 3, false },
		{ "rl", 2, 4, false },
	};
	struct plan plan = repair("repair", 0);

	(void)state;
	assert_int_equal(plan.filter_count, 4);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct stubborn script = { .ways = cases[i].ways };
		struct bench *bench = bench_new();

		bench->device.script = &script;
		bench->device.scripted = bar_way_back;
		assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
		/* Why it went back is told, not what went wrong on the way. */
		assert_non_null(strstr(bench->text, "Create AMT_SystemDefensePolicy: refused"));
		if (script.count != cases[i].deletes || our_filters(bench) != cases[i].left)
			fail_msg("\"%s\": %u asked, %u left", cases[i].ways, script.count,
				 our_filters(bench));
		assert_int_equal(bench->result.unknown, !cases[i].clean);
		bench->device.scripted = NULL;
		must(bench, ENFORCER_ISOLATE, &plan);
		assert_int_equal(our_filters(bench), plan.filter_count);
		bench_free(bench);
	}
}

/* ---- another realm ----------------------------------------------------------------------------- */

static void who_answers_under_a_new_realm_is_asked_only_where_that_can_tell(void **state)
{
	static const struct {
		const char *name, *listed_realm, *guid, *new_guid;
		bool asked, taken;
	} cases[] = {
		{ "the same board, provisioned anew", "", NULL, NULL, true, true },
		{ "another board", "", NULL, "0102030405060708090A0B0C0D0E0F10", true, false },
		{ "the list names the realm: no UUID outweighs that", "Digest:1", NULL, NULL, false,
		  false },
		{ "a board that was never known by a UUID", "", "00000000000000000000000000000000",
		  "00000000000000000000000000000000", false, false },
	};
	struct plan plan = repair("repair", 1);

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bench *bench = bench_new();

		snprintf(bench->asset.amt.realm, sizeof(bench->asset.amt.realm), "%s",
			 cases[i].listed_realm);
		bench->device.guid = cases[i].guid;
		must(bench, ENFORCER_PREPARE, &plan);
		bench->device.realm = "Digest:7";
		bench->device.guid = cases[i].new_guid;
		act(bench, ENFORCER_ISOLATE, &plan);
		if ((bench->result.rc == 0) != cases[i].taken)
			fail_msg("%s: %s", cases[i].name, bench->text);
		assert_int_equal(bench->device.requests > 1, cases[i].asked);
		if (!cases[i].taken)
			assert_int_equal(bench->device.writes, 0);
		bench_free(bench);
	}
}

struct fickle {
	unsigned realms;
};

/* Each answer comes under another realm. */
static bool change_realm(struct fake_device *device, const struct fake_request *request,
			 struct buf *out)
{
	static const char *const realms[] = { "Digest:8", "Digest:9" };
	struct fickle *script = (struct fickle *)(uintptr_t)device->script;

	(void)request;
	(void)out;
	device->realm = realms[script->realms++ % 2];
	return false;
}

static void a_machine_that_is_another_each_time_is_asked_once(void **state)
{
	struct bench *bench = bench_new();
	struct plan plan = repair("repair", 1);
	struct fickle script = { 0 };

	(void)state;
	must(bench, ENFORCER_PREPARE, &plan);
	bench->device.realm = "Digest:7";
	bench->device.script = &script;
	bench->device.scripted = change_realm;
	assert_true(act(bench, ENFORCER_ISOLATE, &plan)->rc < 0);
	assert_int_equal(bench->device.writes, 0);
	assert_true(bench->device.requests < 20);
	assert_int_equal(fake_bound(&bench->device, ""), 0);
	bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_without_an_id_is_not_understood_and_found_later),
		cmocka_unit_test(a_release_is_tried_twice_and_believed_when_read_back),
		cmocka_unit_test(what_bars_the_way_back_decides_how_far_it_is_gone),
		cmocka_unit_test(who_answers_under_a_new_realm_is_asked_only_where_that_can_tell),
		cmocka_unit_test(a_machine_that_is_another_each_time_is_asked_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
