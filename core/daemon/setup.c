/* SPDX-License-Identifier: Apache-2.0 */
/* setup.c - reads cordon.yaml, then what it names.  Paths in cordon.yaml are relative to its own folder, those of the
 * command line to the current one, as everybody expects. */
#include "core/daemon/setup.h"

#include <string.h>

#include "core/asset/roster.h"
#include "core/base/buf.h"
#include "core/base/err.h"
#include "core/base/source.h"
#include "core/daemon/sensor.h"
#include "core/detect/evidence.h"
#include "core/policy/channel.h"
#include "core/policy/policy.h"

#define FILE_MAX_BYTES (16u << 20)

/* Used when no policy is named: harmless. */
static const char watch_everything[] =
	"version: 1\nname: built-in (watch only)\nrules:\n  - name: watch\n    then: { watch: {} }\n";

static int show(const struct complaints *list, const struct source *source, FILE *errors,
		struct err *err)
{
	if (complaints_count(list) == 0)
		return 0;
	complaints_show(list, source, errors);
	return err_set(err, ERR_CONFIG, "%s: %zu mistake%s", source_name(source),
		       complaints_count(list), complaints_count(list) == 1 ? "" : "s");
}

static int take_path(char *to, const char *said)
{
	if (!said)
		return 0;
	if (strlen(said) >= CONFIG_PATH_BYTES)
		return -1;
	memcpy(to, said, strlen(said) + 1);
	return 0;
}

/* "policy: office.yaml" in /etc/cordon/cordon.yaml means /etc/cordon/office.yaml. */
static int anchor(char *path, const char *config_path)
{
	const char *slash = strrchr(config_path, '/');
	char joined[2 * CONFIG_PATH_BYTES];

	if (!*path || *path == '/' || !slash || strcmp(path, "-") == 0)
		return 0;
	snprintf(joined, sizeof(joined), "%.*s/%s", (int)(slash - config_path), config_path, path);
	return take_path(path, joined);
}

static int read_config(struct setup *setup, const char *path, FILE *errors, struct err *err)
{
	struct config *config = &setup->config;
	struct complaints *list;
	int rc;

	setup->config_source = source_read(path, FILE_MAX_BYTES, err);
	if (!setup->config_source)
		return ERR_FAILED;
	list = complaints_new();
	config_read(config, setup->config_source, list);
	/* A throw-away sensor reads the detectors' settings, so that their mistakes are shown together with the others. */
	if (config->detectors) {
		struct sensor_config trial = { .hosts_max = 256,
					       .contacts_max = 1024,
					       .yaml = config->document,
					       .detectors = config->detectors };

		sensor_free(sensor_new(&trial));
	}
	rc = show(list, setup->config_source, errors, err);
	complaints_free(list);
	if (rc == 0 &&
	    (anchor(config->policy, path) < 0 || anchor(config->assets, path) < 0 ||
	     anchor(config->store, path) < 0 || anchor(config->eve, path) < 0 ||
	     anchor(config->control, path) < 0 || anchor(config->amt_authorities, path) < 0 ||
	     anchor(config->amt_certificate, path) < 0))
		rc = err_set(err, ERR_CONFIG, "%s: a path in it is longer than %d characters", path,
			     CONFIG_PATH_BYTES);
	return rc;
}

static int check_channels(const struct setup *setup, struct err *err)
{
	for (size_t i = 0; i < policy_channel_count(setup->policy); i++) {
		const struct channel *channel = policy_channel_at(setup->policy, i);

		if (channel->unresolved && setup->config.enforce)
			return err_set(
				err, ERR_CONFIG,
				"channel \"%s\" uses \"relay\", but no address is set for it: "
				"put \"relay: { address: 10.0.0.5 }\" into cordon.yaml",
				channel->name);
	}
	return 0;
}

static int read_policy(struct setup *setup, FILE *errors, struct err *err)
{
	const char *detectors[DETECTOR_IDS_MAX];
	struct policy_place places[2] = { { NULL, { { 0 } } }, { NULL, { { 0 } } } };
	struct policy_known known = { .detectors = detectors, .places = places };
	struct complaints *list;
	struct source *source;
	int rc;

	sensor_detector_names(detectors);
	if (setup->config.has_relay)
		places[0] = (struct policy_place){ "relay", setup->config.relay };
	source = *setup->config.policy ? source_read(setup->config.policy, FILE_MAX_BYTES, err)
				       : source_from_text("built-in policy", watch_everything,
							  sizeof(watch_everything) - 1);
	if (!source)
		return ERR_FAILED;
	list = complaints_new();
	setup->policy = policy_load(source, &known, list);
	if (setup->policy)
		policy_run_examples(setup->policy, list);
	rc = show(list, source, errors, err);
	complaints_free(list);
	source_free(source);
	return rc < 0 ? rc : check_channels(setup, err);
}

static int read_assets(struct setup *setup, FILE *errors, struct err *err)
{
	struct complaints *list;
	struct source *source;
	int rc;

	if (!*setup->config.assets) {
		setup->roster = roster_new();
		return 0;
	}
	source = source_read(setup->config.assets, FILE_MAX_BYTES, err);
	if (!source)
		return ERR_FAILED;
	list = complaints_new();
	setup->roster = roster_read(source, list);
	rc = show(list, source, errors, err);
	complaints_free(list);
	source_free(source);
	return rc;
}

int setup_read(struct setup *setup, const struct setup_paths *paths, FILE *errors, struct err *err)
{
	struct config *config = &setup->config;
	int rc = 0;

	memset(setup, 0, sizeof(*setup));
	config_defaults(config);
	if (paths->config)
		rc = read_config(setup, paths->config, errors, err);
	if (rc < 0)
		return rc;
	if (take_path(config->policy, paths->policy) < 0 ||
	    take_path(config->assets, paths->assets) < 0 ||
	    take_path(config->store, paths->store) < 0 || take_path(config->eve, paths->eve) < 0 ||
	    take_path(config->control, paths->control) < 0)
		return err_set(err, ERR_USAGE, "a path is longer than %d characters",
			       CONFIG_PATH_BYTES - 1);
	rc = read_policy(setup, errors, err);
	return rc < 0 ? rc : read_assets(setup, errors, err);
}

void setup_forget_assets(struct setup *setup)
{
	policy_free(setup->policy);
	roster_free(setup->roster);
	setup->policy = NULL;
	setup->roster = NULL;
}

void setup_fini(struct setup *setup)
{
	policy_free(setup->policy);
	roster_free(setup->roster);
	config_fini(&setup->config);
	source_free(setup->config_source);
	memset(setup, 0, sizeof(*setup));
}
