/* SPDX-License-Identifier: Apache-2.0 */
/* page.h - the two HTML pages a client may meet instead of SOAP. */
#ifndef AMTSIM_PAGE_H
#define AMTSIM_PAGE_H

struct text;

/* Says, as firmware does, that the name or password is wrong or the account is locked for now. */
void page_logon_failed(struct text *out);
void page_error(struct text *out, unsigned status);

#endif
