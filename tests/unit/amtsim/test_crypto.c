/* SPDX-License-Identifier: Apache-2.0 */
/* Handshakes between the simulator's side and a client of today, through memory. */
#include "tests/amtsim/crypto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "tests/amtsim/device.h"

#define ROUNDS 10

static struct device *device_of(const char *release)
{
	struct device_config config;
	struct device *device;
	struct knobs knobs;
	const char *why;

	device_config_init(&config);
	knobs_init(&knobs);
	snprintf(config.release, sizeof(config.release), "%s", release);
	config.tls = true;
	device = device_new(&config, &knobs, 1, &why);
	assert_non_null(device);
	return device;
}

/* Carries bytes both ways until both are done or one gives up. */
static bool shake(SSL *server, SSL *client)
{
	BIO *ends[2];
	unsigned i;
	bool done = false;

	assert_int_equal(BIO_new_bio_pair(&ends[0], 0, &ends[1], 0), 1);
	SSL_set_bio(server, ends[0], ends[0]);
	SSL_set_bio(client, ends[1], ends[1]);
	SSL_set_accept_state(server);
	SSL_set_connect_state(client);
	for (i = 0; i < ROUNDS && !done; i++) {
		SSL_do_handshake(client);
		SSL_do_handshake(server);
		done = SSL_is_init_finished(server) && SSL_is_init_finished(client);
	}
	return done;
}

static SSL *client_of(SSL_CTX *context, int version)
{
	SSL *client = SSL_new(context);

	SSL_set_min_proto_version(client, version);
	SSL_set_max_proto_version(client, version);
	SSL_set_cipher_list(client, "ALL:@SECLEVEL=0");
	return client;
}

static bool speaks(struct crypto_tls *tls, struct device *device, int version)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *server = crypto_tls_accept(tls, device_tls(device));
	SSL *client = client_of(context, version);
	bool done = shake(server, client);

	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(context);
	return done;
}

static void each_release_speaks_its_versions_of_tls(void **state)
{
	static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION,
					TLS1_3_VERSION };
	static const struct {
		const char *release;
		bool spoken[4]; /* 1.0, 1.1, 1.2, 1.3 */
	} cases[] = {
		{ "3.2", { true, true, false, false } },
		{ "11.8", { true, true, false, false } },
		{ "12.0", { false, true, true, false } },
		{ "14.1", { false, true, true, false } },
		{ "15.0", { false, false, true, false } },
		{ "16.1", { false, false, true, false } },
		{ "22.0", { false, false, true, false } },
	};
	struct crypto_tls *tls = crypto_tls_new();
	size_t i, v;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device *device = device_of(cases[i].release);

		for (v = 0; v < 4; v++)
			if (speaks(tls, device, versions[v]) != cases[i].spoken[v])
				fail_msg("%s: version 1.%zu", cases[i].release, v);
		device_free(device);
	}
	crypto_tls_free(tls);
}

static void knobs_move_the_versions(void **state)
{
	struct crypto_tls *tls = crypto_tls_new();
	struct device *device = device_of("11.8");

	(void)state;
	assert_null(knobs_set(&device->knobs, "tls_least", "1.1"));
	assert_false(speaks(tls, device, TLS1_VERSION));
	assert_null(knobs_set(&device->knobs, "tls_most", "1.3"));
	assert_true(speaks(tls, device, TLS1_3_VERSION));
	device_free(device);
	crypto_tls_free(tls);
}

static void the_leaf_is_rsa_until_release_22(void **state)
{
	static const struct {
		const char *release;
		int type, bits;
	} cases[] = {
		{ "21.9", EVP_PKEY_RSA, 2048 },
		{ "22.0", EVP_PKEY_EC, 384 },
		{ "12.0", EVP_PKEY_RSA, 2048 },
	};
	struct crypto_tls *tls = crypto_tls_new();
	char pin[80];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct device *device = device_of(cases[i].release);
		SSL *session = crypto_tls_accept(tls, device_tls(device));
		EVP_PKEY *key = X509_get0_pubkey(SSL_get_certificate(session));

		assert_int_equal(EVP_PKEY_get_base_id(key), cases[i].type);
		assert_int_equal(EVP_PKEY_get_bits(key), cases[i].bits);
		SSL_free(session);
		device_free(device);
	}
	snprintf(pin, sizeof(pin), "%s", crypto_tls_pin(tls, TLS_LEAF_RSA));
	assert_int_equal(strlen(pin), 64);
	assert_string_not_equal(crypto_tls_pin(tls, TLS_LEAF_P384), pin);
	crypto_tls_free(tls);
}

/* --- mutual TLS: a small authority of our own --- */

struct signet {
	EVP_PKEY *key;
	X509 *cert;
};

static struct signet make_signet(const char *name, const struct signet *issuer)
{
	struct signet made = { EVP_EC_gen("P-256"), X509_new() };
	X509_NAME *subject = X509_get_subject_name(made.cert);

	X509_set_version(made.cert, issuer ? 2 : 0); /* version 1 may sign without saying so */
	ASN1_INTEGER_set(X509_get_serialNumber(made.cert), 7);
	X509_gmtime_adj(X509_getm_notBefore(made.cert), -60);
	X509_gmtime_adj(X509_getm_notAfter(made.cert), 3600);
	X509_set_pubkey(made.cert, made.key);
	X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1,
				   0);
	X509_set_issuer_name(made.cert, issuer ? X509_get_subject_name(issuer->cert) : subject);
	assert_true(X509_sign(made.cert, issuer ? issuer->key : made.key, EVP_sha256()) > 0);
	return made;
}

static void free_signet(struct signet *signet)
{
	EVP_PKEY_free(signet->key);
	X509_free(signet->cert);
}

static void write_root(const char *path, const struct signet *root)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(PEM_write_X509(file, root->cert), 1);
	fclose(file);
}

static bool admits(struct crypto_tls *tls, struct device *device, const struct signet *who)
{
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *server = crypto_tls_accept(tls, device_tls(device));
	SSL *client = client_of(context, TLS1_2_VERSION);
	bool done;

	if (who) {
		SSL_use_certificate(client, who->cert);
		SSL_use_PrivateKey(client, who->key);
	}
	done = shake(server, client);
	SSL_free(client);
	SSL_free(server);
	SSL_CTX_free(context);
	return done;
}

static void mutual_tls_admits_whom_the_root_and_the_name_allow(void **state)
{
	char path[] = "/tmp/amtsim-root-XXXXXX";
	struct signet root = make_signet("root", NULL), other = make_signet("other", NULL);
	struct signet good = make_signet("console.example.com", &root);
	struct signet misnamed = make_signet("console.example.org", &root);
	struct signet stranger = make_signet("console.example.com", &other);
	struct crypto_tls *tls = crypto_tls_new();
	struct device *device = device_of("12.0");

	(void)state;
	close(mkstemp(path));
	write_root(path, &root);
	assert_null(crypto_tls_trust(tls, path));
	assert_true(admits(tls, device, NULL));
	device->config.mutual = true;
	assert_false(admits(tls, device, NULL));
	assert_false(admits(tls, device, &stranger));
	assert_true(admits(tls, device, &misnamed));
	snprintf(device->config.trusted[0], TLS_NAME_BYTES, ".example.com");
	assert_false(admits(tls, device, &misnamed));
	assert_true(admits(tls, device, &good));
	unlink(path);
	assert_non_null(crypto_tls_trust(tls, path));
	device_free(device);
	crypto_tls_free(tls);
	free_signet(&root);
	free_signet(&other);
	free_signet(&good);
	free_signet(&misnamed);
	free_signet(&stranger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_release_speaks_its_versions_of_tls),
		cmocka_unit_test(knobs_move_the_versions),
		cmocka_unit_test(the_leaf_is_rsa_until_release_22),
		cmocka_unit_test(mutual_tls_admits_whom_the_root_and_the_name_allow),
	};

	return cmocka_run_group_tests_name("amtsim crypto", tests, NULL, NULL);
}
