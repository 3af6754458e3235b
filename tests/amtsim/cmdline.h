/* SPDX-License-Identifier: Apache-2.0 */
/* cmdline.h - the command line. */
#ifndef AMTSIM_CMDLINE_H
#define AMTSIM_CMDLINE_H

struct rack;

struct options {
	const char *console_path; /* NULL: no control socket */
	const char *cert_path, *key_path;
	const char *roots_path;  /* whom clients of mutual TLS descend from */
	const char *script_path; /* control commands to start with */
	const char *enforce_on;  /* interface that obeys the policy, or NULL */
	const char *netns;       /* where it is, NULL: here */
	int ready_fd;            /* -1: none */
};

/* Fills the rack.  -1 to go on; otherwise the exit code, everything said already. */
int cmdline_read(int argc, char **argv, struct options *options, struct rack *rack);

#endif
