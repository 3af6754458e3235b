/* SPDX-License-Identifier: Apache-2.0 */
/* session.h - WS-Management operations to one device: one at a time, each to its end.
 *
 * An operation is what DSP0226 calls one, except that ENUMERATE here means Enumerate and all
 * its Pulls.  Reads are safe to repeat, so a read whose connection closes is repeated once
 * (from its Enumerate); a write never is: its outcome is then unknown and only reading back
 * can tell.
 *
 * A wrong password is tried once.  A 401 to an old nonce is answered with the new one (fetch.h); one to a fresh nonce, when our
 * credentials have never been accepted, is final: the session asks no more until it is opened anew with others.  If they
 * have been accepted before, the device has forgotten the fresh nonce too, or somebody has locked the account (1.3), or
 * the password was changed there: one more attempt at once, then one after a minute, doubling to a quarter of an hour.
 * An operation that needs many answers (pages, repetitions) has a time for all of them together: when it is over, no further
 * request of it leaves.
 *
 * Flash protection is only told; what may wait, waits (fleet.c). */
#ifndef CORDON_AMT_SESSION_H
#define CORDON_AMT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amt/transport.h"
#include "amt/wsman.h"

struct asset;
struct cim_instance;
struct cim_reference;
struct err;
struct session;
struct slab;

/* Of one enumeration; firmware has some hundred at most. */
#define SESSION_ITEMS_MAX 2048

/* selectors and body become the session's.  class_name and method must outlive the operation
 * (literals). */
struct session_call {
	uint8_t op; /* enum wsman_op but PULL and RELEASE */
	const char *class_name;
	const char *method;
	struct cim_reference *selectors;
	struct cim_instance *body;
};

enum session_end {
	SESSION_DONE,     /* the device did it */
	SESSION_REFUSED,  /* the device said no: fault, or a return value other than 0 */
	SESSION_NOT_SENT, /* the device has not seen it */
	SESSION_UNKNOWN,  /* it may have happened */
};

/* Borrowed until the callback returns. */
struct session_result {
	uint8_t end;              /* enum session_end */
	const struct err *err;    /* unless DONE: what and why */
	bool twice;               /* a write that may have been executed twice: look for a twin */
	bool locked_out;          /* NOT_SENT or REFUSED because of our credentials */
	struct wsman_fault fault; /* REFUSED: what the device said */
	const struct cim_instance *const *items;
	size_t item_count;
	const struct cim_reference *created;
};

/* What stands between us and the device, as the last exchange showed. */
enum session_trouble {
	SESSION_FINE,
	SESSION_UNREACHABLE,
	SESSION_UNTRUSTED, /* TLS */
	SESSION_STRANGER,  /* another digest realm than expected */
	SESSION_BAD_LOGON,
	SESSION_BROKEN, /* no answer, or none that can be read */
};

typedef void session_done_fn(void *arg, const struct session_result *result);

struct session_terms {
	struct slab *slab;     /* where it lives; NULL = ordinary memory */
	uint64_t operation_ns; /* for all answers of one operation; 0 = without end */
};

/* transport becomes the session's; device, for the texts of errors, is borrowed and may change. */
struct session *session_new(const struct transport *take_transport, const char *device,
			    const struct session_terms *terms);
void session_free(struct session *session);
/* Our credentials were refused, a short while ago or for good: do not ask now. */
bool session_is_locked_out(const struct session *session, uint64_t now_ns);
/* They were refused, and the asset has another password by now. */
bool session_may_be_renewed(const struct session *session, const struct asset *asset);
struct session_client {
	session_done_fn *done;
	void *arg;
};

/* Never while busy.  0: done is called exactly once, later.  Negative (the request cannot be
 * written, because a device gave us a reference too long to send back): it is not called. */
int session_ask(struct session *session, const struct session_call *call,
		const struct session_client *client, uint64_t now_ns, struct err *err);
/* The operation is one that changes nothing on the device. */
bool session_call_reads(const struct session_call *call);
uint32_t session_round_trips(const struct session *session); /* HTTP exchanges since birth */
/* For how long the device has its flash protected: it refused a write with status 38 and none has succeeded since.
 * 0: it has not. */
uint64_t session_flash_protected_ns(const struct session *session, uint64_t now_ns);
enum session_trouble session_trouble(const struct session *session);
/* A device that challenges with another realm gets no credentials from us; "" = any. */
void session_expect_realm(struct session *session, const char *realm);
const char *session_realm(const struct session *session); /* of the last challenge; "" before */

#endif
