/* SPDX-License-Identifier: Apache-2.0 */
/* order.h - the other end of the control socket, so that scripts need no further tool. */
#ifndef AMTSIM_ORDER_H
#define AMTSIM_ORDER_H

/* Sends the words as one line, or, without any, standard input; prints the answers.  Returns the
 * exit code: 1 if the socket failed or an answer starts with "error". */
int order_send(const char *path, char *const *words);

#endif
