/* SPDX-License-Identifier: Apache-2.0 */
/* fake_device.h - a scripted device behind amt/transport.h: a small object model, and a
 * failure at a chosen request.
 *
 * It answers from the fake loop, never inside post.  It shares no code with the firmware
 * simulator. */
#ifndef CORDON_TESTS_FAKE_DEVICE_H
#define CORDON_TESTS_FAKE_DEVICE_H

#include "tests/unit/amt/fake_answers.h"

static inline void fake_wrap(struct fake_device *device, const struct fake_request *request,
			     const struct buf *inner)
{
	struct buf out;

	buf_init(&out, 1 << 20);
	buf_format(
		&out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?><a:Envelope xmlns:a=\"" SOAP_NS_ENVELOPE
		"\" xmlns:b=\"" SOAP_NS_ADDRESSING "\" xmlns:w=\"" SOAP_NS_WSMAN
		"\" xmlns:n=\"" SOAP_NS_ENUMERATION "\" xmlns:x=\"" SOAP_NS_TRANSFER
		"\"><a:Header><b:RelatesTo>%s</b:RelatesTo></a:Header><a:Body>%s</a:Body></a:Envelope>",
		request->id, inner->text ? inner->text : "");
	device->text = out.text;
	device->answer.body = device->text;
	device->answer.length = out.length;
}

static inline bool fake_fails_now(const struct fake_device *device)
{
	return device->fail_at && (device->requests == device->fail_at ||
				   (device->fail_on && device->requests > device->fail_at));
}

static inline void fake_spoil(struct fake_device *device, enum fake_failure failure)
{
	static const struct err lost = { .code = ERR_FAILED, .text = "connection reset by peer" };

	if (failure == FAKE_UNREACHABLE || failure == FAKE_LOST || failure == FAKE_DONE_NO_ANSWER) {
		device->answer.rc = ERR_FAILED;
		device->answer.err = &lost;
		device->answer.sent = failure != FAKE_UNREACHABLE;
	} else if (failure == FAKE_DONE_GARBAGE) {
		device->answer.body = "<html>it works";
		device->answer.length = strlen(device->answer.body);
	} else if (failure == FAKE_CUT) {
		device->answer.length /= 2;
	} else if (failure == FAKE_DONE_TWICE) {
		device->answer.resent = true;
	}
}

static inline void fake_run(struct fake_device *device, const struct fake_request *request)
{
	enum fake_failure failure = fake_fails_now(device) ? device->failure : FAKE_NONE;
	bool binding = strcmp(request->class_name, "AMT_NetworkPortSystemDefensePolicy") == 0;
	struct buf inner;

	buf_init(&inner, 1 << 19);
	if (device->radio_loses && binding && strcmp(request->op, "Create") == 0 &&
	    fake_binding_of(device, request->class_name, false))
		failure = FAKE_LOST;
	if (device->flash_protected && fake_is_write(request->op))
		fake_fault("InternalError", "AMT-STATUS 38", 500, device, &inner);
	else if (failure == FAKE_FAULT)
		fake_fault("InternalError", "AMT-STATUS 1", 500, device, &inner);
	else if (failure == FAKE_401)
		device->answer.status = 401;
	else if (failure != FAKE_UNREACHABLE && failure != FAKE_LOST)
		fake_execute(device, request, &inner);
	if (failure == FAKE_DONE_TWICE) {
		buf_clear(&inner);
		device->answer.status = 200;
		fake_execute(device, request, &inner);
	}
	fake_wrap(device, request, &inner);
	buf_fini(&inner);
	fake_spoil(device, failure);
}

/* Else the client is told that there is nobody, or somebody else. */
static inline bool fake_is_there(struct fake_device *device)
{
	static const struct err nobody = { .code = ERR_FAILED, .text = "no route to host" };
	static const struct err stranger = { .code = ERR_FAILED,
					     .text = "another device answers there" };
	bool absent = device->unreachable ||
		      (*device->address && strcmp(device->address, device->asked) != 0);
	bool another = *device->expected_realm &&
		       strcmp(device->expected_realm, device->realm) != 0;

	if (!absent && (!another || device->realm_unheeded))
		return true;
	device->answer.rc = ERR_FAILED;
	device->answer.err = absent ? &nobody : &stranger;
	device->answer.why = absent ? TRANSPORT_UNREACHABLE : TRANSPORT_STRANGER;
	return false;
}

static inline void fake_send_once(void *self, bool once)
{
	struct fake_device *device = self;

	device->once = once;
}

static inline void fake_expect_realm(void *self, const char *realm)
{
	struct fake_device *device = self;

	snprintf(device->expected_realm, sizeof(device->expected_realm), "%s", realm);
}

static inline void fake_post(void *self, const char *body, size_t length, transport_done_fn *done,
			     void *arg)
{
	struct fake_device *device = self;
	struct soap_message *message = soap_read(body, length, NULL);
	struct fake_request request = { 0 };
	const char *action = soap_header(message, SOAP_NS_ADDRESSING, "Action")->text;

	request.op = strrchr(action, '/') + 1;
	snprintf(request.class_name, sizeof(request.class_name), "%s",
		 cim_class_of_uri(soap_header(message, SOAP_NS_WSMAN, "ResourceURI")->text));
	snprintf(request.id, sizeof(request.id), "%s",
		 soap_header(message, SOAP_NS_ADDRESSING, "MessageID")->text);
	request.body = soap_body(message);
	request.key = fake_key(message);
	device->requests++;
	if (device->moves_after && device->requests > device->moves_after)
		snprintf(device->address, sizeof(device->address), "%s", device->moves_to);
	if (!device->once)
		*(fake_is_write(request.op) ? &device->writes_repeatable
					    : &device->reads_repeatable) += 1;
	device->answer = (struct transport_answer){ .status = device->password_wrong ? 401 : 200,
						    .realm = device->realm,
						    .round_trips = 1 };
	device->done = done;
	device->arg = arg;
	if (!device->password_wrong && fake_is_there(device)) {
		device->writes += fake_is_write(request.op);
		fake_run(device, &request);
		device->gaps += !fake_active_on(device, false);
	}
	cim_reference_free(request.key);
	soap_message_free(message);
	timer_after_ns(device->timer, device->answer_ns ? device->answer_ns : 1000000);
}

static inline void fake_answer(void *arg)
{
	struct fake_device *device = arg;
	struct transport_answer answer = device->answer;
	char *text = device->text;

	answer.at_ns = loop_now_ns(device->loop);

	/* done may post again. */
	device->text = NULL;
	device->done(device->arg, &answer);
	mem_free(text);
}

static inline void fake_close(void *self)
{
	struct fake_device *device = self;

	timer_stop(device->timer);
	mem_free(device->text);
	device->text = NULL;
	device->closed = true;
}

static inline int fake_source_open(void *arg, const struct asset *asset,
				   struct transport *transport, struct err *err)
{
	struct fake_device *device = arg;

	(void)err;
	device->expected_realm[0] = '\0';
	snprintf(device->asked, sizeof(device->asked), "%s", asset->amt.address);
	*transport = (struct transport){ .self = arg,
					 .post = fake_post,
					 .send_once = fake_send_once,
					 .expect_realm = fake_expect_realm,
					 .close = fake_close };
	return 0;
}

static inline struct transport_source fake_source(struct fake_device *device)
{
	return (struct transport_source){ .arg = device, .open = fake_source_open };
}

static inline void fake_init(struct fake_device *device, struct loop *loop)
{
	memset(device, 0, sizeof(*device));
	device->loop = loop;
	device->timer = loop_timer(loop, fake_answer, device);
	device->realm = "Digest:1";
	device->mode = 1;
	device->filters_max = 80;
	device->next_id = 6;
}

static inline void fake_fini(struct fake_device *device)
{
	mem_free(device->text);
	timer_free(device->timer);
}

#endif
