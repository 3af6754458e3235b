/* SPDX-License-Identifier: Apache-2.0 */
/* Own wording, padded to about the size of the real page: some clients look at no more than the
 * length. */
#include "tests/amtsim/page.h"

#include "tests/amtsim/text.h"

static const char page_start[] =
	"<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" >\n"
	"<html><head><link rel=stylesheet href=/styles.css>\n"
	"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=utf-8\">\n"
	"<title>Intel&reg; Active Management Technology</title></head>\n<body>\n"
	"<!-- answered by cordon-amtsim, a simulator of this firmware for tests -->\n";

void page_logon_failed(struct text *out)
{
	text_puts(out, page_start);
	text_puts(out, "<h2 class=warn>You are not logged on. The name or the password is wrong,"
		       " or this account is locked for a while.</h2>\n"
		       "<p>\n<form METHOD=\"GET\" action=\"index.htm\">"
		       "<input type=submit value=\"Log on again\"></form>\n"
		       "<p>\n\n</body>\n</html>\n");
}

void page_error(struct text *out, unsigned status)
{
	text_puts(out, page_start);
	text_printf(out,
		    "<h2 class=warn>This request could not be answered (%u).</h2>\n"
		    "</body>\n</html>\n",
		    status);
}
