/* SPDX-License-Identifier: Apache-2.0 */
/* remedy.c - the words of repairs, in one place for command, daemon, firmware client and facts. */
#include "core/isolation/remedy.h"

#include <string.h>

#include "core/base/buf.h"
#include "core/base/clock.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/num.h"

static const char *const acts[REMEDY_ACTS] = {
	"state", "on", "off", "cycle", "reset", "withdraw", "log", "consent", "code", "no consent"
};
static const char *const boots[REMEDY_BOOTS] = { "usual", "network", "disk", "cd", "setup" };

const char *remedy_act_name(unsigned act)
{
	INVARIANT(act < REMEDY_ACTS);
	return acts[act];
}

const char *remedy_boot_name(unsigned boot)
{
	INVARIANT(boot < REMEDY_BOOTS);
	return boots[boot];
}

const char *remedy_power_name(unsigned power)
{
	static const char *const names[REMEDY_POWERS] = { "unknown", "on", "asleep", "off" };

	return names[power < REMEDY_POWERS ? power : REMEDY_UNKNOWN];
}

static size_t find(const char *word, const char *const *words, size_t count)
{
	size_t i = 0;

	while (i < count && strcmp(words[i], word) != 0)
		i++;
	return i;
}

bool remedy_wish_of(const char *act, const char *boot, struct remedy_wish *wish, struct err *err)
{
	/* Nobody asks to withdraw what is not there yet. */
	size_t a = find(act, acts, REMEDY_WITHDRAW), b = find(boot, boots, REMEDY_BOOTS);

	if (a == REMEDY_WITHDRAW)
		err_set(err, ERR_USAGE, "power takes on, off, cycle or reset, not \"%s\"", act);
	else if (b == REMEDY_BOOTS)
		err_set(err, ERR_USAGE, "--boot takes network, disk, cd or setup, not \"%s\"",
			boot);
	else if (b && (a == REMEDY_LOOK || a == REMEDY_OFF))
		err_set(err, ERR_USAGE, "--boot goes with on, cycle or reset");
	else {
		*wish = (struct remedy_wish){ .act = (uint8_t)a, .boot = (uint8_t)b };
		return true;
	}
	return false;
}

bool remedy_consent_of(const char *word, struct remedy_wish *wish, struct err *err)
{
	uint64_t code = 0;

	*wish = (struct remedy_wish){ .act = REMEDY_ASK_CONSENT };
	if (!*word)
		return true;
	if (strcmp(word, "cancel") == 0) {
		wish->act = REMEDY_END_CONSENT;
		return true;
	}
	if (strlen(word) != 6 || strspn(word, "0123456789") != 6 || !num_u64(word, &code)) {
		err_set(err, ERR_USAGE,
			"\"%s\" is no code: six digits that the machine shows on its screen, or cancel",
			word);
		return false;
	}
	wish->act = REMEDY_GIVE_CODE;
	wish->code = (uint32_t)code;
	return true;
}

static const char *severity_word(const struct remedy_entry *entry)
{
	if (entry->log == REMEDY_AUDIT)
		return "";
	switch (entry->severity) {
	case 8:
		return "warning";
	case 16:
		return "critical";
	case 32:
		return "fatal";
	default:
		return "";
	}
}

void remedy_entry_text(const struct remedy_entry *entry, struct buf *out)
{
	char when[CLOCK_TEXT_BYTES] = "time not known     ";

	if (entry->wall_ns) {
		clock_text(entry->wall_ns, when, sizeof(when));
		when[10] = ' ';
	}
	buf_format(out, "%.19s  %-5s  %-8s  %s", when,
		   entry->log == REMEDY_AUDIT ? "audit" : "event", severity_word(entry),
		   entry->text);
}

bool remedy_only_looks(const struct remedy_wish *wish)
{
	return wish->act == REMEDY_LOOK || wish->act == REMEDY_READ_LOG;
}

bool remedy_is_there(const struct remedy_wish *wish, unsigned power)
{
	switch (wish->act) {
	case REMEDY_LOOK:
	case REMEDY_WITHDRAW:
	case REMEDY_READ_LOG:
	case REMEDY_ASK_CONSENT:
	case REMEDY_GIVE_CODE:
	case REMEDY_END_CONSENT:
		return true;
	case REMEDY_OFF:
		return power == REMEDY_IS_OFF;
	default:
		return power == REMEDY_IS_ON;
	}
}

bool remedy_disturbs(const struct remedy_wish *wish)
{
	switch (wish->act) {
	case REMEDY_LOOK:
	case REMEDY_WITHDRAW:
	case REMEDY_READ_LOG:
	case REMEDY_ASK_CONSENT:
	case REMEDY_GIVE_CODE:
	case REMEDY_END_CONSENT:
		return false;
	case REMEDY_ON:
		return wish->boot != REMEDY_BOOT_USUAL;
	default:
		return true;
	}
}
