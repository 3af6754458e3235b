/* SPDX-License-Identifier: Apache-2.0 */
/* Captures of SMB worms and exploits recorded by others, where they are at hand beside the
 * repository (../shared/captures): the commands that an independent dissector finds in them are
 * found here too.  Streams are put together in order, each frame is read from an allocation of
 * its exact size. */
#include "core/net/smb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/err.h"
#include "core/net/capture.h"
#include "core/net/dcerpc.h"
#include "core/net/decode.h"
#include "core/net/packet.h"

#define RECORDED "../shared/captures/worm/"

enum { STREAMS_MAX = 512, STREAM_BYTES = 1 << 17 };

struct stream {
	struct ip src, dst;
	uint16_t src_port, dst_port;
	uint32_t next_seq;
	size_t length;
	uint8_t *bytes;
};

struct tally {
	int link_type;
	unsigned streams_count;
	struct stream streams[STREAMS_MAX];
	unsigned requests[256];        /* SMB1, by command */
	unsigned session_setup_trans2; /* requests of DoublePulsar's subcommand */
	unsigned implanted;            /* its answers with a multiplex identifier of 0x51 */
	unsigned peek_answers;         /* INSUFF_SERVER_RESOURCES */
	unsigned ipc, admin, drive, binds[DCERPC_INTERFACES], calls, lost;
};

static void count_rpc(struct tally *t, struct span payload)
{
	struct dcerpc_fragment fragment;

	if (!dcerpc_read(payload.at, payload.left, &fragment))
		return;
	t->calls += fragment.type == DCERPC_REQUEST;
	if (fragment.type == DCERPC_BIND || fragment.type == DCERPC_ALTER)
		t->binds[dcerpc_interface_of(&fragment.contexts[0].interface)]++;
}

static void count_request(struct tally *t, const struct smb_message *m)
{
	t->requests[m->command & 0xff]++;
	t->session_setup_trans2 += m->kind == SMB_TRANSACTION2 && (m->marks & SMB_HAS_SUBCOMMAND) &&
				   m->subcommand == SMB_TRANS2_SESSION_SETUP;
	if (m->kind != SMB_TREE_CONNECT)
		return;
	t->ipc += smb_share_of(m->name) == SMB_SHARE_IPC;
	t->admin += smb_share_of(m->name) == SMB_SHARE_ADMIN;
	t->drive += smb_share_of(m->name) == SMB_SHARE_DRIVE;
}

static void count_message(struct tally *t, const struct smb_message *m, const uint8_t *bytes)
{
	bool is_response = m->marks & SMB_IS_RESPONSE;

	if (m->version != SMB_V1)
		return;
	if (!is_response)
		count_request(t, m);
	t->implanted += is_response && m->kind == SMB_TRANSACTION2 && m->id == 0x51;
	t->peek_answers += is_response && m->status == SMB_STATUS_INSUFFICIENT_RESOURCES;
	if (!is_response && m->payload.length)
		count_rpc(t, smb_payload(bytes, m));
}

static void read_frame(struct tally *t, const uint8_t *frame, size_t length)
{
	uint8_t *copy = malloc(length);
	struct smb_reader reader;
	struct smb_message m;

	assert_non_null(copy);
	memcpy(copy, frame, length);
	smb_reader_init(&reader, copy, length);
	while (smb_next(&reader, &m))
		count_message(t, &m, copy);
	t->lost += reader.is_lost;
	free(copy);
}

static void read_frames(struct tally *t, struct stream *s)
{
	size_t whole;

	while ((whole = smb_frame_bytes(s->bytes, s->length)) != 0 && whole <= s->length) {
		read_frame(t, s->bytes, whole);
		s->length -= whole;
		memmove(s->bytes, s->bytes + whole, s->length);
	}
	if (!whole)
		s->length = 0;
}

static struct stream *stream_of(struct tally *t, const struct packet *p)
{
	struct stream *s;

	for (unsigned i = 0; i < t->streams_count; i++) {
		s = &t->streams[i];
		if (s->src_port == p->src_port && s->dst_port == p->dst_port &&
		    ip_equal(&s->src, &p->src) && ip_equal(&s->dst, &p->dst))
			return s;
	}
	assert_true(t->streams_count < STREAMS_MAX);
	s = &t->streams[t->streams_count++];
	*s = (struct stream){
		.src = p->src, .dst = p->dst, .src_port = p->src_port, .dst_port = p->dst_port
	};
	s->next_seq = p->tcp_seq;
	s->bytes = malloc(STREAM_BYTES);
	assert_non_null(s->bytes);
	return s;
}

static void see_packet(struct tally *t, const struct packet *p)
{
	struct stream *s = stream_of(t, p);
	int32_t ahead = (int32_t)(p->tcp_seq - s->next_seq);

	if (ahead < 0)
		return; /* sent again */
	if (ahead > 0 || s->length + p->payload_length > STREAM_BYTES)
		s->length = 0; /* a gap: begin afresh */
	memcpy(s->bytes + s->length, p->payload, p->payload_length);
	s->length += p->payload_length;
	s->next_seq = p->tcp_seq + p->payload_length;
	read_frames(t, s);
}

static void see_frame(void *arg, const struct capture_frame *frame)
{
	struct tally *t = arg;
	struct packet p;

	if (decode_frame(t->link_type, frame->bytes, frame->captured, frame->on_wire, &p) !=
		    DECODE_OK ||
	    p.kind != PACKET_TCP || !p.payload_length)
		return;
	if (p.src_port == SMB_PORT || p.dst_port == SMB_PORT || p.src_port == SMB_PORT_NETBIOS ||
	    p.dst_port == SMB_PORT_NETBIOS)
		see_packet(t, &p);
}

static struct tally *replay(const char *file)
{
	struct err err = { 0 };
	struct capture *capture;
	struct tally *t;
	char path[256];

	snprintf(path, sizeof(path), RECORDED "%s", file);
	if (access(path, R_OK) != 0)
		skip();
	capture = capture_open_file(path, NULL, &err);
	t = calloc(1, sizeof(*t));
	assert_non_null(capture);
	assert_non_null(t);
	t->link_type = capture_link_type(capture);
	while (capture_read(capture, 512, see_frame, t, &err) > 0)
		;
	capture_free(capture);
	return t;
}

static void tally_free(struct tally *t)
{
	for (unsigned i = 0; i < t->streams_count; i++)
		free(t->streams[i].bytes);
	free(t);
}

/* Requests by command, and the rest, as counted by tshark 4.0. */
static const struct {
	const char *file;
	struct {
		uint8_t command;
		unsigned count;
	} requests[16];
	unsigned session_setup_trans2, implanted, peek_answers, ipc, drive, svcctl;
} cases[] = {
	{ "wannacry_lab_smb_only.pcap",
	  { { 0x25, 6 },
	    { 0x2b, 21 },
	    { 0x32, 34 },
	    { 0x33, 26 },
	    { 0x71, 6 },
	    { 0x72, 75 },
	    { 0x73, 74 },
	    { 0x74, 5 },
	    { 0x75, 50 },
	    { 0xa0, 14 } },
	  .session_setup_trans2 = 28,
	  .implanted = 9,
	  .peek_answers = 5,
	  .ipc = 50 },
	{ "trickbot_smb1_exploit_to_dc.pcap",
	  { { 0x04, 9 },
	    { 0x25, 97 },
	    { 0x2b, 15 },
	    { 0x2e, 13 },
	    { 0x2f, 105 },
	    { 0x33, 16 },
	    { 0x71, 10 },
	    { 0x72, 8 },
	    { 0x73, 9 },
	    { 0x74, 4 },
	    { 0x75, 16 },
	    { 0xa0, 57 },
	    { 0xa1, 31 },
	    { 0xa2, 15 } },
	  .peek_answers = 1,
	  .ipc = 14,
	  .drive = 2,
	  .svcctl = 2 },
	{ "eternalchampion.pcap",
	  { { 0x04, 11 },
	    { 0x25, 133 },
	    { 0x71, 11 },
	    { 0x72, 4 },
	    { 0x73, 4 },
	    { 0x74, 1 },
	    { 0x75, 15 },
	    { 0xa0, 74 },
	    { 0xa1, 14 },
	    { 0xa2, 15 } },
	  .ipc = 15 },
	{ "metasploit_ms17_010_win7.pcap",
	  { { 0x2b, 1 }, { 0x33, 16 }, { 0x72, 3 }, { 0x73, 3 }, { 0x75, 1 }, { 0xa0, 1 } },
	  .ipc = 1 },
};

static void check_requests(size_t i, const struct tally *t)
{
	unsigned expected[256] = { 0 };

	for (unsigned n = 0; n < 16; n++)
		expected[cases[i].requests[n].command] += cases[i].requests[n].count;
	for (unsigned command = 0; command < 256; command++) {
		if (t->requests[command] != expected[command])
			fail_msg("%s: command %#x seen %u times, not %u", cases[i].file, command,
				 t->requests[command], expected[command]);
	}
}

static void commands_of_recorded_exploits_are_all_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct tally *t = replay(cases[i].file);

		check_requests(i, t);
		assert_int_equal(t->session_setup_trans2, cases[i].session_setup_trans2);
		assert_int_equal(t->implanted, cases[i].implanted);
		assert_int_equal(t->peek_answers, cases[i].peek_answers);
		assert_int_equal(t->ipc, cases[i].ipc);
		assert_int_equal(t->drive, cases[i].drive);
		assert_int_equal(t->admin, 0);
		assert_int_equal(t->binds[DCERPC_SVCCTL], cases[i].svcctl);
		assert_int_equal(t->lost, 0);
		tally_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_of_recorded_exploits_are_all_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
