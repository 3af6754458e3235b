/* SPDX-License-Identifier: Apache-2.0 */
/* Checks that need more than one place of the file.
 *
 * The one a network admin may not expect is DHCP: host and firmware share one MAC and one lease,
 * and the firmware learns its address by watching the host's exchange with the server.  A
 * channel without DHCP works for hours and then loses the machine for repair and release alike
 * (amt-system-defense.md 3.4).  So it is an error, not advice. */
#include "core/policy/check.h"

#include <stdio.h>
#include <string.h>

#include "core/asset/asset.h"
#include "core/asset/roster.h"
#include "core/base/mem.h"
#include "core/base/source.h"
#include "core/policy/cover.h"
#include "core/policy/rule.h"

static bool channel_has(const struct channel *channel, unsigned kind)
{
	for (size_t i = 0; i < channel->item_count; i++)
		if (channel->items[i].kind == kind)
			return true;
	return false;
}

static bool channel_reaches_v6(const struct channel *channel)
{
	for (size_t i = 0; i < channel->item_count; i++)
		if (channel->items[i].kind >= CHANNEL_DNS && !ip_is_v4(&channel->items[i].to.ip))
			return true;
	return false;
}

static void check_channel(const struct channel *channel, const struct position *at,
			  struct complaints *complaints)
{
	if (!channel_has(channel, CHANNEL_ARP))
		position_complain(
			at, complaints, "add \"- arp\"",
			"channel \"%s\" lets no ARP through: the isolated machine could not "
			"find its repair servers, nor the network the address that host and "
			"firmware share",
			channel->name);
	if (!channel_has(channel, CHANNEL_DHCP))
		position_complain(
			at, complaints, "add \"- dhcp\"",
			"channel \"%s\" lets no DHCP through: the firmware shares the host's "
			"lease and learns it from the host's DHCP, so when the lease ends the "
			"machine can be neither repaired nor released",
			channel->name);
	if (channel_reaches_v6(channel) && !channel_has(channel, CHANNEL_ND))
		position_complain(
			at, complaints, "add \"- nd\"",
			"channel \"%s\" names an IPv6 address that cannot be reached without "
			"neighbour discovery",
			channel->name);
}

static void complain_unknown(const struct position *at, struct complaints *complaints,
			     const char *what, const char *name, const char *const *valid)
{
	const char *near = source_nearest(name, valid);
	char hint[128] = "";

	if (near)
		snprintf(hint, sizeof(hint), "did you mean \"%s\"?", near);
	else if (*valid)
		snprintf(hint, sizeof(hint), "for example \"%s\"", *valid);
	else
		snprintf(hint, sizeof(hint), "there is no %s at all: define it first", what);
	position_complain(at, complaints, hint, "unknown %s \"%s\"", what, name);
}

static void check_channel_name(const struct policy *policy, const struct position *at,
			       const char *name, struct complaints *complaints)
{
	const char **names;

	if (!name || !*name || policy_channel(policy, name))
		return;
	names = mem_array(policy->channel_count + 1, sizeof(*names));
	for (size_t i = 0; i < policy->channel_count; i++)
		names[i] = policy->channels[i].name;
	complain_unknown(at, complaints, "channel", name, names);
	mem_free(names);
}

static const struct rule *find_rule(const struct policy *policy, const char *name, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(policy->rules[i].answer.rule_name, name) == 0)
			return &policy->rules[i];
	return NULL;
}

static void check_reachable(const struct policy *policy, size_t index,
			    struct complaints *complaints)
{
	const struct rule *rule = &policy->rules[index];

	if (cover_impossible(&rule->when)) {
		position_complain(
			&rule->at, complaints, "",
			"rule \"%s\" can never fire: its conditions contradict each other",
			rule->answer.rule_name);
		return;
	}
	for (size_t i = 0; i < index; i++) {
		const struct rule *earlier = &policy->rules[i];

		if (earlier->incomplete || !cover_implies(&rule->when, &earlier->when))
			continue;
		position_complain(&rule->at, complaints, "move it up, or narrow the other one",
				  "rule \"%s\" can never fire: rule \"%s\" on line %u covers it",
				  rule->answer.rule_name, earlier->answer.rule_name,
				  earlier->at.line);
		return;
	}
}

static void check_rule(const struct policy *policy, size_t index, struct complaints *complaints)
{
	const struct rule *rule = &policy->rules[index], *earlier;
	const char *name = rule->answer.rule_name;

	earlier = *name ? find_rule(policy, name, index) : NULL;
	if (earlier)
		position_complain(&rule->at, complaints, "give it another name",
				  "rule \"%s\" is already on line %u", name, earlier->at.line);
	check_channel_name(policy, &rule->channel_at, rule->answer.channel, complaints);
	if (!rule->incomplete)
		check_reachable(policy, index, complaints);
}

static void check_example(const struct policy *policy, const struct example *example,
			  struct complaints *complaints)
{
	const char **names;

	check_channel_name(policy, &example->channel_at, example->channel, complaints);
	if (!example->rule || find_rule(policy, example->rule, policy->rule_count))
		return;
	names = mem_array(policy->rule_count + 1, sizeof(*names));
	for (size_t i = 0; i < policy->rule_count; i++)
		names[i] = policy->rules[i].answer.rule_name;
	complain_unknown(&example->rule_at, complaints, "rule", example->rule, names);
	mem_free(names);
}

void check_policy(const struct policy *policy, struct complaints *complaints)
{
	for (size_t i = 0; i < policy->channel_count; i++)
		if (!policy->channels_at[i].incomplete)
			check_channel(&policy->channels[i], &policy->channels_at[i].at, complaints);
	for (size_t i = 0; i < policy->rule_count; i++)
		check_rule(policy, i, complaints);
	for (size_t i = 0; i < policy->example_count; i++)
		check_example(policy, &policy->examples[i], complaints);
}

/* Every tag of every asset, NULL-terminated; the caller frees the list. */
static const char **all_tags(const struct roster *roster)
{
	const char **tags = mem_array(roster_count(roster) * ASSET_TAGS + 1, sizeof(*tags));
	size_t count = 0;

	for (size_t i = 0; i < roster_count(roster); i++)
		for (size_t k = 0; k < ASSET_TAGS; k++)
			if (*roster_at(roster, i)->tags[k])
				tags[count++] = roster_at(roster, i)->tags[k];
	return tags;
}

static const char **all_names(const struct roster *roster)
{
	const char **names = mem_array(roster_count(roster) + 1, sizeof(*names));

	for (size_t i = 0; i < roster_count(roster); i++)
		names[i] = roster_at(roster, i)->name;
	return names;
}

static bool is_listed(const char *text, const char *const *list)
{
	for (; *list; list++)
		if (strcmp(*list, text) == 0)
			return true;
	return false;
}

static void check_when_assets(const struct when *when, const char *const *names,
			      const char *const *tags, struct complaints *complaints)
{
	for (size_t i = 0; i < when->count; i++) {
		const struct condition *c = &when->conditions[i];
		bool about_name = c->word->subject == SUBJECT_ASSET;
		bool about_tags = c->word->subject == SUBJECT_TAG ||
				  c->word->subject == SUBJECT_TAGS;
		const char *const *valid = about_name ? names : tags;

		check_when_assets(&c->inner, names, tags, complaints);
		for (size_t k = 0; (about_name || about_tags) && k < c->texts.count; k++)
			if (!is_listed(c->texts.items[k], valid))
				complain_unknown(&c->at, complaints, about_name ? "asset" : "tag",
						 c->texts.items[k], valid);
	}
}

void policy_check_assets(const struct policy *policy, const struct roster *roster,
			 struct complaints *complaints)
{
	const char **names = all_names(roster), **tags = all_tags(roster);

	for (size_t i = 0; i < policy->rule_count; i++)
		check_when_assets(&policy->rules[i].when, names, tags, complaints);
	mem_free(names);
	mem_free(tags);
}
