/* SPDX-License-Identifier: Apache-2.0 */
/* Accounts, realms, and what a change of them does to those logged on. */
#include "tests/amtsim/acl.h"

#include "tests/amtsim/base64.h"
#include "tests/amtsim/httpauth.h"
#include "tests/unit/amtsim/firmware.h"
#include "tests/unit/amtsim/running.h"

#define SERVICE AMT "AMT_AuthorizationService"
#define CALL(method, content)                     \
	ENVELOPE(SERVICE "/" method, SERVICE, "", \
		 "<" method "_INPUT xmlns=\"" SERVICE "\">" content "</" method "_INPUT>")
#define HASH "AAECAwQFBgcICQoLDA0ODw=="
#define ADD(user, hash, access, realms)                                                            \
	CALL("AddUserAclEntryEx", "<DigestUsername>" user "</DigestUsername><DigestPassword>" hash \
				  "</DigestPassword><AccessPermission>" access                     \
				  "</AccessPermission><Realms>" realms "</Realms>")
#define HANDLE(n) "<Handle>" n "</Handle>"

static void accounts_are_added_read_changed_and_removed(void **state)
{
	(void)state;
	must_say(200, ADD("alice", HASH, "2", "11</Realms><Realms>13"),
		 "<g:AddUserAclEntryEx_OUTPUT><g:Handle>1</g:Handle><g:ReturnValue>0<");
	must_say(200, ADD("bob", HASH, "1", "13"), "<g:Handle>2</g:Handle>");
	must_say(200, CALL("EnumerateUserAclEntries", "<StartIndex>1</StartIndex>"),
		 "<g:TotalCount>2</g:TotalCount><g:HandlesCount>2</g:HandlesCount>"
		 "<g:Handles>1</g:Handles><g:Handles>2</g:Handles><g:ReturnValue>0<");
	must_say(200, CALL("GetUserAclEntryEx", HANDLE("1")),
		 "<g:DigestUsername>alice</g:DigestUsername>"
		 "<g:AccessPermission>2</g:AccessPermission>"
		 "<g:Realms>11</g:Realms><g:Realms>13</g:Realms><g:ReturnValue>0<");
	must_say(200,
		 CALL("UpdateUserAclEntryEx",
		      HANDLE("1") "<DigestUsername>carol</DigestUsername><DigestPassword>" HASH
				  "</DigestPassword><AccessPermission>1</AccessPermission>"
				  "<Realms>7</Realms>"),
		 "<g:ReturnValue>0<");
	must_say(200, CALL("GetUserAclEntryEx", HANDLE("1")), "carol");
	must_say(200, CALL("SetAclEnabledState", HANDLE("1") "<Enabled>false</Enabled>"), ">0<");
	must_say(200, CALL("GetAclEnabledState", HANDLE("1")), "<g:Enabled>false</g:Enabled>");
	must_say(200, CALL("RemoveUserAclEntry", HANDLE("1")), "<g:ReturnValue>0<");
	must_say(200, CALL("GetUserAclEntryEx", HANDLE("1")), "<g:ReturnValue>2053<");
	must_say(200, CALL("EnumerateUserAclEntries", "<StartIndex>1</StartIndex>"),
		 "<g:Handles>2</g:Handles>");
	must_say(200, CALL("GetAdminAclEntry", ""), "<g:Username>admin</g:Username>");
}

static void poor_accounts_are_refused(void **state)
{
	static const struct {
		const char *name, *request, *says;
	} cases[] = {
		{ "a user of 17", ADD("12345678901234567", HASH, "2", "13"), "ReturnValue>36<" },
		{ "a colon", ADD("a:b", HASH, "2", "13"), "ReturnValue>36<" },
		{ "the administrator", ADD("admin", HASH, "2", "13"), "ReturnValue>36<" },
		{ "an internal name", ADD("$$osadmin", HASH, "2", "13"), "ReturnValue>36<" },
		{ "a short hash", ADD("a", "AAEC", "2", "13"), "ReturnValue>36<" },
		{ "a padded hash", ADD("a", "AAECAwQFBgcICQoLDA0ODx==", "2", "13"),
		  "ReturnValue>36<" },
		{ "access 3", ADD("a", HASH, "3", "13"), "ReturnValue>36<" },
		{ "realm 99", ADD("a", HASH, "2", "99"), "ReturnValue>36<" },
		{ "the same twice", ADD("dora", HASH, "2", "13"), "ReturnValue>2058<" },
		{ "start index 0", CALL("EnumerateUserAclEntries", "<StartIndex>0</StartIndex>"),
		  "ReturnValue>35<" },
	};
	size_t i;

	(void)state;
	must_say(200, ADD("dora", HASH, "2", "13"), "ReturnValue>0<");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ask(cases[i].request) != 200 || !says(cases[i].says))
			fail_msg("%s: %s", cases[i].name, firmware.last.bytes);
	assert_int_equal(firmware.device->acl.count, 1);
}

static void an_account_reaches_the_classes_of_its_realms_only(void **state)
{
	static const char filter[] =
		ETHER_FILTER("f", "<HdrProtocolID8021>2054</HdrProtocolID8021>");
	static const struct {
		const char *name;
		unsigned realm;
		bool general, filter, accounts;
	} cases[] = {
		{ "general information", REALM_GENERAL, true, false, false },
		{ "system defense", REALM_DEFENSE, false, true, false },
		{ "accounts", REALM_ACL, false, false, true },
		{ "administration includes all", REALM_ADMIN, true, true, true },
		{ "redirection", REALM_REDIRECTION, false, false, false },
	};
	struct acl_entry entry = { .user = "u", .enabled = true };
	size_t i;

	(void)state;
	assert_int_equal(acl_add(&firmware.device->acl, &entry), PT_SUCCESS);
	firmware.device->caller.handle = entry.handle;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		firmware.device->acl.entries[0].realms = REALM_BIT(cases[i].realm);
		if ((ask(GET(AMT "AMT_GeneralSettings", "")) == 200) != cases[i].general ||
		    (ask(filter) == 200) != cases[i].filter ||
		    (ask(CALL("GetAdminAclEntry", "")) == 200) != cases[i].accounts)
			fail_msg("%s", cases[i].name);
	}
	/* reading is one thing, changing another */
	firmware.device->acl.entries[0].realms = REALM_BIT(REALM_GENERAL);
	assert_int_equal(ask(GET(AMT "AMT_GeneralSettings", "")), 200);
	must_say(400,
		 ENVELOPE(TRANSFER "Put", AMT "AMT_GeneralSettings", "",
			  "<AMT_GeneralSettings xmlns=\"" AMT "AMT_GeneralSettings\"/>"),
		 "e:AccessDenied");
	must_say(400, filter, "e:AccessDenied");
	set_knob("denied_http", "403");
	must_say(403, filter, "e:AccessDenied");
	set_knob("realms", "no");
	assert_int_equal(ask(filter), 200);
}

static void each_account_logs_on_and_locks_by_itself(void **state)
{
	struct account account = { .next = 0 };
	struct rng rng = { 0 };
	struct account_terms terms = { .user = "admin",
				       .ha1 = firmware.device->admin_ha1,
				       .realm = firmware.device->config.realm,
				       .path = "/wsman",
				       .acl = &firmware.device->acl,
				       .rng = &rng,
				       .knobs = &firmware.device->knobs };
	struct acl_entry entry = { .user = "eve", .enabled = true, .access = ACCESS_NETWORK };
	struct httpauth_request covered = { "POST", "", 0 };
	static const struct {
		const char *user, *password;
		enum acl_access access;
		enum logon logon;
	} cases[] = {
		{ "eve", "secret", ACCESS_NETWORK, LOGON_OK },
		{ "eve", "wrong", ACCESS_NETWORK, LOGON_REFUSED },
		{ "eve", "secret", ACCESS_NETWORK, LOGON_REFUSED }, /* locked by the one before */
		{ "admin", "P@ssw0rd", ACCESS_NETWORK, LOGON_OK },  /* but nobody else is */
		{ "eve", "secret", ACCESS_LOCAL, LOGON_REFUSED },
		{ "eve", "secret", ACCESS_ANY, LOGON_OK },
		{ "nobody", "secret", ACCESS_NETWORK, LOGON_REFUSED },
	};
	size_t i;

	(void)state;
	httpauth_ha1("eve", terms.realm, "secret", entry.ha1);
	assert_int_equal(acl_add(&firmware.device->acl, &entry), PT_SUCCESS);
	set_knob("lock_after", "1");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct httpauth_answer a = {
			.cnonce = "c", .qop = "auth", .uri = "/wsman", .nc = "00000001"
		};
		char header[512], hex[MD5_HEX_BYTES];
		struct text challenge;

		text_init(&challenge, 1024);
		account_challenge(&account, &terms, false, &challenge);
		text_fini(&challenge);
		text_copy(a.username, sizeof(a.username), cases[i].user);
		text_copy(a.realm, sizeof(a.realm), terms.realm);
		text_copy(a.nonce, sizeof(a.nonce), account.nonces[i % ACCOUNT_NONCES].value);
		httpauth_expect(&a, cases[i].password, &covered, hex);
		snprintf(header, sizeof(header),
			 "Digest username=\"%s\",realm=\"%s\",nonce=\"%s\",uri=\"/wsman\","
			 "cnonce=\"c\",nc=00000001,qop=auth,response=\"%s\"",
			 a.username, a.realm, a.nonce, hex);
		firmware.device->acl.entries[0].access = cases[i].access;
		if (cases[i].access == ACCESS_LOCAL) /* not refused for the lock */
			firmware.device->acl.entries[0].lockout = (struct lockout){ 0 };
		if (account_check(&account, &terms, header, &covered, 1) != cases[i].logon)
			fail_msg("case %zu", i);
		if (cases[i].logon == LOGON_OK)
			assert_int_equal(account.who, strcmp(cases[i].user, "admin") ? 1 : 0);
	}
}

static void tls_remembers_a_logon_until_accounts_change(void **state)
{
	static const char get[] = GET(AMT "AMT_GeneralSettings", "");
	struct device_config config;
	struct running run;
	struct knobs knobs;
	CURL *client;

	(void)state;
	device_config_init(&config);
	knobs_init(&knobs);
	config.tls = true;
	running_start(&run, &config, &knobs);
	client = running_client(&run, true, "admin:P@ssw0rd");
	assert_int_equal(running_ask(&run, client, get), 200);
	assert_int_equal(running_total(&run, "challenges"), 1);
	running_order(&run, "nonces amt"); /* which a remembered logon does not need */
	assert_int_equal(running_ask(&run, client, get), 200);
	assert_int_equal(running_total(&run, "challenges"), 1);
	assert_int_equal(running_ask(&run, client, ADD("zoe", HASH, "2", "13")), 200);
	/* stale="false": curl takes that for a wrong password and gives up */
	assert_int_equal(running_ask(&run, client, get), 401);
	assert_int_equal(running_total(&run, "challenges"), 2);
	curl_easy_cleanup(client);
	running_stop(&run);
}

static void base64_is_canonical(void **state)
{
	static const struct {
		const char *text, *bytes;
		bool good;
	} cases[] = {
		{ "", "", true },        { "YQ==", "a", true },        { "YWI=", "ab", true },
		{ "YWJj", "abc", true }, { "YWJjZA==", "abcd", true }, { "YR==", "", false },
		{ "YWJ=", "", false },   { "Y===", "", false },        { "YWJ", "", false },
		{ "YW Jj", "", false },  { "YQ==YQ==", "", false },    { "YW*j", "", false },
	};
	size_t i, len;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char again[32] = "";
		uint8_t bytes[8];

		if (base64_decode(cases[i].text, bytes, sizeof(bytes), &len) != cases[i].good)
			fail_msg("%s", cases[i].text);
		if (!cases[i].good)
			continue;
		assert_int_equal(len, strlen(cases[i].bytes));
		assert_memory_equal(bytes, cases[i].bytes, len);
		base64_encode(bytes, len, again);
		assert_string_equal(again, cases[i].text);
	}
	assert_false(base64_decode("YWJj", (uint8_t[2]){ 0 }, 2, &len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIRMWARE_CASE(accounts_are_added_read_changed_and_removed),
		FIRMWARE_CASE(poor_accounts_are_refused),
		FIRMWARE_CASE(an_account_reaches_the_classes_of_its_realms_only),
		FIRMWARE_CASE(each_account_logs_on_and_locks_by_itself),
		cmocka_unit_test(tls_remembers_a_logon_until_accounts_change),
		cmocka_unit_test(base64_is_canonical),
	};

	return cmocka_run_group_tests_name("amtsim acl", tests, NULL, NULL);
}
