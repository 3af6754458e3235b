/* SPDX-License-Identifier: Apache-2.0 */
/* Operations to one device.
 *
 * The idea: the caller sees one call and one result per operation; paging, the one retry and
 * the judgement "did it happen?" live here.  Left out: parallel requests (firmware's limits
 * are unknown, 1.3) and Release of abandoned enumerations after a lost connection (the context
 * dies with time). */
#include "amt/session.h"

#include <stdio.h>
#include <string.h>

#include "amt/cim.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/invariant.h"
#include "core/base/mem.h"
#include "core/base/slab.h"
#include "core/base/units.h"

#define REQUEST_MAX_BYTES 16384 /* the request limit is unknown; stay below (1.3) */
#define REALM_BYTES       64
#define PAGES_MAX         256
#define LOCK_FIRST_S      60
#define LOCK_MOST_S       900
#define FLASH_REST_S      2400 /* Intel's figure is about 40 minutes (3.5) */

struct session {
	struct transport transport;
	struct session_terms terms;
	const char *device;
	char realm[REALM_BYTES]; /* "" before the first challenge */
	uint64_t next_id;
	uint32_t round_trips;
	uint64_t locked_until_ns;
	uint32_t lock_s; /* 0: our credentials were not refused, or have been accepted since */
	bool accepted;   /* our credentials, at some time */
	uint64_t flash_until_ns;

	bool busy;
	struct session_call call;
	struct wsman_request request; /* in flight */
	char *context;                /* NULL if none */
	bool retried, resent, logged_on_again;
	enum session_trouble trouble;
	unsigned pages;
	uint64_t asked_ns, answered_ns;
	struct cim_instance **items;
	size_t item_count;
	struct session_client client;
};

static int send_request(struct session *session, uint8_t op, struct err *err);

struct session *session_new(const struct transport *take_transport, const char *device,
			    const struct session_terms *terms)
{
	struct session *session = slab_take(terms->slab, sizeof(*session));

	session->terms = *terms;
	session->transport = *take_transport;
	session->device = device;
	session->next_id = 1;
	return session;
}

static void drop_items(struct session *session)
{
	for (size_t i = 0; i < session->item_count; i++)
		cim_free(session->items[i]);
	mem_free(session->items);
	session->items = NULL;
	session->item_count = 0;
}

static void drop_call(struct session *session)
{
	drop_items(session);
	cim_reference_free(session->call.selectors);
	cim_free(session->call.body);
	mem_free(session->context);
	session->context = NULL;
	memset(&session->call, 0, sizeof(session->call));
}

void session_free(struct session *session)
{
	if (!session)
		return;
	session->transport.close(session->transport.self);
	drop_call(session);
	slab_give(session->terms.slab, session, sizeof(*session));
}

bool session_is_locked_out(const struct session *session, uint64_t now_ns)
{
	return now_ns < session->locked_until_ns;
}

bool session_may_be_renewed(const struct session *session, const struct asset *asset)
{
	return session->lock_s && session->transport.renewed &&
	       session->transport.renewed(session->transport.self, asset);
}

uint32_t session_round_trips(const struct session *session)
{
	return session->round_trips;
}

uint64_t session_flash_protected_ns(const struct session *session, uint64_t now_ns)
{
	return session->flash_until_ns > now_ns ? session->flash_until_ns - now_ns : 0;
}

enum session_trouble session_trouble(const struct session *session)
{
	return session->trouble;
}

void session_expect_realm(struct session *session, const char *realm)
{
	session->transport.expect_realm(session->transport.self, realm);
}

const char *session_realm(const struct session *session)
{
	return session->realm;
}

bool session_call_reads(const struct session_call *call)
{
	if (call->op == WSMAN_GET || call->op == WSMAN_ENUMERATE)
		return true;
	/* Copies the counters to where they can be read; with ResetOnRead false nothing is lost by repeating. */
	return call->op == WSMAN_INVOKE && (strncmp(call->method, "Get", 3) == 0 ||
					    strcmp(call->method, "UpdateStatistics") == 0 ||
					    strcmp(call->method, "PositionToFirstRecord") == 0 ||
					    strcmp(call->method, "ReadRecords") == 0);
}

/* The callback may ask again at once, so the session is idle before it runs. */
static void finish(struct session *session, struct session_result *result)
{
	struct cim_instance **items = session->items;
	size_t count = session->item_count;

	result->twice = session->resent && !session_call_reads(&session->call);
	result->items = (const struct cim_instance *const *)items;
	result->item_count = count;
	session->items = NULL;
	session->item_count = 0;
	drop_call(session);
	session->busy = false;
	session->client.done(session->client.arg, result);
	for (size_t i = 0; i < count; i++)
		cim_free(items[i]);
	mem_free(items);
}

static void finish_badly(struct session *session, enum session_end end, const struct err *err)
{
	struct session_result result = { .end = (uint8_t)end, .err = err };

	finish(session, &result);
}

static void describe(const struct session *session, char *text, size_t size)
{
	const struct session_call *call = &session->call;

	if (call->op == WSMAN_INVOKE)
		snprintf(text, size, "%s: %s.%s", session->device, call->class_name, call->method);
	else
		snprintf(text, size, "%s: %s %s", session->device, wsman_op_name(call->op),
			 call->class_name);
}

/* Firmware may forget its nonces at any moment, even twice in a row (1.4), and credentials that were good are good still.  A
 * 401 means nothing was executed, so even a write may be sent once more. */
static bool log_on_again(struct session *session)
{
	if (session->logged_on_again || !session->accepted || session->lock_s)
		return false;
	session->logged_on_again = true;
	return send_request(session, session->request.op, NULL) == 0;
}

static void lock_out(struct session *session)
{
	struct session_result result = { .end = SESSION_REFUSED, .locked_out = true };
	struct err err = { 0 };

	session->trouble = SESSION_BAD_LOGON;
	session->lock_s = session->lock_s ? session->lock_s * 2 : LOCK_FIRST_S;
	if (session->lock_s > LOCK_MOST_S)
		session->lock_s = LOCK_MOST_S;
	session->locked_until_ns = session->accepted ? session->asked_ns + s_to_ns(session->lock_s)
						     : UINT64_MAX;
	if (session->accepted)
		err_set(&err, ERR_FAILED,
			"%s refused our user and password, which were good before: they were changed there, "
			"or the account is locked for a while; check amt.user and amt.password of this asset "
			"(not asked again for %u s)",
			session->device, session->lock_s);
	else
		err_set(&err, ERR_FAILED,
			"%s refused our user and password; correct amt.user and amt.password of this "
			"asset (not tried again until one of them changes, so that no account is locked)",
			session->device);
	result.err = &err;
	finish(session, &result);
}

static bool is_out_of_time(const struct session *session)
{
	return session->terms.operation_ns &&
	       session->answered_ns - session->asked_ns >= session->terms.operation_ns;
}

/* Repeats a read from its beginning; false if that was done already, it is a write, or there is no time left. */
static bool try_again(struct session *session)
{
	if (session->retried || !session_call_reads(&session->call) || is_out_of_time(session))
		return false;
	session->retried = true;
	session->pages = 0;
	drop_items(session);
	return send_request(session, session->call.op, NULL) == 0;
}

static enum session_trouble trouble_of(const struct transport_answer *answer)
{
	switch (answer->why) {
	case TRANSPORT_UNREACHABLE:
		return SESSION_UNREACHABLE;
	case TRANSPORT_UNTRUSTED:
		return SESSION_UNTRUSTED;
	case TRANSPORT_STRANGER:
		return SESSION_STRANGER;
	default:
		return answer->sent ? SESSION_BROKEN : SESSION_UNREACHABLE;
	}
}

static void on_no_answer(struct session *session, const struct transport_answer *answer)
{
	struct err err = { 0 };
	char what[160];

	session->trouble = trouble_of(answer);
	/* A device that cannot be reached at all will not be reached by trying twice in a row. */
	if (answer->sent && try_again(session))
		return;
	describe(session, what, sizeof(what));
	err_set(&err, answer->rc, "%s: %s", what, answer->err ? answer->err->text : "no answer");
	finish_badly(session, answer->sent ? SESSION_UNKNOWN : SESSION_NOT_SENT, &err);
}

/* What the classes of power and start need is another realm's, and may need a person (amt-out-of-band.md 2.5). */
static const char *remedy_of_denial(const char *class_name)
{
	if (strcmp(class_name, "AMT_AuditLog") == 0)
		return "; give the AMT user the realm Audit Log";
	if (strcmp(class_name, "AMT_MessageLog") == 0)
		return "; give the AMT user the realm Event Log Reader";
	return strstr(class_name, "Boot") || strstr(class_name, "OptIn") ||
			       strstr(class_name, "Power")
		       ? "; give the AMT user the realm Remote Control, or see to user consent"
		       : "; give the AMT user the realms Circuit Breaker and General Info";
}

static const char *remedy_of(const struct session *session, const struct wsman_fault *fault)
{
	if (!fault->has_status)
		return strcmp(fault->subcode, "AccessDenied") == 0
			       ? remedy_of_denial(session->call.class_name)
			       : "";
	switch (fault->status) {
	case AMT_STATUS_NOT_READY:
		return "; the firmware is still starting: try again in a minute";
	case AMT_STATUS_FLASH_WRITE_LIMIT:
		return "; the firmware protects its flash: wait about 40 minutes before writing again";
	case AMT_STATUS_AUDIT_FAIL:
		return "; its audit log is full or locked: let the auditor export and clear it";
	case AMT_STATUS_MAX_LIMIT:
		return "; remove filters or policies of other consoles";
	default:
		return "";
	}
}

static void on_fault(struct session *session, const struct wsman_fault *fault)
{
	/* Refused the second time may mean done the first time. */
	bool uncertain = session->resent && !session_call_reads(&session->call);
	struct session_result result = { .end = uncertain ? SESSION_UNKNOWN : SESSION_REFUSED,
					 .fault = *fault };
	struct err err = { 0 };
	char what[160], why[320];

	if (fault->has_status && fault->status == AMT_STATUS_FLASH_WRITE_LIMIT)
		session->flash_until_ns = session->asked_ns + s_to_ns(FLASH_REST_S);
	describe(session, what, sizeof(what));
	wsman_fault_text(fault, why, sizeof(why));
	err_set(&err, ERR_FAILED, "%s: refused: %s%s", what, why, remedy_of(session, fault));
	result.err = &err;
	finish(session, &result);
}

/* Methods of the standard's own classes return its numbers; AMT's come from 32768 on (5.5). */
static const char *standard_words(uint32_t value)
{
	switch (value) {
	case 1:
		return "not supported";
	case 3:
		return "timed out; look at its state before trying again";
	case 5:
		return "invalid parameter";
	case 6:
		return "in use; end the redirection session that somebody holds, or take reset";
	case 4097:
		return "not possible in its present state; look at it again in some seconds";
	case 4099:
		return "busy; try again in some seconds";
	default:
		return "failed; try again in a minute";
	}
}

static bool is_standard(const struct session *session)
{
	return strncmp(session->call.class_name, "CIM_", 4) == 0;
}

/* A job was started: it is on its way. */
static bool is_success(const struct session *session, uint32_t value)
{
	const uint32_t job_started = 4096;

	return value == 0 || (value == job_started && is_standard(session));
}

static void on_return_value(struct session *session, uint32_t value)
{
	const uint32_t vendors = 32768;
	struct wsman_fault fault = { .present = true, .has_status = true, .status = value };

	if (is_standard(session) && value >= vendors) {
		fault.status = value - vendors;
	} else if (is_standard(session)) {
		fault.has_status = false;
		snprintf(fault.reason, sizeof(fault.reason), "%u, %s", value,
			 standard_words(value));
	}
	snprintf(fault.subcode, sizeof(fault.subcode), "ReturnValue");
	on_fault(session, &fault);
}

/* The answer cannot be read: for a write it may have been done all the same. */
static void on_garbage(struct session *session, unsigned status, const struct err *why)
{
	struct err err = { 0 };
	char what[160];

	session->trouble = SESSION_BROKEN;
	if (try_again(session))
		return;
	describe(session, what, sizeof(what));
	err_set(&err, ERR_FAILED, "%s: HTTP status %u: %s", what, status, why->text);
	finish_badly(session, SESSION_UNKNOWN, &err);
}

static void take_items(struct session *session, struct wsman_answer *answer)
{
	session->items = mem_resize(session->items, session->item_count + answer->item_count + 1,
				    sizeof(*session->items));
	for (size_t i = 0; i < answer->item_count; i++)
		session->items[session->item_count++] = answer->items[i];
	answer->item_count = 0;
}

static bool is_endless(const struct session *session, const struct wsman_answer *answer)
{
	return session->pages > PAGES_MAX || session->item_count > SESSION_ITEMS_MAX ||
	       !*answer->context;
}

/* What was read so far is no answer: what is missing from it would be taken for absent. */
static void give_up(struct session *session, bool endless)
{
	unsigned took_s = (unsigned)((session->answered_ns - session->asked_ns) / s_to_ns(1));
	struct err err = { 0 };

	if (endless)
		err_set(&err, ERR_LIMIT, "%s: the enumeration of %s does not end", session->device,
			session->call.class_name);
	else
		err_set(&err, ERR_GONE,
			"%s: the enumeration of %s had not ended after %u s and %u pages; if the machine is that "
			"slow raise amt.answer_timeout_s, else restart its management controller by cutting "
			"its power",
			session->device, session->call.class_name, took_s, session->pages);
	session->trouble = SESSION_BROKEN;
	finish_badly(session, SESSION_UNKNOWN, &err);
}

static void on_page(struct session *session, struct wsman_answer *answer)
{
	struct session_result result = { .end = SESSION_DONE };
	struct err err = { 0 };

	take_items(session, answer);
	if (session->item_count <= SESSION_ITEMS_MAX &&
	    (answer->end || (!*answer->context && session->request.op == WSMAN_PULL))) {
		finish(session, &result);
		return;
	}
	session->pages++;
	if (is_endless(session, answer) || is_out_of_time(session)) {
		give_up(session, is_endless(session, answer));
		return;
	}
	mem_free(session->context);
	session->context = mem_text(answer->context);
	if (send_request(session, WSMAN_PULL, &err) < 0)
		finish_badly(session, SESSION_NOT_SENT, &err);
}

static void on_good(struct session *session, struct wsman_answer *answer)
{
	struct session_result result = { .end = SESSION_DONE, .created = answer->created };

	if (answer->has_return_value && !is_success(session, answer->return_value)) {
		on_return_value(session, answer->return_value);
		return;
	}
	if (session->call.op == WSMAN_ENUMERATE) {
		on_page(session, answer);
		return;
	}
	/* Methods need not write to flash. */
	if (!session_call_reads(&session->call) && session->call.op != WSMAN_INVOKE)
		session->flash_until_ns = 0;
	take_items(session, answer);
	finish(session, &result);
}

static bool is_lost_context(const struct session *session, const struct wsman_fault *fault)
{
	return session->request.op == WSMAN_PULL &&
	       strcmp(fault->subcode, "InvalidEnumerationContext") == 0;
}

static void read_answer(struct session *session, const struct transport_answer *told)
{
	struct wsman_answer answer;
	struct err err = { 0 };

	session->trouble = SESSION_FINE;
	session->accepted = true;
	session->lock_s = 0;
	if (wsman_read(&session->request, told->body, told->length, &answer, &err) < 0)
		on_garbage(session, told->status, &err);
	else if (!answer.fault.present && told->status != 200)
		on_garbage(session, told->status,
			   &(struct err){ .text = "an error status without a fault" });
	else if (!answer.fault.present)
		on_good(session, &answer);
	else if (!is_lost_context(session, &answer.fault) || !try_again(session))
		on_fault(session, &answer.fault);
	wsman_answer_fini(&answer);
}

static void on_answer(void *arg, const struct transport_answer *answer)
{
	struct session *session = arg;

	session->round_trips += answer->round_trips;
	session->answered_ns = answer->at_ns;
	session->resent = session->resent || answer->resent;
	if (answer->realm && *answer->realm)
		snprintf(session->realm, sizeof(session->realm), "%s", answer->realm);
	if (answer->rc < 0)
		on_no_answer(session, answer);
	else if (answer->status == 401 && !log_on_again(session))
		lock_out(session);
	else if (answer->status == 401)
		return;
	else
		read_answer(session, answer);
}

static int send_request(struct session *session, uint8_t op, struct err *err)
{
	const struct session_call *call = &session->call;
	struct buf text;
	int rc;

	session->request = (struct wsman_request){
		.op = op,
		.class_name = call->class_name,
		.method = call->method,
		.selectors = call->selectors,
		.body = call->body,
		.context = session->context ? session->context : "",
		.message_id = session->next_id++,
	};
	buf_init(&text, REQUEST_MAX_BYTES);
	rc = wsman_write(&session->request, &text, err);
	session->transport.send_once(session->transport.self, !session_call_reads(call));
	if (rc == 0)
		session->transport.post(session->transport.self, text.text, text.length, on_answer,
					session);
	buf_fini(&text);
	return rc;
}

int session_ask(struct session *session, const struct session_call *call,
		const struct session_client *client, uint64_t now_ns, struct err *err)
{
	int rc;

	INVARIANT(!session->busy);
	session->busy = true;
	session->call = *call;
	session->client = *client;
	session->asked_ns = session->answered_ns = now_ns;
	session->retried = session->resent = session->logged_on_again = false;
	session->pages = 0;
	rc = send_request(session, call->op, err);
	if (rc < 0) {
		drop_call(session);
		session->busy = false;
	}
	return rc;
}
