/* SPDX-License-Identifier: Apache-2.0 */
/* WS-Management messages: one writer and one reader for all operations.
 *
 * Answers are matched by namespace and by RelatesTo.  Firmware gives a superclass query's
 * items under the names of their own classes (5.2), so whatever stands in Items is taken as an
 * instance of what it says it is. */
#include "amt/wsman.h"

#include <stdio.h>
#include <string.h>

#include "amt/cim.h"
#include "amt/soap.h"
#include "core/base/err.h"
#include "core/base/mem.h"
#include "core/base/num.h"

#define PULL_ITEMS_MAX 4096

static const struct {
	const char *name;
	const char *ns; /* NULL: the class itself */
} ops[WSMAN_OPS] = {
	[WSMAN_GET] = { "Get", SOAP_NS_TRANSFER },
	[WSMAN_PUT] = { "Put", SOAP_NS_TRANSFER },
	[WSMAN_CREATE] = { "Create", SOAP_NS_TRANSFER },
	[WSMAN_DELETE] = { "Delete", SOAP_NS_TRANSFER },
	[WSMAN_ENUMERATE] = { "Enumerate", SOAP_NS_ENUMERATION },
	[WSMAN_PULL] = { "Pull", SOAP_NS_ENUMERATION },
	[WSMAN_RELEASE] = { "Release", SOAP_NS_ENUMERATION },
	[WSMAN_INVOKE] = { "Invoke", NULL },
};

static const struct {
	uint32_t status;
	const char *name;
} statuses[] = {
	{ 1, "INTERNAL_ERROR" },
	{ 2, "NOT_READY" },
	{ 3, "INVALID_PT_MODE" },
	{ 4, "INVALID_MESSAGE_LENGTH" },
	{ 11, "NOT_ENOUGH_STORAGE" },
	{ 12, "INVALID_NAME" },
	{ 16, "NOT_PERMITTED" },
	{ 17, "NOT_OWNER" },
	{ 23, "MAX_LIMIT_REACHED" },
	{ 25, "AUTHENTICATION_FAILED" },
	{ 29, "UNSUPPORTED_VERSION" },
	{ 30, "REQUEST_UNEXPECTED" },
	{ 32, "INVALID_PROVISIONING_STATE" },
	{ 33, "UNSUPPORTED_OBJECT" },
	{ 35, "INVALID_INDEX" },
	{ 36, "INVALID_PARAMETER" },
	{ 37, "INVALID_NETMASK" },
	{ 38, "FLASH_WRITE_LIMIT_EXCEEDED" },
	{ 45, "CONNECTION_FAILED" },
	{ 46, "CONNECTION_TOO_MANY" },
	{ 1024, "DISABLED_BY_POLICY" },
	{ 2051, "INVALID_COMMAND" },
	{ 2053, "INVALID_HANDLE" },
	{ 2055, "INVALID_REALM" },
	{ 2057, "DATA_MISSING" },
	{ 2058, "DUPLICATE" },
	{ 2066, "UNSUPPORTED" },
	{ 2067, "INVALID_PRIORITY" },
	{ 2068, "NOT_FOUND" },
	{ 2069, "INVALID_CREDENTIALS" },
	{ 2072, "NO_ASSOCIATION" },
	{ 2075, "AUDIT_FAIL" },
	{ 2076, "BLOCKING_COMPONENT" },
	{ 2081, "USER_CONSENT_REQUIRED" },
};

const char *wsman_op_name(unsigned op)
{
	return op < WSMAN_OPS ? ops[op].name : "?";
}

/* NULL if unknown. */
static const char *status_name(uint32_t status)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].status == status)
			return statuses[i].name;
	return NULL;
}

static void write_headers(const struct wsman_request *request, const char *uri,
			  struct soap_writer *writer)
{
	char action[256], id[24];

	snprintf(action, sizeof(action), "%s/%s", ops[request->op].ns ? ops[request->op].ns : uri,
		 request->op == WSMAN_INVOKE ? request->method : ops[request->op].name);
	snprintf(id, sizeof(id), "%llu", (unsigned long long)request->message_id);
	soap_open(writer, "s:Header");
	soap_leaf(writer, "wsa:Action", action);
	soap_leaf(writer, "wsa:To", "/wsman");
	soap_leaf(writer, "wsman:ResourceURI", uri);
	soap_leaf(writer, "wsa:MessageID", id);
	soap_open(writer, "wsa:ReplyTo");
	soap_leaf(writer, "wsa:Address", SOAP_ANONYMOUS);
	soap_close(writer);
	/* Firmware enforces at least 30 s whatever is asked (5.1). */
	soap_leaf(writer, "wsman:OperationTimeout", "PT60S");
	if (request->selectors)
		cim_selectors_write(request->selectors, writer);
	soap_close(writer);
}

static void write_enumeration(const struct wsman_request *request, struct soap_writer *writer)
{
	char name[32], count[16];

	snprintf(name, sizeof(name), "n:%s", ops[request->op].name);
	soap_open(writer, name);
	soap_attribute(writer, "xmlns:n", SOAP_NS_ENUMERATION);
	if (request->op != WSMAN_ENUMERATE)
		soap_leaf(writer, "n:EnumerationContext", request->context);
	if (request->op == WSMAN_PULL) {
		snprintf(count, sizeof(count), "%d", WSMAN_PULL_ELEMENTS);
		soap_leaf(writer, "n:MaxElements", count);
	}
	soap_close(writer);
}

static void write_body(const struct wsman_request *request, const char *uri,
		       struct soap_writer *writer)
{
	char name[128];

	soap_open(writer, "s:Body");
	if (ops[request->op].ns && strcmp(ops[request->op].ns, SOAP_NS_ENUMERATION) == 0) {
		write_enumeration(request, writer);
	} else if (request->body) {
		cim_write(request->body, writer);
	} else if (request->op == WSMAN_INVOKE) {
		snprintf(name, sizeof(name), "r:%s_INPUT", request->method);
		soap_open(writer, name);
		soap_attribute(writer, "xmlns:r", uri);
		soap_close(writer);
	}
	soap_close(writer);
}

int wsman_write(const struct wsman_request *request, struct buf *out, struct err *err)
{
	struct soap_writer *writer = soap_writer_new();
	char uri[CIM_URI_BYTES];

	cim_uri(request->class_name, uri);
	soap_open(writer, "s:Envelope");
	soap_attribute(writer, "xmlns:s", SOAP_NS_ENVELOPE);
	soap_attribute(writer, "xmlns:wsa", SOAP_NS_ADDRESSING);
	soap_attribute(writer, "xmlns:wsman", SOAP_NS_WSMAN);
	write_headers(request, uri, writer);
	write_body(request, uri, writer);
	soap_close(writer);
	return soap_finish(writer, out, err);
}

static void add_item(struct wsman_answer *answer, struct cim_instance *item)
{
	if (!item)
		return;
	answer->items =
		mem_resize(answer->items, answer->item_count + 1, sizeof(struct cim_instance *));
	answer->items[answer->item_count++] = item;
}

static void copy_text(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

/* "AMT-STATUS 38" anywhere in the texts of Detail. */
static bool find_status(const struct soap_node *node, uint32_t *status)
{
	const char *at = strstr(node->text, "AMT-STATUS");
	char digits[12] = "";
	size_t n;

	if (at) {
		at += strlen("AMT-STATUS");
		at += strspn(at, " :=\t\r\n");
		n = strspn(at, "0123456789");
		if (n && n < sizeof(digits)) {
			memcpy(digits, at, n);
			return num_u32_between(digits, 0, UINT32_MAX, status);
		}
	}
	for (const struct soap_node *child = node->first; child; child = child->next)
		if (find_status(child, status))
			return true;
	return false;
}

static void read_fault(const struct soap_node *node, struct wsman_fault *fault)
{
	const struct soap_node *code = soap_child(node, SOAP_NS_ENVELOPE, "Code");
	const struct soap_node *subcode = code ? soap_child(code, SOAP_NS_ENVELOPE, "Subcode")
					       : NULL;
	const struct soap_node *value =
		soap_child(subcode ? subcode : node, SOAP_NS_ENVELOPE, "Value");
	const struct soap_node *reason = soap_child(node, SOAP_NS_ENVELOPE, "Reason");
	const struct soap_node *text = reason ? soap_child(reason, SOAP_NS_ENVELOPE, "Text") : NULL;
	const struct soap_node *detail = soap_child(node, SOAP_NS_ENVELOPE, "Detail");
	const char *ns, *local;

	fault->present = true;
	if (!value && code)
		value = soap_child(code, SOAP_NS_ENVELOPE, "Value");
	if (value && soap_qname(value, &ns, &local))
		copy_text(fault->subcode, sizeof(fault->subcode), local);
	if (text)
		copy_text(fault->reason, sizeof(fault->reason), text->text);
	fault->has_status = detail && find_status(detail, &fault->status);
}

static int not_the_answer(const struct wsman_request *request, struct err *err)
{
	return err_set(err, ERR_FAILED, "the answer to %s %s does not have the expected content",
		       wsman_op_name(request->op), request->class_name);
}

static int read_context(const struct soap_node *node, struct wsman_answer *answer, struct err *err)
{
	const struct soap_node *context =
		soap_child(node, SOAP_NS_ENUMERATION, "EnumerationContext");

	if (!context)
		return 0;
	/* A cut context would ask the device for somebody else's enumeration. */
	if (strlen(context->text) >= sizeof(answer->context))
		return err_set(err, ERR_LIMIT, "an enumeration context of %zu bytes was refused",
			       strlen(context->text));
	copy_text(answer->context, sizeof(answer->context), context->text);
	return 0;
}

static int read_pull(const struct soap_node *body, struct wsman_answer *answer, struct err *err)
{
	const struct soap_node *items = soap_child(body, SOAP_NS_ENUMERATION, "Items");
	size_t count = 0;

	for (const struct soap_node *item = items ? items->first : NULL; item; item = item->next) {
		if (++count > PULL_ITEMS_MAX)
			return err_set(err, ERR_LIMIT, "a pull answer has more than %d items",
				       PULL_ITEMS_MAX);
		add_item(answer, cim_read(item));
	}
	if (answer->item_count != count)
		return err_set(err, ERR_FAILED, "an item of a pull answer nests too deeply");
	answer->end = soap_child(body, SOAP_NS_ENUMERATION, "EndOfSequence") != NULL;
	return read_context(body, answer, err);
}

static int read_created(const struct wsman_request *request, const struct soap_node *body,
			struct wsman_answer *answer, struct err *err)
{
	if (!soap_is(body, SOAP_NS_TRANSFER, "ResourceCreated"))
		return not_the_answer(request, err);
	answer->created = cim_reference_read(body);
	return answer->created ? 0 : not_the_answer(request, err);
}

static int read_output(const struct wsman_request *request, const struct soap_node *body,
		       struct wsman_answer *answer, struct err *err)
{
	char name[128];

	snprintf(name, sizeof(name), "%s_OUTPUT", request->method);
	if (strcmp(body->name, name) != 0)
		return not_the_answer(request, err);
	add_item(answer, cim_read(body));
	if (!answer->item_count)
		return not_the_answer(request, err);
	answer->has_return_value =
		cim_u32(answer->items[0], "ReturnValue", 0, &answer->return_value);
	return answer->has_return_value ? 0 : not_the_answer(request, err);
}

static int read_instance(const struct wsman_request *request, const struct soap_node *body,
			 struct wsman_answer *answer, struct err *err)
{
	add_item(answer, cim_read(body));
	return answer->item_count ? 0 : not_the_answer(request, err);
}

static int read_body(const struct wsman_request *request, const struct soap_node *body,
		     struct wsman_answer *answer, struct err *err)
{
	if (request->op == WSMAN_DELETE || request->op == WSMAN_RELEASE)
		return 0;
	if (!body)
		return request->op == WSMAN_PUT ? 0 : not_the_answer(request, err);
	switch (request->op) {
	case WSMAN_ENUMERATE:
		if (!soap_is(body, SOAP_NS_ENUMERATION, "EnumerateResponse"))
			return not_the_answer(request, err);
		return read_context(body, answer, err);
	case WSMAN_PULL:
		if (!soap_is(body, SOAP_NS_ENUMERATION, "PullResponse"))
			return not_the_answer(request, err);
		return read_pull(body, answer, err);
	case WSMAN_CREATE:
		return read_created(request, body, answer, err);
	case WSMAN_INVOKE:
		return read_output(request, body, answer, err);
	default:
		return read_instance(request, body, answer, err);
	}
}

static bool answers(const struct wsman_request *request, const struct soap_message *message)
{
	const struct soap_node *relates = soap_header(message, SOAP_NS_ADDRESSING, "RelatesTo");
	char id[24];

	snprintf(id, sizeof(id), "%llu", (unsigned long long)request->message_id);
	return !relates || strcmp(relates->text, id) == 0;
}

int wsman_read(const struct wsman_request *request, const char *bytes, size_t length,
	       struct wsman_answer *answer, struct err *err)
{
	struct soap_message *message;
	const struct soap_node *body;
	int rc = 0;

	memset(answer, 0, sizeof(*answer));
	message = soap_read(bytes, length, err);
	if (!message)
		return ERR_FAILED;
	body = soap_body(message);
	if (!answers(request, message))
		rc = err_set(err, ERR_FAILED, "an answer to another request came back for %s %s",
			     wsman_op_name(request->op), request->class_name);
	else if (body && soap_is(body, SOAP_NS_ENVELOPE, "Fault"))
		read_fault(body, &answer->fault);
	else
		rc = read_body(request, body, answer, err);
	soap_message_free(message);
	return rc;
}

void wsman_answer_fini(struct wsman_answer *answer)
{
	for (size_t i = 0; i < answer->item_count; i++)
		cim_free(answer->items[i]);
	mem_free(answer->items);
	cim_reference_free(answer->created);
	memset(answer, 0, sizeof(*answer));
}

void wsman_fault_text(const struct wsman_fault *fault, char *text, size_t size)
{
	const char *name = fault->has_status ? status_name(fault->status) : NULL;
	int used = snprintf(text, size, "%s%s%s", fault->subcode, *fault->reason ? ": " : "",
			    fault->reason);

	if (fault->has_status && used >= 0 && (size_t)used < size)
		snprintf(text + used, size - (size_t)used, " (AMT status %u%s%s)", fault->status,
			 name ? " " : "", name ? name : "");
}
