/* SPDX-License-Identifier: Apache-2.0 */
/* presence.h - watchdogs over agents of the host (amt-system-defense.md 2.10, 4.10).
 *
 * Time is an argument; what a transition leads to is the caller's. */
#ifndef AMTSIM_PRESENCE_H
#define AMTSIM_PRESENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PRESENCE_AGENTS   16
#define PRESENCE_ACTIONS  64 /* of all agents together */
#define AGENT_ACTIONS_MIN 3  /* what each is sure of */
#define AGENT_NAME_BYTES  33

/* Bits of CurrentState and of the masks of an action. */
enum agent_state {
	AGENT_NOT_STARTED = 1,
	AGENT_STOPPED = 2,
	AGENT_RUNNING = 4,
	AGENT_EXPIRED = 8,
	AGENT_SUSPENDED = 16,
	AGENT_ANY = 31,
};

enum agent_switch { SWITCH_NONE = -1, SWITCH_ACTIVATE = 0, SWITCH_DEACTIVATE = 1 };

struct agent_action {
	uint32_t from, to; /* masks */
	bool event;
	enum agent_switch defense;
};

struct agent {
	uint8_t guid[16];
	char name[AGENT_NAME_BYTES];
	uint32_t startup_s, timeout_s;
	enum agent_state state;
	uint32_t sequence;    /* of the running session */
	uint64_t deadline_ns; /* when it expires; UINT64_MAX never */
	struct agent_action *actions;
	size_t action_count;
};

/* One action whose masks fit a transition that just happened. */
typedef void presence_fn(void *arg, const struct agent *agent, const struct agent_action *action);

struct presence {
	struct agent *agents; /* NULL until the first */
	size_t count;
	uint32_t last_sequence;
	presence_fn *act;
	void *arg;
};

void presence_fini(struct presence *presence);
/* PT_STATUS.  The interval until the first sign of life starts now. */
uint32_t presence_add(struct presence *presence, const struct agent *agent, uint64_t now_ns);
void presence_remove(struct presence *presence, size_t index);
struct agent *presence_find(const struct presence *presence, const uint8_t guid[16]);
uint32_t presence_add_action(struct presence *presence, struct agent *agent,
			     const struct agent_action *action);
void presence_drop_actions(struct agent *agent);

/* Signs of life; PT_STATUS.  Registering gives the session's first number, each assertion the
 * next. */
uint32_t presence_register(struct presence *presence, struct agent *agent, uint64_t now_ns);
uint32_t presence_assert(struct presence *presence, struct agent *agent, uint32_t sequence,
			 uint64_t now_ns);
uint32_t presence_shutdown(struct presence *presence, struct agent *agent, uint32_t sequence);
/* Lets silent agents expire. */
void presence_tick(struct presence *presence, uint64_t now_ns);
/* The host leaves S0, or starts. */
void presence_suspend(struct presence *presence);
void presence_restart(struct presence *presence, uint64_t now_ns);

#endif
