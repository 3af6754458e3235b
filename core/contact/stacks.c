/* SPDX-License-Identifier: Apache-2.0 */
/* stacks.c - see stacks.h.  Three signatures that belong to the host, and one that is being learnt. */
#include "core/contact/stacks.h"

#include <stdbool.h>
#include <stddef.h>

#include "core/base/mem.h"
#include "core/contact/contact.h"
#include "core/net/packet.h"

#define OWN            3
#define ACCEPTED_MIN   4
#define ACCEPTED_MS    60000
#define OPTION_END     0 /* RFC 9293 3.1 */
#define OPTION_NOTHING 1

struct stack {
	uint32_t check;    /* of the owner; 0 = free */
	uint32_t since_ms; /* the first of those accepted */
	uint16_t own[OWN]; /* 0 = free */
	uint16_t candidate;
	uint8_t accepted, next;
};

struct stacks {
	struct stack *list;
	uint32_t count;
};

struct stacks *stacks_new(uint32_t hosts_max)
{
	struct stacks *stacks = mem_alloc(sizeof(*stacks));

	stacks->count = hosts_max;
	stacks->list = mem_array(hosts_max, sizeof(*stacks->list));
	return stacks;
}

void stacks_free(struct stacks *stacks)
{
	if (!stacks)
		return;
	mem_free(stacks->list);
	mem_free(stacks);
}

/* 32, 64, 128 or 255 at the start. */
static unsigned lifetime_class(unsigned hop_limit)
{
	return hop_limit <= 32 ? 0 : hop_limit <= 64 ? 1 : hop_limit <= 128 ? 2 : 3;
}

uint16_t stack_signature(const struct packet *syn)
{
	unsigned left = syn->tcp_option_bytes;
	uint64_t signature = 1 + lifetime_class(syn->hop_limit);
	const uint8_t *at = left ? syn->payload - left : NULL;

	if (syn->marks & PACKET_TCP_OPTIONS && left == 0)
		return 0;
	while (left) {
		unsigned kind = at[0], length = kind > OPTION_NOTHING && left > 1 ? at[1] : 1;

		signature = (signature << 4 | signature >> 60) ^ kind; /* few kinds are above 15 */
		if (kind == OPTION_END || length == 0 || length > left)
			break;
		at += length;
		left -= length;
	}
	signature = signature * UINT64_C(0x9e3779b97f4a7c15) >> 48;
	return (uint16_t)(signature ? signature : 1);
}

static struct stack *stack_of(struct stacks *stacks, const struct stack_owner *owner)
{
	struct stack *stack = &stacks->list[owner->index];

	if (stack->check != owner->check)
		*stack = (struct stack){ .check = owner->check };
	return stack;
}

uint8_t stacks_see(struct stacks *stacks, const struct stack_owner *owner, const struct packet *syn)
{
	uint16_t signature = stack_signature(syn);
	struct stack *stack;

	if (signature == 0 || owner->index >= stacks->count)
		return 0;
	stack = stack_of(stacks, owner);
	for (unsigned i = 0; i < OWN; i++)
		if (stack->own[i] == signature)
			return 0;
	if (stack->candidate != signature) {
		stack->candidate = signature;
		stack->accepted = 0;
	}
	return stack->own[0] ? CONTACT_STRANGE : CONTACT_UNLEARNT;
}

void stacks_accepted(struct stacks *stacks, const struct stack_owner *owner, uint32_t now_ms)
{
	struct stack *stack;

	if (owner->index >= stacks->count)
		return;
	stack = stack_of(stacks, owner);
	if (stack->candidate == 0)
		return;
	if (stack->accepted == 0)
		stack->since_ms = now_ms;
	if (stack->accepted < UINT8_MAX)
		stack->accepted++;
	if (stack->accepted < ACCEPTED_MIN || now_ms - stack->since_ms < ACCEPTED_MS)
		return;
	stack->own[stack->next] = stack->candidate;
	stack->next = (uint8_t)((stack->next + 1) % OWN);
	stack->candidate = 0;
	stack->accepted = 0;
}

void stacks_disowned(struct stacks *stacks, const struct stack_owner *owner)
{
	struct stack *stack;

	if (owner->index >= stacks->count)
		return;
	stack = stack_of(stacks, owner);
	stack->candidate = 0;
	stack->accepted = 0;
}
