/* SPDX-License-Identifier: Apache-2.0 */
/* Each exploit of a remote procedure by each way to its server and however its bytes arrive: the reader must tell the same,
 * and content must convict by it; what resembles it must not be told so. */
#include "tests/unit/contact/calls.h"

static const struct call calls[] = {
	{ "MS08-067", srvsvc, 31, STUB_PATH, "\\A\\..\\..\\B", 0, { 0 }, true },
	{ "MS08-067, slashes", srvsvc, 31, STUB_PATH, "/A/../../B", 0, { 0 }, true },
	{ "MS08-067, steps first", srvsvc, 31, STUB_PATH, "..\\..\\B", 0, { 0 }, true },
	{ "MS08-067, big endian", srvsvc, 31, STUB_PATH, "\\A\\..\\..\\B", 0, { true, 0 }, true },
	{ "MS08-067, comparison", srvsvc, 32, STUB_COMPARE, "\\A\\..\\..\\B", 0, { 0 }, true },
	{ "MS08-067, in fragments", srvsvc, 31, STUB_PATH, "\\A\\..\\..\\B", 0, { false, 8 }, true },
	{ "MS08-067, in big endian fragments",
	  srvsvc,
	  31,
	  STUB_PATH,
	  "\\A\\..\\B",
	  0,
	  { true, 9 },
	  true },
	{ "MS04-011", lsarpc, 9, STUB_FILLER, NULL, 1200, { 0 }, true },
	{ "MS04-011, in fragments", lsarpc, 9, STUB_FILLER, NULL, 1200, { false, 200 }, true },
	{ "MS03-026", activation, 0, STUB_SERVER, "\\C$\\1.doc", 300, { 0 }, true },
	{ "MS03-026, big endian", activation, 0, STUB_SERVER, "\\C$\\1.doc", 300, { true, 0 }, true },
	{ "MS03-026, by the activator", activator, 4, STUB_SERVER, "\\C$\\1.doc", 300, { 0 }, true },
	{ "MS03-026, in fragments",
	  activator,
	  4,
	  STUB_SERVER,
	  "\\C$\\1.doc",
	  300,
	  { false, 101 },
	  true },
	{ "a path of its own share",
	  srvsvc,
	  31,
	  STUB_PATH,
	  "\\share\\a..b\\...\\c",
	  0,
	  { 0 },
	  false },
	{ "shares listed", srvsvc, 15, STUB_PATH, "\\A\\..\\B", 0, { 0 }, false },
	{ "a small upgrade", lsarpc, 9, STUB_FILLER, NULL, 400, { 0 }, false },
	{ "a domain looked up", lsarpc, 0, STUB_FILLER, NULL, 1200, { 0 }, false },
	{ "an object activated (WMI, DCOM)", activator, 4, STUB_FILLER, NULL, 1200, { 0 }, false },
	{ "an object on a long path", activator, 4, STUB_SERVER, "\\C$\\1.doc", 250, { 0 }, false },
	{ "a service made without a file", svcctl, 12, STUB_FILLER, NULL, 600, { 0 }, false },
	{ "a task made without a file", tasks, 1, STUB_FILLER, NULL, 600, { 0 }, false },
	{ "a printer", spoolss, 31, STUB_PATH, "\\A\\..\\B", 0, { 0 }, false },
	{ "MS06-040", srvsvc, 31, STUB_PREFIX, "\\A", 530, { 0 }, true },
	{ "MS06-040, in big endian fragments",
	  srvsvc,
	  31,
	  STUB_PREFIX,
	  "\\A",
	  530,
	  { true, 97 },
	  true },
	{ "the longest path behind the longest prefix",
	  srvsvc,
	  31,
	  STUB_PREFIX,
	  "\\A",
	  515,
	  { 0 },
	  false },
	{ "MS03-049", wkssvc, 27, STUB_OPTIONAL, NULL, 600, { 0 }, true },
	{ "MS03-049, in fragments", wkssvc, 25, STUB_NAME, NULL, 600, { false, 101 }, true },
	{ "MS06-070", wkssvc, 22, STUB_NAME, NULL, 600, { true, 0 }, true },
	{ "a domain and its controller, joined", wkssvc, 22, STUB_NAME, NULL, 511, { 0 }, false },
	{ "its users listed", wkssvc, 2, STUB_NAME, NULL, 600, { 0 }, false },
	{ "MS05-039", pnp, 54, STUB_RESOURCE, NULL, 300, { 0 }, true },
	{ "MS05-039, in fragments", pnp, 54, STUB_RESOURCE, NULL, 300, { true, 31 }, true },
	{ "conflicts over memory", pnp, 54, STUB_MEMORY, NULL, 300, { 0 }, false },
	{ "a small resource of its class", pnp, 54, STUB_RESOURCE, NULL, 44, { 0 }, false },
	{ "MS05-047", pnp, 10, STUB_DEVICE, NULL, 300, { 0 }, true },
	{ "devices of a service listed", pnp, 10, STUB_DEVICE, NULL, 200, { 0 }, false },
	{ "a zero challenge", netlogon, 4, STUB_CHALLENGE, NULL, 0, { 0 }, true },
	{ "a zero credential", netlogon, 26, STUB_CREDENTIAL, NULL, 0, { 0 }, true },
	{ "a zero credential, in fragments",
	  netlogon,
	  15,
	  STUB_CREDENTIAL,
	  NULL,
	  0,
	  { true, 11 },
	  true },
	{ "a challenge", netlogon, 4, STUB_CHALLENGE, NULL, 1, { 0 }, false },
	{ "a credential", netlogon, 26, STUB_CREDENTIAL, NULL, 1, { 0 }, false },
	{ "a driver of the caller's",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\10.0.0.5\\s\\x.dll",
	  0,
	  { 0 },
	  true },
	{ "a driver by the kernel's path",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\??\\UNC\\10.0.0.8\\s\\x.dll",
	  0,
	  { true, 0 },
	  true },
	{ "a driver of the caller's, in fragments",
	  spoolss,
	  9,
	  STUB_DRIVER,
	  "\\\\?\\UNC\\10.0.0.5\\s\\x.dll",
	  0,
	  { false, 33 },
	  true },
	{ "a driver that was copied before",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "C:\\Windows\\System32\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a driver on the server's share",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\10.0.0.5\\print$\\x64\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a driver on a long path",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\?\\C:\\x\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a driver of a file server",
	  spoolss,
	  89,
	  STUB_DRIVER,
	  "\\\\files\\s\\x.dll",
	  0,
	  { 0 },
	  false },
	{ "a printer, opened from its path",
	  spoolss,
	  69,
	  STUB_DRIVER,
	  "\\\\10.0.0.5\\s\\x",
	  0,
	  { 0 },
	  false },
};

static const struct {
	const char *what;
	enum way way;
	uint16_t port;
	bool is_adopted; /* the port alone does not say what is spoken */
} ways[] = {
	{ "SMB1 write", WAY_SMB1_WRITE, 445, false },
	{ "SMB1 write over NetBIOS", WAY_SMB1_WRITE, 139, false },
	{ "SMB1 core write", WAY_SMB1_CORE_WRITE, 445, false },
	{ "SMB1 transaction", WAY_SMB1_TRANSACT, 445, false },
	{ "SMB1 transaction over NetBIOS", WAY_SMB1_TRANSACT, 139, false },
	{ "SMB1 transaction in parts", WAY_SMB1_TRANSACT_PARTS, 445, false },
	{ "SMB1 chain", WAY_SMB1_CHAIN, 445, false },
	{ "SMB2 write", WAY_SMB2_WRITE, 445, false },
	{ "SMB2 write over NetBIOS", WAY_SMB2_WRITE, 139, false },
	{ "SMB2 transceive", WAY_SMB2_TRANSCEIVE, 445, false },
	{ "SMB2 compound", WAY_SMB2_COMPOUND, 445, false },
	{ "TCP 135", WAY_TCP, 135, false },
	{ "TCP 593", WAY_TCP, 593, false },
	{ "TCP on a dynamic port", WAY_TCP, 49155, true },
	{ "TCP on a port below its client's", WAY_TCP, 1026, true },
};

static const struct call *call_named(const char *what)
{
	for (size_t c = 0; c < COUNT(calls); c++)
		if (strcmp(calls[c].what, what) == 0)
			return &calls[c];
	fail_msg("%s", what);
	return NULL;
}

static void every_call_convicts_or_not_by_every_way(void **state)
{
	(void)state;
	for (size_t c = 0; c < COUNT(calls); c++)
		for (size_t w = 0; w < COUNT(ways); w++) {
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = ways[w].port;
			if (exchange.port == 139)
				exchange_begin_session(&exchange);
			bind_and_call(&exchange, &calls[c], ways[w].way);
			play(&exchange, 0, 0, IN_ORDER);
			if (convictions() != calls[c].convicts)
				fail_msg("%s by %s", calls[c].what, ways[w].what);
		}
}

static void a_call_is_told_wherever_its_segments_are_cut(void **state)
{
	static const struct {
		const char *what;
		unsigned every; /* way: of the slower ones one is enough */
	} some[] = {
		{ "MS08-067", 1 },
		{ "MS08-067, big endian", 1 },
		{ "MS08-067, in fragments", 1 },
		{ "MS04-011, in fragments", 1 },
		{ "MS03-026, in fragments", 1 },
		{ "MS06-040, in big endian fragments", 4 },
		{ "MS03-049, in fragments", 4 },
		{ "MS05-039, in fragments", 2 },
		{ "a zero challenge", 2 },
		{ "a zero credential, in fragments", 1 },
		{ "a driver of the caller's, in fragments", 4 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(some); i++)
		for (size_t w = i % some[i].every; w < COUNT(ways); w += some[i].every) {
			const struct call *call = call_named(some[i].what);
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = ways[w].port;
			if (exchange.port == 139)
				exchange_begin_session(&exchange);
			bind_and_call(&exchange, call, ways[w].way);
			told_however_it_arrives(&exchange, ways[w].what, ways[w].is_adopted);
			assert_true(heard.count > 0);
		}
}

/* A pipe is a stream: what is written at once may end inside a fragment that goes on with the next. */
static void writes_need_not_end_where_fragments_do(void **state)
{
	static const enum way pipes[] = { WAY_SMB1_WRITE, WAY_SMB2_WRITE };
	const struct call *call = call_named("MS08-067, in fragments");
	struct bytes bind = bind_to(&call->how, call->uuid), stub = stub_of(call), all = { 0 };

	(void)state;
	for (size_t at = 0; at < stub.length;)
		at = put_fragment(&all, &call->how, call->opnum, &stub, at);
	for (size_t w = 0; w < COUNT(pipes); w++)
		for (size_t size = all.length / 30; size < all.length; size += 7) {
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = 445;
			exchange_send(&exchange, pipes[w], &bind);
			for (size_t at = 0; at < all.length; at += size) {
				struct bytes part = { 0 };

				put(&part, all.at + at,
				    all.length - at < size ? all.length - at : size);
				exchange_send(&exchange, pipes[w], &part);
			}
			play(&exchange, 0, 0, IN_ORDER);
			if (convictions() != 1)
				fail_msg("way %u, %zu bytes at once", pipes[w], size);
		}
}

static void path_calls_and_activations_are_known_when_their_bind_was_missed(void **state)
{
	static const enum way pipes[] = { WAY_SMB1_WRITE, WAY_SMB1_TRANSACT, WAY_SMB2_WRITE,
					  WAY_TCP };

	(void)state;
	for (size_t i = 0; i < COUNT(pipes); i++)
		for (size_t c = 0; c < COUNT(calls); c++) {
			bool is_known = calls[c].stub == STUB_SERVER ||
					(calls[c].uuid == srvsvc && !calls[c].how.fragment_bytes);
			static struct exchange exchange;

			exchange.count = 0;
			exchange.port = pipes[i] == WAY_TCP ? 135 : 445;
			call_by(&exchange, &calls[c], pipes[i]);
			play(&exchange, 0, 0, IN_ORDER);
			/* A printer's call with those arguments cannot be told from it: none has them. */
			if (calls[c].uuid != spoolss &&
			    convictions() != (calls[c].convicts && is_known))
				fail_msg("%s by way %u", calls[c].what, pipes[i]);
		}
}

static void one_pipe_does_not_hide_another(void **state)
{
	static struct exchange exchange;
	struct bytes stub = stub_of(&calls[5]), other;

	(void)state;
	exchange.count = 0;
	exchange.port = 445;
	other = bind_to(&calls[5].how, srvsvc);
	exchange_send(&exchange, WAY_SMB1_WRITE, &other);
	for (size_t at = 0; at < stub.length;) {
		struct bytes fragment = { 0 }, decoy = { 0 };

		at = put_fragment(&fragment, &calls[5].how, 31, &stub, at);
		exchange_send(&exchange, WAY_SMB1_WRITE, &fragment);
		if (exchange.count + 1 >= STEPS_MAX)
			break;
		/* The same call by number, on another pipe in between. */
		(void)put_fragment(&decoy, &(struct marshal){ false, 4 }, 31, &stub, 4);
		put_pipe_write(exchange_step(&exchange, false), &decoy);
		set_le16(&exchange.steps[exchange.count - 1].said, 4 + 32 + 1 + 4, PIPE + 1);
	}
	play(&exchange, 0, 0, IN_ORDER);
	assert_int_equal(convictions(), 1);
}

/* ---- pipes side by side ------------------------------------------------------------------------- */

static void write_to(struct exchange *exchange, unsigned pipe, const struct bytes *bytes)
{
	struct bytes *said = exchange_step(exchange, false);

	put_pipe_write(said, bytes);
	set_le16(said, 4 + 32 + 1 + 4, pipe);
}

static void bind_pipe(struct exchange *exchange, unsigned pipe, const uint8_t *uuid)
{
	struct bytes bind = bind_to(&(struct marshal){ 0 }, uuid);

	write_to(exchange, pipe, &bind);
}

static void call_pipe(struct exchange *exchange, unsigned pipe, const struct call *call)
{
	struct bytes stub = stub_of(call);

	for (size_t at = 0; at < stub.length;) {
		struct bytes fragment = { 0 };

		at = put_fragment(&fragment, &call->how, call->opnum, &stub, at);
		write_to(exchange, pipe, &fragment);
	}
}

/* Nobody has heard of it. */
static const uint8_t other[16] = "an interface...";

static void each_pipe_keeps_its_own_interface(void **state)
{
	static const struct {
		const char *what;
		const uint8_t *bound[12]; /* one pipe after the other */
		unsigned called;          /* the pipe */
		const char *call;
		unsigned convictions;
	} cases[] = {
		{ "the only one", { lsarpc }, 0, "MS04-011", 1 },
		{ "the first of two", { lsarpc, svcctl }, 0, "MS04-011", 1 },
		{ "the second of two", { svcctl, lsarpc }, 1, "MS04-011", 1 },
		{ "the other one of two", { svcctl, lsarpc }, 0, "MS04-011", 0 },
		{ "of an interface that nobody exploits", { other }, 0, "MS08-067", 0 },
		{ "one such beside the server's", { srvsvc, other }, 1, "MS08-067", 0 },
		{ "one whose bind was missed beside such a one", { other }, 1, "MS08-067", 1 },
		{ "the eighth", /* so many are remembered */
		  { svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, lsarpc },
		  7,
		  "MS04-011",
		  1 },
		{ "the ninth displaces the first",
		  { svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, lsarpc },
		  8,
		  "MS04-011",
		  1 },
		{ "the tenth the second and not the ninth",
		  { svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, svcctl, lsarpc,
		    svcctl },
		  8,
		  "MS04-011",
		  1 },
		{ "what matters displaces what does not",
		  { lsarpc, spoolss, other, other, other, other, other, other, svcctl, svcctl },
		  0,
		  "MS04-011",
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct exchange exchange;

		exchange.count = 0;
		exchange.port = 445;
		for (unsigned pipe = 0; pipe < 12 && cases[i].bound[pipe]; pipe++)
			bind_pipe(&exchange, PIPE + pipe, cases[i].bound[pipe]);
		call_pipe(&exchange, PIPE + cases[i].called, call_named(cases[i].call));
		play(&exchange, 0, 0, IN_ORDER);
		if (convictions() != cases[i].convictions)
			fail_msg("%s: %u", cases[i].what, convictions());
	}
}

static unsigned big_calls(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < heard.count; i++)
		count += heard.all[i].kind == OBSERVED_RPC &&
			 heard.all[i].rpc.stub_bytes > RPC_BIG_STUB_BYTES;
	return count;
}

/* Number n of each pipe's fragments in turn. */
static void fragments_of_several_calls_may_take_turns(void **state)
{
	const struct call *call = call_named("MS04-011, in fragments");
	struct bytes stub = stub_of(call);

	(void)state;
	for (unsigned pipes = 1; pipes <= 4; pipes++) {
		static struct exchange exchange;

		exchange.count = 0;
		exchange.port = 445;
		for (unsigned pipe = 0; pipe < pipes; pipe++)
			bind_pipe(&exchange, PIPE + pipe, lsarpc);
		for (size_t at = 0, next = 0; at < stub.length; at = next)
			for (unsigned pipe = 0; pipe < pipes; pipe++) {
				struct bytes fragment = { 0 };

				next = put_fragment(&fragment, &call->how, call->opnum, &stub, at);
				write_to(&exchange, PIPE + pipe, &fragment);
			}
		play(&exchange, 0, 0, IN_ORDER);
		assert_int_equal(big_calls(), pipes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_convicts_or_not_by_every_way),
		cmocka_unit_test(a_call_is_told_wherever_its_segments_are_cut),
		cmocka_unit_test(writes_need_not_end_where_fragments_do),
		cmocka_unit_test(path_calls_and_activations_are_known_when_their_bind_was_missed),
		cmocka_unit_test(one_pipe_does_not_hide_another),
		cmocka_unit_test(each_pipe_keeps_its_own_interface),
		cmocka_unit_test(fragments_of_several_calls_may_take_turns),
	};

	return cmocka_run_group_tests(tests, start_reader, stop_reader);
}
