/* SPDX-License-Identifier: Apache-2.0 */
/* From what is known of a machine to a grade with reasons.
 *
 * One table holds codes, grades and remedies; each function below looks at one subject and adds what it finds.  A
 * machine that could not be asked is graded by why; nothing else is then known of it. */
#include "amt/grade.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "amt/compile.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/isolation/plan.h"

#define CLOCK_TOLERANCE_S   300 /* what Kerberos and certificates commonly bear */
#define DOCUMENTED_POLICIES 8   /* 3.1 */
#define DOCUMENTED_FILTERS  80
#define FILTERS_TIGHT       12 /* less than this for a second channel */

/* clang-format off */
static const struct amt_code_row rows[AMT_CODES] = {
	[AMT_NO_AMT] = { "no-amt", AMT_GRADE_F, "give it amt: in the list of assets, or isolate it at its switch" },
	[AMT_NOT_PROVISIONED] = { "not-provisioned", AMT_GRADE_F, "provision it in Admin Control Mode" },
	[AMT_CLIENT_CONTROL_MODE] = { "client-control-mode", AMT_GRADE_F, "provision it in Admin Control Mode" },
	[AMT_RELEASE_TOO_OLD] = { "release-too-old", AMT_GRADE_F, "update its firmware to 3.2.1 or later, or isolate it at its switch" },
	[AMT_NO_SYSTEM_DEFENSE] = { "no-system-defense", AMT_GRADE_F, "isolate it at its switch" },
	[AMT_NO_WIRED_PORT] = { "no-wired-port", AMT_GRADE_F, "isolate it at its access point or switch" },
	[AMT_UNREACHABLE] = { "unreachable", AMT_GRADE_E, "see whether it is plugged in, its address is right, and port 16992 or 16993 is open to us" },
	[AMT_CREDENTIALS_REFUSED] = { "credentials-refused", AMT_GRADE_E, "correct amt.user and amt.password; if they are right, wait until the account is unlocked" },
	[AMT_CERTIFICATE_REFUSED] = { "certificate-refused", AMT_GRADE_E, "see who answers there; pin the new certificate if it was renewed, or give firmware before 12 tls: legacy" },
	[AMT_ANOTHER_DEVICE] = { "another-device", AMT_GRADE_E, "correct amt.address, or uuid and realm if the board was changed or provisioned anew" },
	[AMT_RIGHTS_MISSING] = { "rights-missing", AMT_GRADE_E, "give the AMT user the realms System Defense (Circuit Breaker) and General Info" },
	[AMT_SETTINGS_WRONG] = { "settings-wrong", AMT_GRADE_E, "correct the asset's amt settings" },
	[AMT_SURVEY_FAILED] = { "survey-failed", AMT_GRADE_E, "ask again in a minute; if it stays, look at the machine" },
	[AMT_FOREIGN_IN_PLACE] = { "foreign-in-place", AMT_GRADE_E, "disable that policy in the other console" },
	[AMT_NO_ROOM] = { "no-room", AMT_GRADE_E, "remove filters or policies of the other console" },
	[AMT_CHANNEL_TOO_LARGE] = { "channel-too-large", AMT_GRADE_E, "use port ranges, prefixes, fewer servers, or one relay" },
	[AMT_AUDIT_LOG_FULL] = { "audit-log-full", AMT_GRADE_E, "let the auditor export and clear the audit log" },
	[AMT_FLASH_PROTECTED] = { "flash-protected", AMT_GRADE_E, "wait: the firmware protects its flash for about 40 minutes" },
	[AMT_WIRELESS_ONLY] = { "wireless-only", AMT_GRADE_D, "connect it by cable, or isolate it at its access point as well" },
	[AMT_FOREIGN_OUTRANKS] = { "foreign-outranks", AMT_GRADE_D, "lower that policy's precedence, or raise amt.precedence in cordon.yaml" },
	[AMT_AUDIT_LOG_LOCKED] = { "audit-log-locked", AMT_GRADE_D, "ask again in five minutes, or let the auditor unlock it" },
	[AMT_WIRELESS_BESIDE] = { "wireless-beside", AMT_GRADE_C, "isolate it at its access point as well" },
	[AMT_WIRELESS_OPEN] = { "wireless-open", AMT_GRADE_D, "isolate it at its access point as well, or take its wireless away" },
	[AMT_ON_WIRELESS] = { "on-wireless", AMT_GRADE_D, "plug it in, or isolate it at its access point as well" },
	[AMT_NO_TLS] = { "no-tls", AMT_GRADE_C, "enable TLS in the firmware and set tls: pin" },
	[AMT_NO_COUNTERS] = { "no-counters", AMT_GRADE_C, "nothing: an isolation can be proven by silence alone" },
	[AMT_NOT_ALL_FIT] = { "not-all-fit", AMT_GRADE_C, "use fewer channels and measures, port ranges and prefixes; what is not prepared is written when it is needed, which takes longer" },
	[AMT_NO_ANTI_SPOOFING] = { "no-anti-spoofing", AMT_GRADE_B, "nothing: the channel holds without it; or take anti_spoofing out of the channel" },
	[AMT_LEGACY_TLS] = { "legacy-tls", AMT_GRADE_B, "update the firmware to 12 or later if the platform has it" },
	[AMT_NO_IPV6_FILTERS] = { "no-ipv6-filters", AMT_GRADE_B, "name repair servers by IPv4 addresses" },
	[AMT_RELEASE_UNKNOWN] = { "release-unknown", AMT_GRADE_B, "give the AMT user the realm General Info" },
	[AMT_RELEASE_NOT_DOCUMENTED] = { "release-not-documented", AMT_GRADE_B, "isolate and release it once by hand to see that it holds" },
	[AMT_LIMITS_ASSUMED] = { "limits-assumed", AMT_GRADE_B, "nothing: the documented limits are assumed" },
	[AMT_BUDGET_TIGHT] = { "budget-tight", AMT_GRADE_B, "remove what other consoles have left behind" },
	[AMT_CLOCK_WRONG] = { "clock-wrong", AMT_GRADE_B, "synchronise the firmware's clock" },
	[AMT_AUDIT_LOG_FILLING] = { "audit-log-filling", AMT_GRADE_B, "let the auditor export and clear the audit log" },
	[AMT_IDENTITY_UNKNOWN] = { "identity-unknown", AMT_GRADE_B, "set amt.realm, so that another machine at its address is told apart" },
};
/* clang-format on */

const struct amt_code_row *amt_code_row(enum amt_code code)
{
	INVARIANT(code < AMT_CODES);
	return &rows[code];
}

char amt_grade_letter(unsigned grade)
{
	INVARIANT(grade <= AMT_GRADE_F);
	return (char)('A' + grade);
}

const char *amt_enforcement_name(unsigned enforcement)
{
	static const char *const names[] = { "nobody", "driver", "firmware" };

	INVARIANT(enforcement <= AMT_BY_FIRMWARE);
	return names[enforcement];
}

/* Behind all that are as bad; if all places are taken, the mildest goes. */
void amt_report_add(struct amt_report *report, enum amt_code code, const char *format, ...)
{
	struct amt_finding *findings = report->findings;
	size_t at = 0;
	va_list args;

	while (at < report->finding_count && rows[findings[at].code].grade >= rows[code].grade)
		at++;
	if (at == AMT_FINDINGS_MAX)
		return;
	if (report->finding_count < AMT_FINDINGS_MAX)
		report->finding_count++;
	memmove(&findings[at + 1], &findings[at],
		(report->finding_count - at - 1u) * sizeof(findings[0]));
	findings[at].code = (uint8_t)code;
	va_start(args, format);
	vsnprintf(findings[at].text, sizeof(findings[at].text), format, args);
	va_end(args);
	report->grade = rows[findings[0].code].grade;
}

void amt_report_codes(const struct amt_report *report, char *text, size_t size)
{
	size_t used = 0;

	*text = '\0';
	for (unsigned i = 0; i < report->finding_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "",
					 rows[report->findings[i].code].code);
}

static void grade_failure(const struct grade_survey *survey, struct amt_report *report)
{
	static const enum amt_code codes[] = {
		[SESSION_FINE] = AMT_SURVEY_FAILED,
		[SESSION_UNREACHABLE] = AMT_UNREACHABLE,
		[SESSION_UNTRUSTED] = AMT_CERTIFICATE_REFUSED,
		[SESSION_STRANGER] = AMT_ANOTHER_DEVICE,
		[SESSION_BAD_LOGON] = AMT_CREDENTIALS_REFUSED,
		[SESSION_BROKEN] = AMT_SURVEY_FAILED,
	};
	enum amt_code code = codes[survey->trouble];

	if (survey->settings_wrong)
		code = AMT_SETTINGS_WRONG;
	else if (survey->another_device)
		code = AMT_ANOTHER_DEVICE;
	amt_report_add(report, code, "%.199s", survey->failure);
}

/* True if there is something to enforce with. */
static bool grade_ability(const struct inventory *inventory, struct amt_report *report)
{
	const uint32_t provisioned = 2;

	if (release_has(&inventory->number, RELEASE_UNSUPPORTED))
		amt_report_add(report, AMT_RELEASE_TOO_OLD,
			       "release %s: WS-Management as we speak it begins with 3.2",
			       inventory->release);
	if (inventory->provisioning_state != provisioned)
		amt_report_add(report, AMT_NOT_PROVISIONED, "the firmware is not provisioned");
	else if (!inventory_is_admin_mode(inventory))
		amt_report_add(
			report, AMT_CLIENT_CONTROL_MODE,
			"the firmware is in Client Control Mode, which has no System Defense");
	else if (!inventory->port_count)
		amt_report_add(report, AMT_NO_WIRED_PORT,
			       "there is no port whose packets could be filtered");
	else if (inventory->denied && !inventory->has_system_defense)
		amt_report_add(report, AMT_RIGHTS_MISSING, "our user may not see System Defense");
	else if (!inventory_has_defense(inventory))
		amt_report_add(report, AMT_NO_SYSTEM_DEFENSE,
			       "the firmware offers no System Defense");
	return report->finding_count == 0;
}

/* A wired and a wireless port: both are set, and neither is worth the other. */
static void grade_both_ports(const struct grade_survey *survey, struct amt_report *report)
{
	const struct inventory *inventory = survey->inventory;
	const char *words = inventory_port_words(inventory, 1);

	if (inventory_is_off_cable(inventory)) {
		report->enforcement = AMT_BY_DRIVER;
		amt_report_add(
			report, AMT_ON_WIRELESS,
			"no cable is plugged in: it is on its wireless, where the host's own driver filters and "
			"malware on the host can stop it");
	}
	if (survey->open)
		amt_report_add(report, AMT_WIRELESS_OPEN, "%.199s", survey->open);
	else if (survey->taken_beside)
		amt_report_add(report, AMT_WIRELESS_OPEN,
			       "%s has the policy \"%s\" of another console enabled", words,
			       survey->taken_beside);
	else if (inventory->ports[1].by_driver && !inventory_is_off_cable(inventory))
		amt_report_add(
			report, AMT_WIRELESS_BESIDE,
			"it has wireless too: isolated as well, but by the host's own driver, which malware on "
			"the host can stop");
}

static void grade_port(const struct grade_survey *survey, struct amt_report *report)
{
	const struct inventory *inventory = survey->inventory;

	report->enforcement = inventory->ports[0].by_driver ? AMT_BY_DRIVER : AMT_BY_FIRMWARE;
	if (inventory->ports[0].by_driver)
		amt_report_add(
			report, AMT_WIRELESS_ONLY,
			"there is only a wireless port: the host's own driver would have to filter, and "
			"malware on the host can stop it");
	else if (inventory->port_count > 1)
		grade_both_ports(survey, report);
}

static void grade_release(const struct grade_survey *survey, struct amt_report *report)
{
	const struct inventory *inventory = survey->inventory;
	const struct release *release = &inventory->number;
	bool old_tls = release_has(release, RELEASE_OLD_TLS);

	if (!release->major)
		amt_report_add(report, AMT_RELEASE_UNKNOWN,
			       "the firmware does not tell its release");
	if (release_has(release, RELEASE_NOT_DOCUMENTED))
		amt_report_add(
			report, AMT_RELEASE_NOT_DOCUMENTED,
			"release %s: no public source says that its System Defense works as before",
			inventory->release);
	if (release_has(release, RELEASE_NO_IPV6_FILTERS))
		amt_report_add(report, AMT_NO_IPV6_FILTERS,
			       "release %s filters IPv4 only, and drops IPv6 whole",
			       inventory->release);
	if (survey->tls == ASSET_TLS_NONE)
		amt_report_add(
			report, AMT_NO_TLS,
			"we speak to it without TLS: whoever sits between can read and change what we say");
	else if (survey->tls == ASSET_TLS_LEGACY_PIN)
		amt_report_add(
			report, AMT_LEGACY_TLS, "%s",
			old_tls ? "release before 12: TLS 1.0 or 1.1 with old ciphers is all it has"
				: "we allow it TLS 1.0 and old ciphers");
}

static void grade_health(const struct grade_survey *survey, struct amt_report *report)
{
	const struct health *health = survey->health;
	int64_t off_s = (int64_t)health->clock_s - (int64_t)survey->wall_s;

	if (health->audit_given && health->audit_state & AUDIT_FULL)
		amt_report_add(report, AMT_AUDIT_LOG_FULL,
			       "the audit log is full%s: the firmware may refuse every change",
			       health->audit_state & AUDIT_LOCKED ? " and locked" : "");
	else if (health->audit_given && health->audit_state & AUDIT_LOCKED)
		amt_report_add(report, AMT_AUDIT_LOG_LOCKED,
			       "the audit log is locked: the firmware may refuse every change");
	else if (health->audit_given && health->audit_state & AUDIT_ALMOST_FULL)
		amt_report_add(report, AMT_AUDIT_LOG_FILLING, "the audit log has %u %% left",
			       health->audit_free);
	if (health->clock_given && survey->wall_s &&
	    (off_s > CLOCK_TOLERANCE_S || off_s < -CLOCK_TOLERANCE_S))
		amt_report_add(report, AMT_CLOCK_WRONG, "its clock is %lld s %s ours",
			       (long long)(off_s < 0 ? -off_s : off_s),
			       off_s < 0 ? "behind" : "ahead of");
	if (survey->flash_protected_s)
		amt_report_add(report, AMT_FLASH_PROTECTED,
			       "it refuses to write for up to %llu more minutes",
			       (unsigned long long)(survey->flash_protected_s + 59) / 60);
}

static void grade_room(const struct grade_survey *survey, struct amt_report *report)
{
	const struct inventory *inventory = survey->inventory;
	uint32_t foreign_filters = survey->filters_used - survey->filters_ours;
	uint32_t filters_left = inventory->filters_max > foreign_filters
					? inventory->filters_max - foreign_filters
					: 0;

	if (!inventory->ports[0].capabilities.given)
		amt_report_add(report, AMT_LIMITS_ASSUMED,
			       "the firmware does not tell its filter limits");
	else if (!inventory->ports[0].capabilities.tx_counters &&
		 !inventory->ports[0].capabilities.rx_counters)
		amt_report_add(report, AMT_NO_COUNTERS, "the firmware counts no dropped packets");
	if (survey->foreign_policies >= inventory->policies_max)
		amt_report_add(report, AMT_NO_ROOM, "all %u policies belong to other consoles",
			       inventory->policies_max);
	else if (filters_left < 4)
		amt_report_add(report, AMT_NO_ROOM, "other consoles leave us %u of %u filters",
			       filters_left, inventory->filters_max);
	else if (filters_left < FILTERS_TIGHT ||
		 survey->foreign_policies + 1 == inventory->policies_max)
		amt_report_add(report, AMT_BUDGET_TIGHT,
			       "other consoles leave us %u of %u filters, %u of %u policies",
			       filters_left, inventory->filters_max,
			       inventory->policies_max - survey->foreign_policies,
			       inventory->policies_max);
}

static void grade_others(const struct grade_survey *survey, struct amt_report *report)
{
	if (survey->foreign_in_place)
		amt_report_add(
			report, AMT_FOREIGN_IN_PLACE,
			"another console has enabled \"%s\" as the System Defense policy of the port",
			survey->rival ? survey->rival : "?");
	else if (survey->rival && survey->rival_precedence >= survey->our_precedence)
		amt_report_add(
			report, AMT_FOREIGN_OUTRANKS,
			"the policy \"%s\" of another console has precedence %u and would outrank ours (%u)",
			survey->rival, survey->rival_precedence, survey->our_precedence);
}

void grade(const struct grade_survey *survey, struct amt_report *report)
{
	const struct inventory *inventory = survey->inventory;

	report->grade = AMT_GRADE_A;
	report->enforcement = AMT_BY_NOBODY;
	report->finding_count = 0;
	if (survey->failure) {
		grade_failure(survey, report);
		return;
	}
	if (!grade_ability(inventory, report))
		return;
	grade_port(survey, report);
	grade_release(survey, report);
	grade_health(survey, report);
	if (!*inventory->uuid && !*inventory->realm)
		amt_report_add(report, AMT_IDENTITY_UNKNOWN,
			       "the firmware tells neither UUID nor digest realm");
	if (!survey->objects_known)
		return;
	grade_room(survey, report);
	grade_others(survey, report);
}

uint32_t amt_report_plan(struct amt_report *report, const struct plan *plan)
{
	struct sd_port_capabilities capabilities = {
		.given = true,
		.tx_filters = report->tx_filters_max + 1,
		.rx_filters = report->rx_filters_max + 1,
		.tx_counters = report->tx_counters,
		.rx_counters = report->rx_counters,
		.v6_tx_filters = report->v6_tx_filters_max + 1,
		.v6_rx_filters = report->v6_rx_filters_max + 1,
		.v6_ratio = report->v6_ratio,
		.anti_spoofing = report->anti_spoofing,
	};
	const struct release any = { 0 };
	struct sd_budget budget = sd_budget_of(&capabilities, &any);
	struct err err = { 0 };
	struct sd_set set;

	if (!report->tx_filters_max)
		return 0;
	/* The remedy is the code's. */
	if (sd_compile(plan, &budget, 0, &set, &err) < 0) {
		amt_report_add(report, AMT_CHANNEL_TOO_LARGE, "%.*s",
			       (int)(strstr(err.text, "; use ")
					     ? strstr(err.text, "; use ") - err.text
					     : 199),
			       err.text);
		return 0;
	}
	if (set.unguarded)
		amt_report_add(report, AMT_NO_ANTI_SPOOFING,
			       "channel \"%s\" asks for anti-spoofing, which this port cannot do",
			       plan->name);
	return set.count;
}

void amt_report_together(struct amt_report *report, uint32_t plans, uint32_t filters)
{
	uint32_t policies_left = report->policies_max - report->foreign_policies,
		 filters_left = report->filters_max - report->foreign_filters;

	if (!report->policies_max || !report->filters_max ||
	    report->foreign_policies >= report->policies_max ||
	    report->foreign_filters >= report->filters_max)
		return;
	if (plans > policies_left || filters > filters_left)
		amt_report_add(
			report, AMT_NOT_ALL_FIT,
			"all channels and measures together are %u policies with %u filters; "
			"there is room for %u with %u",
			plans, filters, policies_left, filters_left);
}

int amt_plan_need(const struct plan *plan, struct amt_need *need, struct err *err)
{
	const struct sd_port_capabilities untold = { .given = false };
	const struct release any = { 0 };
	struct sd_budget budget = sd_budget_of(&untold, &any);
	struct sd_set set;
	int rc;

	/* Counters are documented nowhere (3.1). */
	budget.tx_counters = budget.rx_counters = UINT32_MAX;
	budget.anti_spoofing = true;
	rc = sd_compile(plan, &budget, 0, &set, err);
	*need = (struct amt_need){ .transmit_fit = budget.tx_filters,
				   .receive_fit = budget.rx_filters,
				   .filters = set.count,
				   .filters_fit = DOCUMENTED_FILTERS,
				   .policies_fit = DOCUMENTED_POLICIES };
	if (rc < 0)
		return rc;
	for (unsigned i = 0; i < set.count; i++) {
		need->transmit += set.filters[i].direction == SD_TRANSMIT;
		need->receive += set.filters[i].direction == SD_RECEIVE;
		need->v6 += set.filters[i].direction == SD_TRANSMIT &&
			    set.filters[i].ip_version == 6;
	}
	need->transmit += set.policy.anti_spoofing ? SD_SPOOF_SLOTS : 0;
	return 0;
}
