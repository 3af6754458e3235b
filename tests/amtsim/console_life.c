/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about what happens in a device by itself: alerts, agents, surroundings. */
#include "tests/amtsim/console_commands.h"

#include <inttypes.h>
#include <string.h>

#include "tests/amtsim/console.h"
#include "tests/amtsim/rack.h"
#include "tests/amtsim/text.h"

static struct device *named(struct rack *rack, const struct console_host *host, char **args,
			    struct text *out)
{
	const char *name = text_word(args);
	struct device *device = name ? rack_find(rack, name) : NULL;

	if (device)
		device_tick(device, host->now_ns);
	else if (name)
		text_puts(out, "error no such device\n");
	return device;
}

CONSOLE_COMMAND(subscriptions)
{
	struct device *device = named(rack, host, &args, out);
	size_t i;

	for (i = 0; device && i < device->subscriptions.count; i++) {
		const struct subscription *s = &device->subscriptions.items[i];

		text_printf(out,
			    "subscription %" PRIu32 " %s to=%s ack=%s delivered=%" PRIu32
			    " lost=%" PRIu32 " waiting=%" PRIu64 "\n",
			    s->id, s->filter, s->sink, s->ack ? "yes" : "no", s->delivered, s->lost,
			    device->alerts.raised - s->next);
	}
	return device != NULL;
}
