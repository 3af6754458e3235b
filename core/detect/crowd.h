/* SPDX-License-Identifier: Apache-2.0 */
/* crowd.h - was the host alone when it earned its evidence? (worm-detection.md D.2 outage, D.3 budget)
 *
 * A frame with a forged MAC and address is the owner's in every byte, so no frame can clear an innocent whose name a
 * flood bears.  But one port that forges a thousand names gives evidence against a thousand hosts at once, and so does an
 * outage; worms do not begin like that.  A worm's first host is alone, and each further one was let in by an
 * infected one before it began.
 *
 * So a statement is in doubt if, while the host earned it (from its first counted contact, ten seconds earlier
 * for those restated rarely, until now), four or more other hosts earned evidence of the same class that nothing
 * explains.  Excused is who had before been visited by a suspect, and who convicted itself while it
 * was not in doubt: neither is ever in doubt, nor counts among the others.  Without a clock rate and without a
 * share of the network, the rule is the same for a flood of a million packets a second and of one in a minute.
 *
 * Why four: of names drawn at random, four others reach two contacts long before one reaches the five that
 * convict; with a thousand names the chance that one slips through is below 10^-4.  What it costs: more than
 * four machines that turn at the same moment, without a visit that the sensor saw, stay suspected, and people
 * are told why.
 *
 * The sums that gather for days (evidence.half_life_min) have crowds of their own: four others with three contacts, or
 * eight with two.  When one of fifty forged names or more has the six that convict, there are always so many; of
 * twenty names one slips through in one of ten floods that last for days.
 *
 * A host with a private address has company in others with such addresses only: who sends each packet of a scan in eight names of
 * the Internet as well would hide among them, and who forges a private name among them could forge it alone.
 *
 * The doubt is about the host, whatever else is said of it, but for one: neighbours that many miss say nothing about the
 * Internet (core/incident/weigh.c).
 *
 * Content that convicts at one packet can be forged in a few names before there is a crowd; from the fifth on there is.
 *
 * Left out: few names at a time (fewer than five, or one after the other).  That cannot be told from a worm on the
 * wire; only the switch or the firmware of the machine (the witness) can.  Where the SYNs of such a flood are not those of
 * the victim's own TCP (core/contact/stacks.h), the witness is heard before anything is done. */
#ifndef CORDON_DETECT_CROWD_H
#define CORDON_DETECT_CROWD_H

#include <stdbool.h>
#include <stdint.h>

#define CROWD_OTHERS 4

struct crowd;
struct evidence;

struct crowd *crowd_new(void);
void crowd_free(struct crowd *crowd);
/* Takes the statement in.  Whether the host is one of a crowd. */
bool crowd_join(struct crowd *crowd, const struct evidence *evidence, bool is_excused);

#endif
