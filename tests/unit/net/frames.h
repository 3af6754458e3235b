/* SPDX-License-Identifier: Apache-2.0 */
/* frames.h - hand-made frames for the tests of core/net, layer by layer from the outside in.
 *
 * Lengths in IP and UDP headers are given by the test, since wrong ones are cases too.  Hosts: 10.0.0.1 and
 * 10.0.0.2, fe80::1 and fe80::2; macs 02:00:00:00:00:01 and :02, sender first. */
#ifndef CORDON_TESTS_NET_FRAMES_H
#define CORDON_TESTS_NET_FRAMES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct frame {
	uint8_t bytes[512];
	size_t length;
};

static inline void put(struct frame *f, const void *bytes, size_t length)
{
	memcpy(f->bytes + f->length, bytes, length);
	f->length += length;
}

static inline void put8(struct frame *f, unsigned value)
{
	f->bytes[f->length++] = (uint8_t)value;
}

static inline void put16(struct frame *f, unsigned value)
{
	put8(f, value >> 8);
	put8(f, value & 0xff);
}

static inline void put32(struct frame *f, uint32_t value)
{
	put16(f, value >> 16);
	put16(f, value & 0xffff);
}

static inline void put_zeros(struct frame *f, size_t count)
{
	memset(f->bytes + f->length, 0, count);
	f->length += count;
}

static inline void put_mac(struct frame *f, unsigned last)
{
	put8(f, 2);
	put_zeros(f, 4);
	put8(f, last);
}

static inline void put_ethernet(struct frame *f, unsigned ethertype)
{
	put_mac(f, 2);
	put_mac(f, 1);
	put16(f, ethertype);
}

static inline void put_tag(struct frame *f, unsigned vlan, unsigned next_ethertype)
{
	put16(f, vlan);
	put16(f, next_ethertype);
}

static inline void put_cooked1(struct frame *f, unsigned protocol)
{
	put16(f, 0);
	put16(f, 1);
	put16(f, 6);
	put_mac(f, 1);
	put_zeros(f, 2);
	put16(f, protocol);
}

static inline void put_cooked2(struct frame *f, unsigned protocol)
{
	put16(f, protocol);
	put16(f, 0);
	put32(f, 3);
	put16(f, 1);
	put8(f, 0);
	put8(f, 6);
	put_mac(f, 1);
	put_zeros(f, 2);
}

static inline void put_v4(struct frame *f, unsigned last)
{
	put32(f, 0x0a000000u + last);
}

static inline void put_v6(struct frame *f, unsigned last)
{
	put16(f, 0xfe80);
	put_zeros(f, 13);
	put8(f, last);
}

/* length covers header and payload; fragment is the flags and offset word. */
static inline void put_ip4(struct frame *f, unsigned length, unsigned fragment, unsigned proto)
{
	put8(f, 0x45);
	put8(f, 0);
	put16(f, length);
	put16(f, 7);
	put16(f, fragment);
	put8(f, 64);
	put8(f, proto);
	put16(f, 0);
	put_v4(f, 1);
	put_v4(f, 2);
}

/* length is that of the payload. */
static inline void put_ip6(struct frame *f, unsigned length, unsigned next, unsigned hop_limit)
{
	put32(f, 0x60000000);
	put16(f, length);
	put8(f, next);
	put8(f, hop_limit);
	put_v6(f, 1);
	put_v6(f, 2);
}

static inline void put_tcp(struct frame *f, unsigned header_bytes, unsigned flags)
{
	put16(f, 40000);
	put16(f, 445);
	put32(f, 0x01020304);
	put32(f, 0x05060708);
	put8(f, header_bytes / 4 << 4);
	put8(f, flags);
	put16(f, 8192);
	put32(f, 0);
	if (header_bytes > 20)
		put_zeros(f, header_bytes - 20);
}

static inline void put_udp(struct frame *f, unsigned length)
{
	put16(f, 5353);
	put16(f, 53);
	put16(f, length);
	put16(f, 0);
}

static inline void put_arp(struct frame *f, unsigned operation, unsigned sender, unsigned target)
{
	put16(f, 1);
	put16(f, 0x0800);
	put8(f, 6);
	put8(f, 4);
	put16(f, operation);
	put_mac(f, 1);
	put_v4(f, sender);
	put_mac(f, 2);
	put_v4(f, target);
}

/* type 135 or 136; flags is the first byte of the second word; one link-layer option. */
static inline void put_nd(struct frame *f, unsigned type, unsigned code, unsigned flags,
			  unsigned option)
{
	put8(f, type);
	put8(f, code);
	put16(f, 0);
	put32(f, flags << 24);
	put_v6(f, 9);
	put8(f, option);
	put8(f, 1);
	put_mac(f, 1);
}

static inline void put_icmp(struct frame *f, unsigned type, unsigned code, uint32_t rest)
{
	put8(f, type);
	put8(f, code);
	put16(f, 0);
	put32(f, rest);
}

#endif
