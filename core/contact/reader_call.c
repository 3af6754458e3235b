/* SPDX-License-Identifier: Apache-2.0 */
/* reader_call.c - calls with arguments that no program makes, but for an exploit (worm-detection.md B: Zotob, and those
 * that came before and after).
 *
 * An overflow needs an argument longer than its kind can be; so the arguments' own limits are compared, not the
 * exploits' lengths.
 *   - Paths have at most 260 characters (MAX_PATH), and a prefix as many; what MS06-040 overflows holds 522.
 *   - Names of machines and domains have at most 255 (RFC 1035), domain and controller together twice that; MS03-049 and
 *     MS06-070 need a thousand and more.  A device's have 200, a service's 256 (MS05-047).
 *   - Conflicts are asked for over memory, ports, interrupts and DMA.  Class-specific data (CM_RESOURCE type 0xffff) can
 *     have none, and MS05-039 is in its copying.
 *   - Netlogon's challenge is random and its credential an encryption of it (MS-NRPC 3.1.4.1): all zero once in 2^64, or
 *     because somebody wants the one cipher text in 256 that is zero as well (CVE-2020-1472).
 *   - A printer driver is copied to the server first (AddPrinterDriver), or taken from a print server's share.
 *
 * And which calls have the server run something, whatever their arguments: those are often sealed, the operation never is.
 *
 * Left out: what is sealed, and calls whose bind was missed, but for paths. */
#include "core/contact/reader_internal.h"

#include <string.h>
#include <strings.h>

enum {
	PATHS_MOST = 2 * (260 + 1),
	NAMES_MOST = 2 * 255 + 2,
	DEVICE_MOST = 256 + 1,
	RESOURCE_CLASS_SPECIFIC = 0xffff,
	RESOURCE_MOST = 128, /* bytes: its header has 32, the rest is a signature */
	PNP_QUERY_CONFLICTS = 54,
	SPOOLSS_ADD_DRIVER = 9,
	SPOOLSS_ADD_DRIVER_EX = 89,
};

/* Operations and the beginning of their arguments: MS-SRVS 3.1.4.30 and 31, MS-WKST 3.2.4 with the numbers that they had
 * before, MS-NRPC 3.5.4.4; Plug and Play's are those of Windows 2000 to 2003. */
struct rule {
	uint8_t interface, opnum;
	const char *shape;
	uint8_t wrong; /* enum observed_wrong */
	uint8_t from;  /* the first argument that counts: server names do not */
	uint16_t most; /* characters of the strings together, with their NULs */
};

static const struct rule rules[] = {
	{ RPC_SRVSVC, 31, "usws", RPC_ENDLESS_PATH, 1, PATHS_MOST },
	{ RPC_SRVSVC, 32, "uss", RPC_ENDLESS_PATH, 1, PATHS_MOST },
	{ RPC_WKSSVC, 16, "us", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 19, "us", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 22, "us", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 24, "uu", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 25, "us", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 26, "us", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 27, "uu", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 28, "uu", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_WKSSVC, 29, "uu", RPC_ENDLESS_NAME, 1, NAMES_MOST },
	{ RPC_PNP, 10, "u", RPC_ENDLESS_NAME, 0, DEVICE_MOST },
	{ RPC_PNP, 11, "u", RPC_ENDLESS_NAME, 0, DEVICE_MOST },
	{ RPC_PNP, PNP_QUERY_CONFLICTS, "sww", RPC_STRANGE_RESOURCE, 0, 0 },
	{ RPC_NETLOGON, 4, "usc", RPC_ZERO_NONCE, 0, 0 },
	{ RPC_NETLOGON, 5, "ushsc", RPC_ZERO_NONCE, 0, 0 },
	{ RPC_NETLOGON, 15, "ushsc", RPC_ZERO_NONCE, 0, 0 },
	{ RPC_NETLOGON, 26, "ushsc", RPC_ZERO_NONCE, 0, 0 },
};

static const struct rule *rule_of(uint8_t interface, uint16_t opnum)
{
	if (interface != RPC_SRVSVC && interface < RPC_WKSSVC)
		return NULL; /* the calls of every day */
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if (rules[i].interface == interface && rules[i].opnum == opnum)
			return &rules[i];
	return NULL;
}

static bool adds_driver(uint8_t interface, uint16_t opnum)
{
	return interface == RPC_SPOOLSS &&
	       (opnum == SPOOLSS_ADD_DRIVER || opnum == SPOOLSS_ADD_DRIVER_EX);
}

bool call_is_judged(uint8_t interface, uint16_t opnum)
{
	return rule_of(interface, opnum) || adds_driver(interface, opnum);
}

static bool is_string(char letter)
{
	return letter == 's' || letter == 'u';
}

static uint64_t string_chars(const struct rule *rule, const struct dcerpc_args *args)
{
	uint64_t chars = 0;

	for (unsigned i = rule->from; i < args->count; i++)
		if (is_string(rule->shape[i]))
			chars += args->values[i];
	return chars;
}

static bool is_broken(const struct rule *rule, const struct dcerpc_args *args)
{
	bool is_whole = args->count == strlen(rule->shape);

	switch (rule->wrong) {
	case RPC_STRANGE_RESOURCE:
		return is_whole && args->values[1] == RESOURCE_CLASS_SPECIFIC &&
		       args->values[2] > RESOURCE_MOST;
	case RPC_ZERO_NONCE:
		return is_whole && !args->values[args->count - 1];
	default:
		return string_chars(rule, args) > rule->most;
	}
}

/* ---- where a driver lies -------------------------------------------------------------------------- */

/* One component of a path; the path behind it, NULL if it does not end. */
static const char *component(const char *path, char *name, size_t size)
{
	const char *end = strchr(path, '\\');
	size_t length = end ? (size_t)(end - path) : 0;

	if (!end || length >= size)
		return NULL;
	memcpy(name, path, length);
	name[length] = '\0';
	return end + 1;
}

static bool begins(const char *text, const char *with)
{
	return strncasecmp(text, with, strlen(with)) == 0;
}

/* The server's own paths begin with a letter or with no server at all. */
static uint8_t judge_place(const struct turn *turn, const char *text)
{
	char host[RPC_DRIVER_BYTES], share[RPC_DRIVER_BYTES];
	struct ip ip;

	if (begins(text, "\\??\\UNC\\"))
		return RPC_OWN_DRIVER;
	if (!begins(text, "\\\\"))
		return RPC_NOTHING_WRONG;
	text += begins(text, "\\\\?\\UNC\\") ? 8 : 2;
	text = component(text, host, sizeof(host));
	text = text ? component(text, share, sizeof(share)) : NULL;
	if (!text || !host[0] || !share[0] || host[0] == '?' || host[0] == '.' ||
	    strcasecmp(share, "print$") == 0)
		return RPC_NOTHING_WRONG;
	return ip_parse(host, &ip) && ip_equal(&ip, &turn->packet->src) ? RPC_OWN_DRIVER
									: RPC_DISTANT_DRIVER;
}

/* A big-endian string has the low half of its count in front. */
static uint8_t take_char(const struct turn *turn, struct rpc_driver *driver, unsigned c)
{
	if (c < ' ' || c > '~') {
		driver->length = driver->front = 0;
		return RPC_NOTHING_WRONG;
	}
	if (!driver->length && c != '\\') {
		driver->front = driver->front < 2 ? (uint8_t)(driver->front + 1) : 2;
		return RPC_NOTHING_WRONG;
	}
	if (driver->front > 1 || driver->length + 1 >= RPC_DRIVER_BYTES)
		return RPC_NOTHING_WRONG;
	driver->text[driver->length++] = (char)c;
	driver->text[driver->length] = '\0';
	return c == '\\' ? judge_place(turn, driver->text) : RPC_NOTHING_WRONG;
}

static uint8_t read_driver(const struct turn *turn, struct rpc_driver *driver, const uint8_t *stub,
			   size_t length, bool big)
{
	uint8_t wrong = RPC_NOTHING_WRONG;

	for (size_t i = 0; i < length && !wrong; i++) {
		if (driver->has_byte)
			wrong = take_char(turn, driver,
					  big ? (unsigned)driver->byte << 8 | stub[i]
					      : (unsigned)stub[i] << 8 | driver->byte);
		driver->byte = stub[i];
		driver->has_byte = !driver->has_byte;
	}
	return wrong;
}

/* ---- what is run ---------------------------------------------------------------------------------- */

/* MS-SCMR 3.1.4 (a service is made, or made another), MS-TSCH 3.2.5.2.1 and 3.2.5.4.2, MS-WMI 3.1.4.3 (a method is executed, at
 * once or later), MS-OAUT 3.1.4.4 (Invoke). */
static const struct {
	uint8_t interface, opnum, runs;
} running[] = {
	{ RPC_SVCCTL, 11, RUNS_JOB },  { RPC_SVCCTL, 12, RUNS_JOB },
	{ RPC_SVCCTL, 23, RUNS_JOB },  { RPC_SVCCTL, 24, RUNS_JOB },
	{ RPC_SVCCTL, 44, RUNS_JOB },  { RPC_SVCCTL, 45, RUNS_JOB },
	{ RPC_SVCCTL, 60, RUNS_JOB },  { RPC_ATSVC, 0, RUNS_JOB },
	{ RPC_TASKS, 1, RUNS_JOB },    { RPC_WMI, 24, RUNS_COMMAND },
	{ RPC_WMI, 25, RUNS_COMMAND }, { RPC_AUTOMATION, 6, RUNS_COMMAND },
};

uint8_t call_runs(uint8_t interface, uint16_t opnum)
{
	for (size_t i = 0; i < sizeof(running) / sizeof(running[0]); i++)
		if (running[i].interface == interface && running[i].opnum == opnum)
			return running[i].runs;
	return RUNS_NOTHING;
}

/* ---- calls ---------------------------------------------------------------------------------------- */

uint8_t call_wrong(const struct turn *turn, struct rpc_call *call, const uint8_t *bytes,
		   const struct dcerpc_fragment *fragment)
{
	const struct rule *rule = rule_of(call->interface, fragment->opnum);
	const uint8_t *stub = bytes + fragment->stub_offset;
	bool big = fragment->marks & DCERPC_BIG_ENDIAN;
	uint8_t wrong = RPC_NOTHING_WRONG;

	if (call->is_wrong || fragment->marks & DCERPC_SEALED)
		return RPC_NOTHING_WRONG;
	if (rule) {
		dcerpc_args_read(&call->args, rule->shape, stub, fragment->stub_length, big);
		if (is_broken(rule, &call->args))
			wrong = rule->wrong;
		if (fragment->marks & DCERPC_CUT)
			dcerpc_args_lose(&call->args);
	} else if (adds_driver(call->interface, fragment->opnum)) {
		wrong = read_driver(turn, &call->driver, stub, fragment->stub_length, big);
	}
	call->is_wrong = wrong != RPC_NOTHING_WRONG;
	return wrong;
}
