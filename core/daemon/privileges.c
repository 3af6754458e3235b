/* SPDX-License-Identifier: Apache-2.0 */
/* privileges.c - the sensor's list of system calls is what its loop, its memory and libpcap's ring need, and nothing else.
 *
 * Three answers: what is listed is allowed; what a library may try in good faith (opening a file in /sys for a counter) fails
 * with an error; what only an intruder does ends the process, and the supervisor tells by which signal.  Under a sanitizer the
 * filter is the same: its reports need only write(2). */
#include "core/daemon/privileges.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "core/base/err.h"
#include "core/base/units.h"

/* ---- user and capabilities --------------------------------------------------------------------- */

int privileges_find_user(const char *name, struct privileges_user *user, struct err *err)
{
	static const char *const usual[] = { "cordon", "nobody" };
	const struct passwd *entry = NULL;

	*user = (struct privileges_user){ .found = false };
	if (*name)
		entry = getpwnam(name);
	for (unsigned i = 0; !*name && !entry && i < 2; i++)
		entry = getpwnam(usual[i]);
	if (!entry)
		return err_set(
			err, ERR_CONFIG,
			"there is no user \"%s\": create it (adduser --system %s), or name another "
			"under \"user:\" in cordon.yaml",
			*name ? name : "cordon", *name ? name : "cordon");
	*user = (struct privileges_user){ true, entry->pw_uid, entry->pw_gid };
	return 0;
}

static int become(const struct privileges_user *user, struct err *err)
{
	if (!user->found || geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(user->gid, user->gid, user->gid) < 0 ||
	    setresuid(user->uid, user->uid, user->uid) < 0)
		return err_set_errno(err, errno, "cannot become user %u", (unsigned)user->uid);
	return 0;
}

/* While we still may.  Without CAP_SETPCAP the bounding set stays; no_new_privs makes it harmless. */
static void drop_bounds(void)
{
	if (capng_get_caps_process() < 0 || !capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP))
		return;
	capng_clear(CAPNG_SELECT_BOUNDS);
	(void)capng_apply(CAPNG_SELECT_BOUNDS);
}

static int drop_capabilities(enum privileges_part part, struct err *err)
{
	bool keeps_files = part == PRIVILEGES_CONTROLLER && geteuid() == 0;

	if (capng_get_caps_process() < 0)
		return err_set(err, ERR_FAILED, "cannot read our own capabilities");
	keeps_files = keeps_files && capng_have_capability(CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	capng_clear(CAPNG_SELECT_CAPS);
	if (keeps_files)
		capng_update(CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED, CAP_DAC_OVERRIDE);
	if (capng_apply(CAPNG_SELECT_CAPS) < 0)
		return err_set(err, ERR_FAILED, "cannot give up capabilities");
	return 0;
}

int privileges_drop(enum privileges_part part, const struct privileges_user *user, struct err *err)
{
	const struct rlimit none = { 0, 0 };
	int rc;

	drop_bounds();
	rc = become(user, err);

	if (rc == 0)
		rc = drop_capabilities(part, err);
	if (rc < 0)
		return rc;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 ||
	    setrlimit(RLIMIT_CORE, &none) < 0)
		return err_set_errno(err, errno, "cannot give up privileges");
	return 0;
}

int privileges_end_with(pid_t parent, int death_signal, struct err *err)
{
	if (prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0) < 0)
		return err_set_errno(err, errno, "cannot be told of the supervisor's end");
	if (getppid() != parent)
		return err_set(err, ERR_GONE, "the supervisor is gone");
	return 0;
}

/* ---- system calls ------------------------------------------------------------------------------ */

static const char *const sensor_allows[] = {
	/* what is open */
	"read", "readv", "recvfrom", "recvmsg", "close", "fstat", "lseek", "getsockopt", "poll",
	"ppoll", "epoll_wait", "epoll_pwait", "epoll_pwait2", "epoll_ctl", "timerfd_settime",
	/* memory; mmap and mprotect have conditions */
	"brk", "munmap", "mremap", "madvise", "futex", "get_robust_list",
	/* time, chance, signals, the end */
	"clock_gettime", "clock_nanosleep", "gettimeofday", "time", "nanosleep", "getrandom",
	"getpid", "gettid", "getuid", "geteuid", "rt_sigaction", "rt_sigprocmask", "rt_sigreturn",
	"sigaltstack", "sched_yield", "rseq", "restart_syscall", "exit", "exit_group", NULL
};

/* Not into the capture: whoever may read frames from a packet socket may also send some. */
static const char *const sensor_says[] = {
	"write", "writev", "sendto", "sendmsg", "sendmmsg", NULL
};

static const char *const intruders_only[] = { "execve",
					      "execveat",
					      "fork",
					      "vfork",
					      "ptrace",
					      "process_vm_readv",
					      "process_vm_writev",
					      "pidfd_getfd",
					      "bpf",
					      "perf_event_open",
					      "userfaultfd",
					      "keyctl",
					      "add_key",
					      "request_key",
					      "mount",
					      "umount2",
					      "pivot_root",
					      "chroot",
					      "setns",
					      "unshare",
					      "init_module",
					      "finit_module",
					      "delete_module",
					      "kexec_load",
					      "kexec_file_load",
					      "reboot",
					      "swapon",
					      "swapoff",
					      "iopl",
					      "ioperm",
					      "open_by_handle_at",
					      "settimeofday",
					      "clock_settime",
					      NULL };

static const char *const no_sensor_does[] = {
	"socket",         "socketpair", "connect",      "bind",   "listen",    "accept", "accept4",
	"clone",          "clone3",     "memfd_create", "setuid", "setresuid", "tkill",  "kill",
	"io_uring_setup", NULL
};

/* A name that this architecture lacks is no mistake. */
static int add_rules(scmp_filter_ctx filter, uint32_t action, const char *const *names)
{
	int rc = 0;

	for (; *names && rc == 0; names++) {
		int number = seccomp_syscall_resolve_name(*names);

		if (number != __NR_SCMP_ERROR)
			rc = seccomp_rule_add(filter, action, number, 0);
	}
	return rc;
}

/* Takes the filter; rc: of building it. */
static int load(scmp_filter_ctx filter, int rc)
{
	if (rc == 0)
		rc = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return rc;
}

/* A filter of its own, since the stricter of two holds: "any descriptor but this one" cannot be said in one that sees all
 * 64 bits of a register, of which the kernel takes 32. */
static int confine_mute(int mute_fd)
{
	const struct scmp_arg_cmp it = { 0, SCMP_CMP_MASKED_EQ, UINT32_MAX, (uint32_t)mute_fd };
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter ? 0 : -ENOMEM;

	for (const char *const *name = sensor_says; *name && rc == 0; name++)
		rc = seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM),
				      seccomp_syscall_resolve_name(*name), 1, it);
	return load(filter, rc);
}

/* Memory yes, code no; whether the interface is up, and nothing else of it; signals to ourselves (abort) yes, to others no. */
static int add_conditions(scmp_filter_ctx filter)
{
	const struct scmp_arg_cmp no_code = { 2, SCMP_CMP_MASKED_EQ, PROT_EXEC, 0 };
	const struct scmp_arg_cmp ourselves = { 0, SCMP_CMP_EQ, (scmp_datum_t)getpid(), 0 };
	const struct scmp_arg_cmp is_up = { 1, SCMP_CMP_EQ, SIOCGIFFLAGS, 0 };
	int rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_code);

	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_code);
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, ourselves);
	if (rc == 0)
		rc = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1, is_up);
	return rc;
}

static int confined(int rc, struct err *err)
{
	return rc < 0 ? err_set_errno(err, -rc, "cannot confine the process to its system calls")
		      : 0;
}

int privileges_confine_sensor(int mute_fd, struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int rc = filter ? confine_mute(mute_fd) : -ENOMEM;

	if (rc == 0)
		rc = add_rules(filter, SCMP_ACT_KILL_PROCESS, intruders_only);
	if (rc == 0)
		rc = add_rules(filter, SCMP_ACT_KILL_PROCESS, no_sensor_does);
	if (rc == 0)
		rc = add_rules(filter, SCMP_ACT_ALLOW, sensor_allows);
	if (rc == 0)
		rc = add_rules(filter, SCMP_ACT_ALLOW, sensor_says);
	if (rc == 0)
		rc = add_conditions(filter);
	return confined(load(filter, rc), err);
}

int privileges_confine_controller(struct err *err)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
	int rc = filter ? 0 : -ENOMEM;

	if (rc == 0)
		rc = add_rules(filter, SCMP_ACT_KILL_PROCESS, intruders_only);
	return confined(load(filter, rc), err);
}

/* ---- the service manager ----------------------------------------------------------------------- */

void privileges_notify(const char *words)
{
	(void)sd_notify(0, words);
}

uint64_t privileges_watchdog_ns(void)
{
	uint64_t us = 0;

	return sd_watchdog_enabled(0, &us) > 0 ? us * NS_PER_US / 2 : 0;
}
