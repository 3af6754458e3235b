/* SPDX-License-Identifier: Apache-2.0 */
/* CHOICE: an assertion out of sequence is refused and does not prolong life; an agent that never
 * registers expires after StartupInterval. */
#include "tests/amtsim/presence.h"

#include <stdlib.h>
#include <string.h>

#include "tests/amtsim/check.h"
#include "tests/amtsim/outcome.h"

#define SECOND_NS UINT64_C(1000000000)

void presence_fini(struct presence *presence)
{
	while (presence->count > 0)
		presence_remove(presence, presence->count - 1);
	free(presence->agents);
	presence->agents = NULL;
}

struct agent *presence_find(const struct presence *presence, const uint8_t guid[16])
{
	size_t i;

	for (i = 0; i < presence->count; i++)
		if (memcmp(presence->agents[i].guid, guid, 16) == 0)
			return &presence->agents[i];
	return NULL;
}

uint32_t presence_add(struct presence *presence, const struct agent *agent, uint64_t now_ns)
{
	struct agent *made;

	if (presence_find(presence, agent->guid))
		return PT_DUPLICATE;
	if (presence->count == PRESENCE_AGENTS)
		return PT_MAX_LIMIT_REACHED;
	presence->agents =
		realloc(presence->agents, (presence->count + 1) * sizeof(*presence->agents));
	CHECK(presence->agents);
	made = &presence->agents[presence->count++];
	*made = *agent;
	made->state = AGENT_NOT_STARTED;
	made->deadline_ns = now_ns + made->startup_s * SECOND_NS;
	return PT_SUCCESS;
}

void presence_remove(struct presence *presence, size_t index)
{
	CHECK(index < presence->count);
	free(presence->agents[index].actions);
	presence->count--;
	memmove(&presence->agents[index], &presence->agents[index + 1],
		(presence->count - index) * sizeof(*presence->agents));
}

uint32_t presence_add_action(struct presence *presence, struct agent *agent,
			     const struct agent_action *action)
{
	size_t i, total = 0;

	for (i = 0; i < presence->count; i++)
		total += presence->agents[i].action_count;
	if (total >= PRESENCE_ACTIONS && agent->action_count >= AGENT_ACTIONS_MIN)
		return PT_MAX_LIMIT_REACHED;
	agent->actions =
		realloc(agent->actions, (agent->action_count + 1) * sizeof(*agent->actions));
	CHECK(agent->actions);
	agent->actions[agent->action_count++] = *action;
	return PT_SUCCESS;
}

void presence_drop_actions(struct agent *agent)
{
	agent->action_count = 0;
}

static void become(struct presence *presence, struct agent *agent, enum agent_state state)
{
	enum agent_state before = agent->state;
	size_t i;

	agent->state = state;
	if (before == state || !presence->act)
		return;
	for (i = 0; i < agent->action_count; i++)
		if (agent->actions[i].from & before && agent->actions[i].to & state)
			presence->act(presence->arg, agent, &agent->actions[i]);
}

uint32_t presence_register(struct presence *presence, struct agent *agent, uint64_t now_ns)
{
	agent->sequence = ++presence->last_sequence;
	agent->deadline_ns = now_ns + agent->timeout_s * SECOND_NS;
	become(presence, agent, AGENT_RUNNING);
	return PT_SUCCESS;
}

uint32_t presence_assert(struct presence *presence, struct agent *agent, uint32_t sequence,
			 uint64_t now_ns)
{
	if (agent->state != AGENT_RUNNING && agent->state != AGENT_EXPIRED)
		return PT_UNEXPECTED;
	if (sequence != agent->sequence)
		return PT_INVALID_HANDLE;
	agent->sequence = presence->last_sequence = sequence + 1;
	agent->deadline_ns = now_ns + agent->timeout_s * SECOND_NS;
	become(presence, agent, AGENT_RUNNING);
	return PT_SUCCESS;
}

uint32_t presence_shutdown(struct presence *presence, struct agent *agent, uint32_t sequence)
{
	if (agent->state != AGENT_RUNNING)
		return PT_UNEXPECTED;
	if (sequence != agent->sequence)
		return PT_INVALID_HANDLE;
	agent->deadline_ns = UINT64_MAX;
	become(presence, agent, AGENT_STOPPED);
	return PT_SUCCESS;
}

void presence_tick(struct presence *presence, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < presence->count; i++) {
		struct agent *agent = &presence->agents[i];

		if (now_ns < agent->deadline_ns)
			continue;
		agent->deadline_ns = UINT64_MAX;
		become(presence, agent, AGENT_EXPIRED);
	}
}

void presence_suspend(struct presence *presence)
{
	size_t i;

	for (i = 0; i < presence->count; i++) {
		presence->agents[i].deadline_ns = UINT64_MAX;
		become(presence, &presence->agents[i], AGENT_SUSPENDED);
	}
}

void presence_restart(struct presence *presence, uint64_t now_ns)
{
	size_t i;

	for (i = 0; i < presence->count; i++) {
		struct agent *agent = &presence->agents[i];

		agent->deadline_ns = now_ns + agent->startup_s * SECOND_NS;
		become(presence, agent, AGENT_NOT_STARTED);
	}
}
