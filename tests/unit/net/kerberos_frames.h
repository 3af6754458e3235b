/* SPDX-License-Identifier: Apache-2.0 */
/* kerberos_frames.h - requests for a first ticket and their refusals, as DER (RFC 4120 5.4, 5.9). */
#ifndef CORDON_TESTS_KERBEROS_FRAMES_H
#define CORDON_TESTS_KERBEROS_FRAMES_H

#include <stdint.h>
#include <string.h>

struct der {
	uint8_t at[512];
	size_t length;
};

/* Around what is there so far; the length in the long form if is_long. */
static inline void der_wrap(struct der *der, unsigned tag, int is_long)
{
	size_t head = is_long ? 4 : 2;

	memmove(der->at + head, der->at, der->length);
	der->at[0] = (uint8_t)tag;
	der->at[1] = (uint8_t)(is_long ? 0x82 : der->length);
	if (is_long) {
		der->at[2] = (uint8_t)(der->length >> 8);
		der->at[3] = (uint8_t)der->length;
	}
	der->length += head;
}

static inline void der_put(struct der *der, const void *bytes, size_t length)
{
	memcpy(der->at + der->length, bytes, length);
	der->length += length;
}

static inline struct der der_number(unsigned place, unsigned value)
{
	struct der der = { { 0x02, 1, (uint8_t)value }, 3 };

	der_wrap(&der, 0xa0 | place, 0);
	return der;
}

static inline struct der kerberos_request(const char *user)
{
	struct der name = { { 0 }, 0 }, body = { { 0 }, 0 }, request = { { 0 }, 0 }, number;
	static const uint8_t options[] = { 0xa0, 7, 3, 5, 0, 0x50, 0x80, 0, 0 };

	der_put(&name, user, strlen(user));
	der_wrap(&name, 0x1b, 0);
	der_wrap(&name, 0x30, 0);
	der_wrap(&name, 0xa1, 0);
	number = der_number(0, 1);
	memmove(name.at + number.length, name.at, name.length);
	memcpy(name.at, number.at, number.length);
	name.length += number.length;
	der_wrap(&name, 0x30, 0);
	der_wrap(&name, 0xa1, 0);
	der_put(&body, options, sizeof(options));
	der_put(&body, name.at, name.length);
	der_wrap(&body, 0x30, 1);
	der_wrap(&body, 0xa4, 1);
	number = der_number(1, 5);
	der_put(&request, number.at, number.length);
	der_put(&request, body.at, body.length);
	der_wrap(&request, 0x30, 1);
	der_wrap(&request, 0x6a, 1);
	return request;
}

/* Without a user's name, as Windows answers. */
static inline struct der kerberos_refusal(unsigned error)
{
	struct der refusal = der_number(0, 5), number = der_number(1, 30);

	der_put(&refusal, number.at, number.length);
	number = der_number(6, error);
	der_put(&refusal, number.at, number.length);
	der_wrap(&refusal, 0x30, 0);
	der_wrap(&refusal, 0x7e, 0);
	return refusal;
}

static inline struct der kerberos_ticket(void)
{
	struct der ticket = der_number(1, 11);

	der_wrap(&ticket, 0x30, 1);
	der_wrap(&ticket, 0x6b, 1);
	return ticket;
}

static inline struct der kerberos_over_tcp(struct der message)
{
	struct der framed = { { 0, 0, (uint8_t)(message.length >> 8), (uint8_t)message.length },
			      4 };

	der_put(&framed, message.at, message.length);
	return framed;
}

#endif
