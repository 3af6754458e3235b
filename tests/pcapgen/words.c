/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/pcapgen/words.h"

#include <stdio.h>
#include <string.h>

static void begin(struct words *w)
{
	memset(w, 0, sizeof(*w));
}

static void add8(struct words *w, uint8_t v)
{
	if (w->length < WORDS_MAX_BYTES)
		w->bytes[w->length++] = v;
}

static void add16(struct words *w, uint16_t v)
{
	add8(w, (uint8_t)(v >> 8));
	add8(w, (uint8_t)v);
}

static void add32(struct words *w, uint32_t v)
{
	add16(w, (uint16_t)(v >> 16));
	add16(w, (uint16_t)v);
}

static void add_bytes(struct words *w, const void *bytes, size_t length)
{
	const uint8_t *p = bytes;
	size_t i;

	for (i = 0; i < length; i++)
		add8(w, p[i]);
}

static void add_zeros(struct words *w, size_t length)
{
	while (length--)
		add8(w, 0);
}

static void add_name(struct words *w, const char *name)
{
	while (*name) {
		size_t label = strcspn(name, ".");

		add8(w, (uint8_t)label);
		add_bytes(w, name, label);
		name += label;
		if (*name == '.')
			name++;
	}
	add8(w, 0);
}

static void add_dns_head(struct words *w, uint16_t id, uint16_t flags, uint16_t answers)
{
	add16(w, id);
	add16(w, flags);
	add16(w, 1);
	add16(w, answers);
	add32(w, 0);
}

const struct words *words_dns_query(struct words *w, uint16_t id, const char *name)
{
	begin(w);
	add_dns_head(w, id, 0x0100, 0);
	add_name(w, name);
	add32(w, 0x00010001); /* A, IN */
	return w;
}

const struct words *words_dns_answer(struct words *w, uint16_t id, const char *name,
				     uint32_t answer)
{
	begin(w);
	add_dns_head(w, id, answer ? 0x8180 : 0x8183, answer ? 1 : 0);
	add_name(w, name);
	add32(w, 0x00010001);
	if (answer) {
		add16(w, 0xc00c);
		add32(w, 0x00010001);
		add32(w, 300);
		add16(w, 4);
		add32(w, answer);
	}
	return w;
}

const struct words *words_mdns(struct words *w, const char *service)
{
	begin(w);
	add_dns_head(w, 0, 0, 0);
	add_name(w, service);
	add32(w, 0x000c0001); /* PTR, IN */
	return w;
}

static const struct words *text(struct words *w, const char *words)
{
	begin(w);
	add_bytes(w, words, strlen(words));
	return w;
}

const struct words *words_ssdp(struct words *w)
{
	return text(w, "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
		       "MAN: \"ssdp:discover\"\r\nMX: 1\r\nST: upnp:rootdevice\r\n\r\n");
}

const struct words *words_dhcp(struct words *w, const uint8_t mac[6], uint32_t client,
			       uint32_t server, bool reply)
{
	begin(w);
	add32(w, reply ? 0x02010600 : 0x01010600);
	add32(w, 0xc04d0000 | (client & 0xffff)); /* transaction */
	add32(w, 0);
	add32(w, client);
	add32(w, reply ? client : 0);
	add32(w, reply ? server : 0);
	add32(w, 0);
	add_bytes(w, mac, 6);
	add_zeros(w, 10 + 64 + 128);
	add32(w, 0x63825363);
	add8(w, 53);
	add8(w, 1);
	add8(w, reply ? 5 : 3);
	if (reply) {
		add16(w, 54 << 8 | 4);
		add32(w, server);
		add16(w, 51 << 8 | 4);
		add32(w, 3600);
	}
	add8(w, 255);
	while (w->length < 300)
		add8(w, 0);
	return w;
}

const struct words *words_ntp(struct words *w, bool reply)
{
	begin(w);
	add8(w, reply ? 0x24 : 0x23); /* version 4, server or client */
	add8(w, reply ? 2 : 0);
	add_zeros(w, 46);
	return w;
}

const struct words *words_smb1(struct words *w, enum smb_step step, bool reply)
{
	static const uint8_t commands[] = { 0x72, 0x73, 0x75 };

	begin(w);
	add32(w, 32 + 3);
	add32(w, 0xff534d42);
	add8(w, commands[step % sizeof(commands)]);
	add32(w, 0);
	add8(w, reply ? 0x80 : 0);
	add_zeros(w, 32 - 10);
	add_zeros(w, 3); /* no parameters, no bytes */
	return w;
}

const struct words *words_smb2(struct words *w, enum smb_step step, bool reply)
{
	/* Command and the fixed size of its body, request and response: MS-SMB2 2.2. */
	static const struct {
		uint8_t command, request, response;
	} steps[] = { { 0, 36, 65 }, { 1, 25, 9 },  { 3, 9, 16 },
		      { 5, 57, 89 }, { 8, 49, 17 }, { 2, 4, 4 } };
	uint8_t body = reply ? steps[step].response : steps[step].request;

	begin(w);
	add32(w, 64 + (uint32_t)body);
	add32(w, 0xfe534d42);
	add16(w, 64 << 8);
	add_zeros(w, 6);
	add16(w, (uint16_t)(steps[step].command << 8));
	add16(w, 0);
	add8(w, reply ? 1 : 0);
	add_zeros(w, 64 - 17);
	add16(w, (uint16_t)(body << 8));
	add_zeros(w, (size_t)body - 2);
	return w;
}

const struct words *words_tls(struct words *w, uint8_t content, uint16_t body_bytes)
{
	begin(w);
	if (body_bytes > WORDS_MAX_BYTES - 5)
		body_bytes = WORDS_MAX_BYTES - 5;
	add8(w, content);
	add16(w, 0x0303);
	add16(w, body_bytes);
	add_zeros(w, body_bytes);
	return w;
}

const struct words *words_http_get(struct words *w, const char *path, const char *host)
{
	char line[WORDS_MAX_BYTES];

	snprintf(line, sizeof(line), "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
	return text(w, line);
}

const struct words *words_http_ok(struct words *w, unsigned body_bytes)
{
	char line[WORDS_MAX_BYTES];

	snprintf(line, sizeof(line), "HTTP/1.1 200 OK\r\nContent-Length: %u\r\n\r\n", body_bytes);
	return text(w, line);
}
