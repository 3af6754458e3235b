/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/base/mem.h"
#include "core/base/slab.h"

#define PIECES 5000

static void pieces_are_zeroed_apart_and_aligned(void **state)
{
	struct slab *slab = slab_new();
	uint8_t **pieces = mem_array(PIECES, sizeof(*pieces));

	(void)state;
	for (unsigned n = 0; n < PIECES; n++) {
		size_t size = 1 + n * 7 % 2500; /* some too large to be packed */

		pieces[n] = slab_take(slab, size);
		assert_int_equal((uintptr_t)pieces[n] % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(pieces[n][i], 0);
		memset(pieces[n], (int)(n % 251 + 1), size);
	}
	assert_int_equal(slab_pieces(slab), PIECES);
	for (unsigned n = 0; n < PIECES; n++)
		for (size_t i = 0; i < 1 + n * 7 % 2500; i++)
			assert_int_equal(pieces[n][i], n % 251 + 1);
	for (unsigned n = 0; n < PIECES; n++)
		slab_give(slab, pieces[n], 1 + n * 7 % 2500);
	assert_int_equal(slab_pieces(slab), 0);
	mem_free(pieces);
	slab_free(slab);
}

static void what_comes_back_serves_the_next_of_its_size(void **state)
{
	struct slab *slab = slab_new();
	size_t held = 0;

	(void)state;
	for (unsigned round = 0; round < 1000; round++) {
		void *pieces[100];

		for (unsigned n = 0; n < 100; n++) {
			pieces[n] = slab_take(slab, 40 + n % 3 * 100);
			assert_int_equal(*(uint8_t *)pieces[n], 0); /* whatever it was before */
			memset(pieces[n], 0xff, 40 + n % 3 * 100);
		}
		for (unsigned n = 0; n < 100; n++)
			slab_give(slab, pieces[n], 40 + n % 3 * 100);
		if (round == 0)
			held = slab_held_bytes(slab);
	}
	assert_int_equal(slab_held_bytes(slab), held);
	slab_free(slab);
}

static void small_pieces_are_packed(void **state)
{
	struct slab *slab = slab_new();
	void *pieces[1000];

	(void)state;
	for (unsigned n = 0; n < 1000; n++)
		pieces[n] = slab_take(slab, 97); /* 112 each */
	assert_true(slab_held_bytes(slab) <= 2 * 65536);
	for (unsigned n = 0; n < 1000; n++)
		slab_give(slab, pieces[n], 97);
	slab_free(slab);
}

static void texts_are_copied_and_null_stays_null(void **state)
{
	struct slab *slab = slab_new();
	char word[] = "quarantine";
	char *copy = slab_text(slab, word);

	(void)state;
	word[0] = 'Q';
	assert_string_equal(copy, "quarantine");
	slab_give_text(slab, copy);
	assert_null(slab_text(slab, NULL));
	slab_give_text(slab, NULL);
	slab_give(slab, NULL, 5);
	assert_int_equal(slab_pieces(slab), 0);
	slab_free(slab);
	slab_free(NULL);
}

static void without_a_slab_it_is_ordinary_memory(void **state)
{
	char *copy = slab_text(NULL, "alone");
	uint8_t *piece = slab_take(NULL, 33);

	(void)state;
	assert_string_equal(copy, "alone");
	assert_int_equal(piece[32], 0);
	slab_give_text(NULL, copy);
	slab_give(NULL, piece, 33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_are_zeroed_apart_and_aligned),
		cmocka_unit_test(what_comes_back_serves_the_next_of_its_size),
		cmocka_unit_test(small_pieces_are_packed),
		cmocka_unit_test(texts_are_copied_and_null_stays_null),
		cmocka_unit_test(without_a_slab_it_is_ordinary_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
