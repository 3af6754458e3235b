/* SPDX-License-Identifier: Apache-2.0 */
/* The commands are those of the control socket, so that what was tried there can be kept. */
#include "tests/amtsim/script.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/net.h"
#include "tests/amtsim/text.h"

#define ANSWER_MAX_BYTES (1u << 20)

/* False with the answer's error line. */
static bool obey(char *line, struct rack *rack, struct net *net, struct text *answer)
{
	struct console_host host = { .now_ns = net_now_ns(net) };
	char *end = line + strcspn(line, "\r\n");

	*end = '\0';
	text_clear(answer);
	if (!*line || *line == '#')
		return true;
	console_line(rack, &host, line, answer);
	if (host.advance_ns)
		net_advance(net, host.advance_ns);
	return strncmp(answer->bytes, "error", 5) != 0;
}

int script_run(const char *path, struct rack *rack, struct net *net, char *why, size_t why_size)
{
	FILE *file = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	unsigned number = 0;
	struct text answer;
	int rc = 0;

	if (!file) {
		snprintf(why, why_size, "%s: %s", path, strerror(errno));
		return -1;
	}
	text_init(&answer, ANSWER_MAX_BYTES);
	while (rc == 0 && getline(&line, &size, file) >= 0) {
		number++;
		if (!obey(line, rack, net, &answer)) {
			snprintf(why, why_size, "%s:%u: %.*s", path, number,
				 (int)strcspn(answer.bytes, "\n"), answer.bytes);
			rc = -1;
		}
	}
	text_fini(&answer);
	free(line);
	fclose(file);
	return rc;
}
