/* SPDX-License-Identifier: Apache-2.0 */
/* rein.h - between the supervisor and each of its two children: signs of life, and what has become of the other one.
 *
 * One small message of fixed size at a time over a SOCK_SEQPACKET pair.  When the supervisor is gone its
 * end closes. */
#ifndef CORDON_DAEMON_REIN_H
#define CORDON_DAEMON_REIN_H

#include <stdint.h>

struct err;

enum rein_word {
	/* to the supervisor */
	REIN_READY = 1,      /* everything is open and made */
	REIN_PULSE,          /* once a second */
	REIN_RESTART_SENSOR, /* from the controller: it does not tell what a sensor tells */
	/* to the controller */
	REIN_SENSOR_LOST, /* since at_ns, because of why */
	REIN_WORDS
};

#define REIN_WHY_BYTES 128

struct rein {
	uint32_t word; /* enum rein_word */
	uint32_t zero;
	uint64_t at_ns; /* wall */
	char why[REIN_WHY_BYTES];
};

enum rein_result { REIN_NOTHING, REIN_GOT, REIN_CLOSED };

int rein_pair(int ends[2], struct err *err);
/* Never blocks; a message that does not fit is lost, and the next pulse says the same. */
void rein_say(int end, enum rein_word word);
void rein_tell(int end, const struct rein *message);
/* why is terminated, whatever was sent.  CLOSED too when what came is no such message: who sends that is no child of ours any
 * more. */
enum rein_result rein_hear(int end, struct rein *message);

#endif
