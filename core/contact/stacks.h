/* SPDX-License-Identifier: Apache-2.0 */
/* stacks.h - by which TCP does a host speak? (worm-detection.md D.3, safeguard 5)
 *
 * A forged frame is its victim's in MAC and address, but its SYN was made by the forger's program: the lifetime it starts
 * with and the kinds and order of its TCP options are rarely those of the victim's operating system.  What belongs to a
 * host is learnt from connections that were accepted and that it did not reset: four of them over a minute or more.
 *
 * A SYN that never belonged to the host accuses nobody and clears nobody.  Scanners that make their own packets (zmap, masscan,
 * Mirai) on an infected host look just like a forger elsewhere, and their hosts must be convicted; so a contact is only
 * marked (CONTACT_STRANGE), and where all that speaks against a host is so marked, its own firmware is asked before it is
 * isolated (core/isolation).  A second system, a virtual machine behind the host's address, a privacy setting cost it
 * that question until they are learnt as well: there is room for three.
 *
 * Left out: windows, segment sizes and scales, which differ from program to program on one host; forgers who have seen a
 * connection of their victim and copy its SYN; a victim that does not reset what it never began, which teaches the forger's.
 *
 * One small entry per place of the host table, no allocation after start. */
#ifndef CORDON_CONTACT_STACKS_H
#define CORDON_CONTACT_STACKS_H

#include <stdint.h>

struct packet;
struct stacks;

struct stacks *stacks_new(uint32_t hosts_max);
void stacks_free(struct stacks *stacks);

/* Whose: the place in the host table and the mark by which a pair knows its source (host.h). */
struct stack_owner {
	uint32_t index, check;
};

/* The host sends this SYN: 0, CONTACT_STRANGE, or CONTACT_UNLEARNT if nothing is known of the host yet. */
uint8_t stacks_see(struct stacks *stacks, const struct stack_owner *owner,
		   const struct packet *syn);
/* A contact for which that was not 0 was accepted. */
void stacks_accepted(struct stacks *stacks, const struct stack_owner *owner, uint32_t now_ms);
/* The host resets what was begun in its name: what was about to be learnt may be another's. */
void stacks_disowned(struct stacks *stacks, const struct stack_owner *owner);

/* Lifetime and options of a SYN in a number; 0 if they were not captured. */
uint16_t stack_signature(const struct packet *syn);

#endif
