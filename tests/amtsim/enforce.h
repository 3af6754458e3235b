/* SPDX-License-Identifier: Apache-2.0 */
/* enforce.h - a real interface obeys the active policy of a device's wired port, by nftables.
 *
 * The interface is the host's: what leaves through it is transmitted.  Needs root and nft.
 * The rules follow every change of the active policy at once; counters and events come back
 * when they are asked for and every second. */
#ifndef AMTSIM_ENFORCE_H
#define AMTSIM_ENFORCE_H

struct device;
struct enforce;

/* `netns` is a name under /run/netns or a path, NULL for the simulator's own; both strings stay
 * borrowed.  NULL and a sentence in *why if rules cannot be loaded there. */
struct enforce *enforce_new(struct device *device, const char *interface, const char *netns,
			    const char **why);
/* Removes the rules. */
void enforce_free(struct enforce *enforce);
/* Brings counters and events to the device; for a timer. */
void enforce_poll(void *enforce);

#endif
