/* SPDX-License-Identifier: Apache-2.0 */
/* The least a program must do to isolate a fleet: libcurl's multi interface, one handle per machine, curl's own digest,
 * one Create and one Get each, an HTTP status for an answer.  No checking of what came, no limits, no retries, no
 * certificate pin.  It is what "make bench-fleet" holds the client against.
 *
 * usage: cordon-bench-bare DEVICES PORT PARALLEL POLICY ROUNDS
 * One untimed Get per machine first, as the client has spoken to its machines before.  Prints a line per round:
 * seconds, CPU seconds, failures. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "tests/bench/stopwatch.h"

#define ENVELOPE                                                                                                     \
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" " \
	"xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                            \
	"xmlns:wsman=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header>"                                  \
	"<wsa:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/%s</wsa:Action><wsa:To>/wsman</wsa:To>"          \
	"<wsman:ResourceURI>" BINDING                                                                                \
	"</wsman:ResourceURI><wsa:MessageID>1</wsa:MessageID><wsa:ReplyTo>"                                          \
	"<wsa:Address>" ANYONE "</wsa:Address></wsa:ReplyTo>"                                                        \
	"<wsman:OperationTimeout>PT60S</wsman:OperationTimeout>%s</s:Header><s:Body>%s</s:Body></s:Envelope>"
#define SCHEMA  "http://intel.com/wbem/wscim/1/amt-schema/1/"
#define BINDING SCHEMA "AMT_NetworkPortSystemDefensePolicy"
#define ANYONE  "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
#define PORT_REFERENCE                                                                                              \
	"<wsa:Address>" ANYONE "</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>"                         \
	"http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_EthernetPort</wsman:ResourceURI><wsman:SelectorSet>" \
	"<wsman:Selector Name=\"CreationClassName\">CIM_EthernetPort</wsman:Selector>"                              \
	"<wsman:Selector Name=\"DeviceID\">Intel(r) AMT Ethernet Port 0</wsman:Selector>"                           \
	"<wsman:Selector Name=\"SystemCreationClassName\">CIM_ComputerSystem</wsman:Selector>"                      \
	"<wsman:Selector Name=\"SystemName\">Intel(r) AMT</wsman:Selector></wsman:SelectorSet>"                     \
	"</wsa:ReferenceParameters>"
#define POLICY_REFERENCE                                                                                       \
	"<wsa:Address>" ANYONE "</wsa:Address><wsa:ReferenceParameters><wsman:ResourceURI>" SCHEMA             \
	"AMT_SystemDefensePolicy</wsman:ResourceURI><wsman:SelectorSet><wsman:Selector Name=\"InstanceID\">%s" \
	"</wsman:Selector></wsman:SelectorSet></wsa:ReferenceParameters>"

enum order { CREATE, GET, DELETE, ORDERS };

struct machine {
	CURL *easy;
	int left; /* orders still to be sent, the last first */
	enum order orders[2];
};

struct bare {
	CURLM *multi;
	struct curl_slist *headers;
	struct machine *machines;
	unsigned count, parallel, failures;
	char bodies[ORDERS][4096];
};

static size_t swallow(char *bytes, size_t size, size_t count, void *arg)
{
	(void)bytes;
	(void)arg;
	return size * count;
}

static void write_bodies(struct bare *bare, const char *policy)
{
	char reference[1024], create[2048], key[2048];

	snprintf(reference, sizeof(reference), POLICY_REFERENCE, policy);
	snprintf(
		create, sizeof(create),
		"<b:AMT_NetworkPortSystemDefensePolicy xmlns:b=\"" BINDING
		"\"><b:Antecedent>" PORT_REFERENCE
		"</b:Antecedent><b:Dependent>%s</b:Dependent></b:AMT_NetworkPortSystemDefensePolicy>",
		reference);
	snprintf(
		key, sizeof(key),
		"<wsman:SelectorSet><wsman:Selector Name=\"Antecedent\"><wsa:EndpointReference>" PORT_REFERENCE
		"</wsa:EndpointReference></wsman:Selector><wsman:Selector Name=\"Dependent\"><wsa:EndpointReference>%s"
		"</wsa:EndpointReference></wsman:Selector></wsman:SelectorSet>",
		reference);
	snprintf(bare->bodies[CREATE], sizeof(bare->bodies[CREATE]), ENVELOPE, "Create", "",
		 create);
	snprintf(bare->bodies[GET], sizeof(bare->bodies[GET]), ENVELOPE, "Get", key, "");
	snprintf(bare->bodies[DELETE], sizeof(bare->bodies[DELETE]), ENVELOPE, "Delete", key, "");
}

static void make_machine(struct bare *bare, unsigned n, unsigned port)
{
	struct machine *machine = &bare->machines[n];
	unsigned host = 257 + n;
	char url[64];

	machine->easy = curl_easy_init();
	snprintf(url, sizeof(url), "https://127.%u.%u.%u:%u/wsman", host >> 16 & 255,
		 host >> 8 & 255, host & 255, port);
	curl_easy_setopt(machine->easy, CURLOPT_URL, url);
	curl_easy_setopt(machine->easy, CURLOPT_SSL_VERIFYPEER, 0L);
	curl_easy_setopt(machine->easy, CURLOPT_SSL_VERIFYHOST, 0L);
	curl_easy_setopt(machine->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(machine->easy, CURLOPT_HTTPAUTH, CURLAUTH_DIGEST);
	curl_easy_setopt(machine->easy, CURLOPT_USERNAME, "admin");
	curl_easy_setopt(machine->easy, CURLOPT_PASSWORD, "P@ssw0rd");
	curl_easy_setopt(machine->easy, CURLOPT_HTTPHEADER, bare->headers);
	curl_easy_setopt(machine->easy, CURLOPT_WRITEFUNCTION, swallow);
	curl_easy_setopt(machine->easy, CURLOPT_PRIVATE, machine);
	curl_easy_setopt(machine->easy, CURLOPT_NOSIGNAL, 1L);
}

static void send_next(struct bare *bare, struct machine *machine)
{
	curl_easy_setopt(machine->easy, CURLOPT_POSTFIELDS,
			 bare->bodies[machine->orders[--machine->left]]);
	curl_multi_add_handle(bare->multi, machine->easy);
}

/* All orders at all machines, at most so many machines at once. */
static void run(struct bare *bare, int orders, enum order first, enum order second, bool fresh)
{
	unsigned started = 0, done = 0;
	int running, queued;

	while (done < bare->count) {
		CURLMsg *message;

		while (started < bare->count && started - done < bare->parallel) {
			struct machine *machine = &bare->machines[started++];

			machine->left = orders;
			machine->orders[orders - 1] = first;
			machine->orders[0] = orders > 1 ? second : first;
			send_next(bare, machine);
		}
		curl_multi_perform(bare->multi, &running);
		while ((message = curl_multi_info_read(bare->multi, &queued)) != NULL) {
			CURL *easy = message->easy_handle;
			bool good = message->data.result == CURLE_OK;
			struct machine *machine;
			long status = 0;

			if (message->msg != CURLMSG_DONE)
				continue;
			curl_easy_getinfo(easy, CURLINFO_PRIVATE, &machine);
			curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
			curl_multi_remove_handle(bare->multi, easy);
			bare->failures += !fresh && (!good || status != 200);
			if (machine->left)
				send_next(bare, machine);
			else
				done++;
		}
		if (done < bare->count)
			curl_multi_poll(bare->multi, NULL, 0, 100, NULL);
	}
}

static void raise_descriptors(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int main(int argc, char **argv)
{
	struct bare bare = { 0 };
	unsigned rounds;

	if (argc != 6) {
		fprintf(stderr, "usage: cordon-bench-bare DEVICES PORT PARALLEL POLICY ROUNDS\n");
		return 2;
	}
	raise_descriptors();
	curl_global_init(CURL_GLOBAL_DEFAULT);
	bare.count = (unsigned)strtoul(argv[1], NULL, 10);
	bare.parallel = (unsigned)strtoul(argv[3], NULL, 10);
	rounds = (unsigned)strtoul(argv[5], NULL, 10);
	bare.multi = curl_multi_init();
	curl_multi_setopt(bare.multi, CURLMOPT_MAXCONNECTS, (long)(2 * bare.parallel));
	bare.headers = curl_slist_append(NULL, "Content-Type: application/soap+xml;charset=UTF-8");
	bare.headers = curl_slist_append(bare.headers, "Expect:");
	bare.machines = calloc(bare.count, sizeof(*bare.machines));
	if (!bare.machines)
		return 1;
	write_bodies(&bare, argv[4]);
	for (unsigned n = 0; n < bare.count; n++)
		make_machine(&bare, n, (unsigned)strtoul(argv[2], NULL, 10));
	run(&bare, 1, GET, GET, true);
	for (unsigned round = 0; round < rounds; round++) {
		double began = seconds(), cpu = cpu_seconds();

		run(&bare, 2, CREATE, GET, false);
		printf("%.3f %.3f %u\n", seconds() - began, cpu_seconds() - cpu, bare.failures);
		fflush(stdout);
		run(&bare, 1, DELETE, DELETE, false);
	}
	for (unsigned n = 0; n < bare.count; n++)
		curl_easy_cleanup(bare.machines[n].easy);
	curl_multi_cleanup(bare.multi);
	curl_slist_free_all(bare.headers);
	free(bare.machines);
	return bare.failures ? 1 : 0;
}
