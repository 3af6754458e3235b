/* SPDX-License-Identifier: Apache-2.0 */
/* book_case.h - a book whose changes are written down, and evidence for it. */
#ifndef CORDON_TESTS_BOOK_CASE_H
#define CORDON_TESTS_BOOK_CASE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/base/units.h"
#include "core/detect/evidence.h"
#include "core/incident/book.h"
#include "core/incident/incident.h"

#define T0 s_to_ns(1700000000)

/* Changes as letters, in order of telling: O S C + x(cleared) X(closed) ?(in doubt), each with the id. */
struct log {
	char text[4096];
	struct incident last;
};

static inline void assert_near(double value, double wanted, double tolerance)
{
	if (!(fabs(value - wanted) <= tolerance))
		fail_msg("%.12g instead of %.12g", value, wanted);
}

static inline void changed(void *arg, const struct incident *incident, enum book_change change)
{
	static const char letters[] = {
		[BOOK_OPENED] = 'O',   [BOOK_SUSPECTED] = 'S', [BOOK_CONVICTED] = 'C',
		[BOOK_STRONGER] = '+', [BOOK_CLEARED] = 'x',   [BOOK_CLOSED] = 'X',
		[BOOK_DOUBTED] = '?',  [BOOK_KIND] = 'K'
	};
	struct log *log = arg;
	size_t length = strlen(log->text);

	snprintf(log->text + length, sizeof(log->text) - length, "%s%c%llu", length ? " " : "",
		 letters[change], (unsigned long long)incident->id);
	log->last = *incident;
}

static inline struct host_key host(unsigned number)
{
	uint8_t four[4] = { 10, 0, (uint8_t)(number >> 8), (uint8_t)number };
	struct ip ip = ip_from_v4(four);

	return host_key_of(&ip, 0);
}

static inline struct evidence evidence(unsigned host_number, unsigned detector, unsigned port_class,
				       double nats, unsigned at_s)
{
	return (struct evidence){
		.host = host(host_number),
		.detector = (uint8_t)detector,
		.port_class = (uint8_t)port_class,
		.log_odds = nats,
		.contacts = 5,
		.failed = 5,
		.stated_ns = T0 + s_to_ns(at_s),
		.first_contact_ns = T0 + s_to_ns(at_s) - ms_to_ns(400),
		.last_contact_ns = T0 + s_to_ns(at_s),
		.mac = { { 2, 0, 0, 0, 0, (uint8_t)host_number } },
	};
}

static inline struct book *new_book(struct log *log, uint32_t most)
{
	struct book_config config = { .incidents_max = most };

	memset(log, 0, sizeof(*log));
	return book_new(&config, changed, log);
}

static inline void add(struct book *book, struct evidence item)
{
	book_add(book, &item, item.stated_ns);
}

static inline struct evidence slow(unsigned host_number, unsigned detector, unsigned port_class,
				   double nats, unsigned at_s)
{
	struct evidence item = evidence(host_number, detector, port_class, nats, at_s);

	item.half_life_min = 7 * 24 * 60;
	return item;
}

#endif
