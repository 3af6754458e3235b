/* SPDX-License-Identifier: Apache-2.0 */
/* test_samples.c - each owner keeps its first contacts, and who was not asked for longest makes room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/contact/contact.h"
#include "core/detect/samples.h"

static struct sample_owner owner_of(unsigned host, unsigned detector, unsigned port_class)
{
	struct ip ip = ip_from_v4((uint8_t[]){ 10, 0, (uint8_t)(host >> 8), (uint8_t)host });

	return (struct sample_owner){ .host = host_key_of(&ip, 0),
				      .detector = (uint8_t)detector,
				      .port_class = (uint8_t)port_class };
}

static struct contact contact_to(unsigned last)
{
	return (struct contact){ .dst = ip_from_v4((uint8_t[]){ 10, 1, 0, (uint8_t)last }),
				 .dst_port = 445,
				 .kind = CONTACT_TCP,
				 .outcome = CONTACT_OUTSTANDING };
}

static void add(struct samples *samples, const struct sample_owner *owner, unsigned last,
		double nats)
{
	struct contact contact = contact_to(last);

	samples_add(samples, owner, &contact, nats, 0);
}

static void owners_differ_in_host_detector_and_class(void **state)
{
	struct mem_region *region = mem_region_new();
	struct samples *samples = samples_new(region, 64);
	const struct sample_owner owners[] = { owner_of(1, 1, 1), owner_of(2, 1, 1),
					       owner_of(1, 2, 1), owner_of(1, 1, 2) };
	struct evidence_sample kept[EVIDENCE_SAMPLES];

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		add(samples, &owners[i], i, 1);
	for (unsigned i = 0; i < 4; i++) {
		assert_int_equal(samples_copy(samples, &owners[i], kept), 1);
		assert_int_equal(kept[0].dst.bytes[15], i);
	}
	samples_free(samples);
	mem_region_free(region);
}

static void the_first_contacts_are_kept_until_it_starts_anew(void **state)
{
	struct mem_region *region = mem_region_new();
	struct samples *samples = samples_new(region, 64);
	struct sample_owner owner = owner_of(1, 1, 1);
	struct evidence_sample kept[EVIDENCE_SAMPLES];
	struct contact contact = contact_to(99);

	(void)state;
	for (unsigned i = 1; i <= EVIDENCE_SAMPLES + 3; i++)
		add(samples, &owner, i, 1);
	assert_int_equal(samples_copy(samples, &owner, kept), EVIDENCE_SAMPLES);
	assert_int_equal(kept[0].dst.bytes[15], 1);
	assert_int_equal(kept[EVIDENCE_SAMPLES - 1].dst.bytes[15], EVIDENCE_SAMPLES);
	samples_add(samples, &owner, &contact, 1, 1);
	assert_int_equal(samples_copy(samples, &owner, kept), 1);
	assert_int_equal(kept[0].dst.bytes[15], 99);
	samples_free(samples);
	mem_region_free(region);
}

static void one_that_is_taken_back_leaves_no_hole(void **state)
{
	struct mem_region *region = mem_region_new();
	struct samples *samples = samples_new(region, 64);
	struct sample_owner owner = owner_of(1, 1, 1), other = owner_of(2, 1, 1);
	struct contact second = contact_to(2), udp = contact_to(1), port = contact_to(1);
	struct evidence_sample kept[EVIDENCE_SAMPLES];

	(void)state;
	for (unsigned i = 1; i <= 3; i++)
		add(samples, &owner, i, 1);
	udp.kind = CONTACT_UDP;
	port.dst_port = 446;
	assert_false(samples_remove(samples, &owner, &udp));
	assert_false(samples_remove(samples, &owner, &port));
	assert_false(samples_remove(samples, &other, &second));
	assert_true(samples_remove(samples, &owner, &second));
	assert_false(samples_remove(samples, &owner, &second));
	assert_int_equal(samples_copy(samples, &owner, kept), 2);
	assert_int_equal(kept[1].dst.bytes[15], 3);
	samples_free(samples);
	mem_region_free(region);
}

static void the_longest_unused_makes_room(void **state)
{
	struct mem_region *region = mem_region_new();
	struct samples *samples = samples_new(region, 1); /* one set of four */
	struct sample_owner owners[5];

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		owners[i] = owner_of(i, 1, 1);
	for (unsigned i = 0; i < 4; i++)
		add(samples, &owners[i], i, 1);
	add(samples, &owners[0], 100, 1); /* used again */
	add(samples, &owners[4], 4, 1);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(samples_kept(samples, &owners[i]), i == 0 ? 2 : i == 1 ? 0 : 1);
	samples_free(samples);
	mem_region_free(region);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(owners_differ_in_host_detector_and_class),
		cmocka_unit_test(the_first_contacts_are_kept_until_it_starts_anew),
		cmocka_unit_test(one_that_is_taken_back_leaves_no_hole),
		cmocka_unit_test(the_longest_unused_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
