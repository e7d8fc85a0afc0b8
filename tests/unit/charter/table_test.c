// A table against a naive model: keys with the same place, growth, the maximum.
#include "charter/table.h"

#include "crypto/hash.h"
#include "test.h"

struct row {
	uint8_t key[TABLE_KEY];
	uint32_t value;
};

static void key_of(uint32_t i, bool collide, uint8_t key[TABLE_KEY])
{
	sha256(slice_of(&i, sizeof i), key);
	if (collide)
		memset(key, 0, 4);
}

static void fill(uint32_t count, bool collide)
{
	struct table t;
	table_init(&t, sizeof(struct row), count);
	uint8_t key[TABLE_KEY];
	key_of(0, collide, key);
	CHECK(table_find(&t, key) == NULL);
	for (uint32_t i = 0; i < count; i++) {
		void *entry;
		key_of(i, collide, key);
		REQUIRE(table_add(&t, key, &entry) == ERR_OK);
		((struct row *)entry)->value = i;
	}
	for (uint32_t i = 0; i < 2 * count; i++) {
		key_of(i, collide, key);
		const struct row *r = table_find(&t, key);
		CHECK(i < count ? r != NULL && r->value == i : r == NULL);
	}
	void *entry = NULL;
	key_of(count, collide, key);
	CHECK(table_add(&t, key, &entry) == ERR_LIMIT && entry == NULL);
	table_free(&t);
	CHECK(table_find(&t, key) == NULL);
	table_free(&t);
}

static void many(void)
{
	fill(100000, false);
}

static void few(void)
{
	for (uint32_t n = 1; n < 200; n++)
		fill(n, false);
}

static void collisions(void)
{
	fill(500, true);
}

const struct test tests[] = {{"many", many}, {"few", few}, {"collisions", collisions}, {NULL, NULL}};
