// Ids and locks, evaluation requests, and the client of a threshold evaluation with honest and lying seats.
#include "keepers.h"

#include "base/num.h"
#include "crypto/secret.h"

static struct why why;

static void derive_by_hand(void)
{
	uint8_t output[VOPRF_OUTPUT], id[TOKEN_ID], lock[TOKEN_LOCK], want[32], other[32];
	for (unsigned i = 0; i < sizeof output; i++)
		output[i] = (uint8_t)i;
	token_derive(output, 2, 0x0103, id, lock);
	// Computed from protocol/token.md with another implementation of HMAC.
	CHECK(hex_decode(SLICE_LITERAL("06cea52fb78c1fc813a22ff9f03ac015d41b2df5c88c0bb3777ea282f8b8abb4"), want, 32));
	CHECK_BYTES(id, want, 32);
	CHECK(hex_decode(SLICE_LITERAL("7ce231afd6e2ba28b4fa425d9276d1fa7ea451499c52d192f5e8266c57030346"), want, 32));
	CHECK_BYTES(lock, want, 32);
	token_derive(output, 2, 0x0104, other, NULL);
	CHECK(memcmp(id, other, 32) != 0);
	token_derive(output, 3, 0x0103, other, NULL);
	CHECK(memcmp(id, other, 32) != 0);
}

// Elements are not looked at by the decoder.
static void request_make(const uint16_t epochs[TOKEN_CLASSES], const uint16_t counts[TOKEN_CLASSES], struct buf *b)
{
	buf_clear(b);
	size_t sum = 0;
	for (unsigned i = 0; i < TOKEN_CLASSES; i++) {
		buf_put_u16(b, epochs[i]);
		buf_put_u16(b, counts[i]);
		sum += counts[i];
	}
	for (size_t i = 0; i < sum; i++)
		memset(buf_add(b, VOPRF_ELEMENT), (int)i, VOPRF_ELEMENT);
}

static void requests(void)
{
	static const struct {
		uint16_t epochs[TOKEN_CLASSES], counts[TOKEN_CLASSES];
		enum err want;
	} rows[] = {
		{{1, 1, 1, 1}, {1, 2, 3, 4}, ERR_OK},           {{0, 0, 0, 9}, {0, 0, 0, 1}, ERR_OK},
		{{1, 0, 0, 0}, {1024, 0, 0, 0}, ERR_OK},        {{1, 2, 3, 4}, {256, 256, 256, 256}, ERR_OK},
		{{0, 0, 0, 0}, {0, 0, 0, 0}, ERR_INPUT},        {{1, 0, 0, 0}, {0, 0, 0, 0}, ERR_INPUT},
		{{0, 0, 0, 0}, {1, 0, 0, 0}, ERR_INPUT},        {{1, 1, 1, 0}, {1, 1, 1, 1}, ERR_INPUT},
		{{1, 0, 0, 0}, {1025, 0, 0, 0}, ERR_LIMIT},     {{1, 1, 1, 1}, {256, 256, 256, 257}, ERR_LIMIT},
		{{1, 1, 0, 0}, {1024, 1, 0, 0}, ERR_LIMIT},     {{0, 1, 0, 0}, {1, 0, 0, 0}, ERR_INPUT},
	};
	struct buf b, again;
	struct evaluate e;
	buf_init(&b, 2 * EVALUATE_MAX);
	buf_init(&again, EVALUATE_MAX);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		request_make(rows[i].epochs, rows[i].counts, &b);
		enum err got = evaluate_decode(buf_slice(&b), &e, &why);
		CHECK_SAY(got == rows[i].want, "row %zu: %s", i, err_name(got));
		if (got != ERR_OK)
			continue;
		buf_clear(&again);
		evaluate_encode(&e, &again);
		CHECK_SAY(slice_equal(buf_slice(&b), buf_slice(&again)), "row %zu", i);
	}
	request_make(rows[0].epochs, rows[0].counts, &b);
	for (size_t n = 0; n < b.n; n++)
		CHECK_SAY(evaluate_decode(slice_of(b.p, n), &e, &why) == ERR_INPUT, "cut at %zu", n);
	buf_put_u8(&b, 0);
	CHECK(evaluate_decode(buf_slice(&b), &e, &why) == ERR_INPUT);
	buf_free(&b);
	buf_free(&again);
}

#define FEW 6
struct few {
	struct observable made[FEW];
	const struct observable *at[FEW];
};

// All classes, out of order, with one double.
static void few_make(struct few *o)
{
	o->made[0] = observable_make(OBSERVABLE_URL, "https://example.org/a");
	o->made[1] = observable_make(OBSERVABLE_IPV4, "192.0.2.7");
	o->made[2] = observable_make(OBSERVABLE_MD5, "d41d8cd98f00b204e9800998ecf8427e");
	o->made[3] = observable_make(OBSERVABLE_DOMAIN, "EXAMPLE.org");
	o->made[4] = observable_make(OBSERVABLE_IPV6, "2001:db8::1");
	o->made[5] = observable_make(OBSERVABLE_IPV4, "192.0.2.7");
	for (unsigned i = 0; i < FEW; i++)
		o->at[i] = &o->made[i];
}

// RFC 9497 with the whole key, which only a dealer's fixture has.
static void single_key(const struct fixture *f, const struct observable *o, struct token *token, uint8_t lock[static TOKEN_LOCK])
{
	unsigned class = observable_class(o->type);
	uint8_t blind[1][SCALAR], blinded[1][VOPRF_ELEMENT], evaluated[1][VOPRF_ELEMENT], proof[VOPRF_PROOF], output[1][VOPRF_OUTPUT];
	size_t bad;
	struct buf input;
	buf_init(&input, OBSERVABLE_MAX + 1);
	token_input((uint8_t)o->type, observable_value(o), &input);
	CHECK(input.n == 1 + o->n && input.p[0] == o->type);
	struct slice inputs = buf_slice(&input);
	const uint8_t *pk = governance_token_key(f->governance, class, 1)->key;
	CHECK(voprf_blind(inputs, blind[0], blinded[0]) == ERR_OK);
	CHECK(voprf_evaluate(f->token[class], pk, (const uint8_t(*)[VOPRF_ELEMENT])blinded, 1, evaluated, proof, &bad) == ERR_OK);
	CHECK(voprf_finalize(&inputs, (const uint8_t(*)[SCALAR])blind, (const uint8_t(*)[VOPRF_ELEMENT])evaluated, 1, output) ==
	      ERR_OK);
	*token = (struct token){TOKEN_REAL, (uint8_t)class, 1, {0}};
	token_derive(output[0], (uint8_t)class, 1, token->id, lock);
	buf_free(&input);
}

static bool same_token(const struct token *a, const struct token *b)
{
	return a->flags == b->flags && a->class == b->class && a->epoch == b->epoch && memcmp(a->id, b->id, TOKEN_ID) == 0;
}

static void subsets(unsigned t, unsigned n)
{
	struct fixture *f = fixture_new(t, n);
	static struct few o;
	struct token want[FEW], got[FEW];
	uint8_t want_lock[FEW][TOKEN_LOCK], lock[FEW][TOKEN_LOCK];
	few_make(&o);
	for (unsigned i = 0; i < FEW; i++)
		single_key(f, o.at[i], &want[i], want_lock[i]);
	CHECK(same_token(&want[1], &want[5]) && memcmp(want[0].id, want[3].id, TOKEN_ID) != 0);
	unsigned done = 0;
	for (unsigned mask = 0; mask < 2u << n; mask += 2) {
		unsigned seats = (unsigned)__builtin_popcount(mask);
		if (seats + 1 == t && done < 3)
			CHECK(keepers_tokens(f, o.at, FEW, mask, false, got, lock) == ERR_ABSENT);
		if (seats != t && seats != n)
			continue;
		memset(got, 0, sizeof got);
		memset(lock, 0, sizeof lock);
		REQUIRE(keepers_tokens(f, o.at, FEW, mask, done++ % 2 == 1, got, lock) == ERR_OK);
		for (unsigned i = 0; i < FEW; i++)
			CHECK_SAY(same_token(&got[i], &want[i]) && memcmp(lock[i], want_lock[i], TOKEN_LOCK) == 0, "seats %x, %u", mask, i);
	}
	CHECK(keepers_tokens(f, o.at, FEW, fixture_seats(t), false, got, NULL) == ERR_OK && same_token(&got[0], &want[0]));
	fixture_free(f);
}

static void two_of_three(void)
{
	subsets(2, 3);
}

static void five_of_seven(void)
{
	subsets(5, 7);
}

// What can be wrong with an answer of seat 2 to six elements: three addresses, a name, a digest, a URL.
enum lie {
	LIE_ELEMENT,
	LIE_MALFORMED,
	LIE_IDENTITY,
	LIE_PROOF,
	LIE_SCALAR_HIGH,
	LIE_OTHER_SEAT,
	LIE_OTHER_ASK,
	LIE_SHORT,
	LIE_LONG,
	LIE_EMPTY,
	LIE_CLASSES_SWAPPED,
	LIES
};

static void lie_tell(const struct fixture *f, enum lie lie, struct slice ask, struct buf *answer)
{
	buf_clear(answer);
	if (lie == LIE_OTHER_ASK) {
		struct buf other;
		buf_init(&other, EVALUATE_MAX);
		buf_put_slice(&other, ask);
		uint8_t *first = other.p + 4 * TOKEN_CLASSES, swap[VOPRF_ELEMENT];
		memcpy(swap, first, VOPRF_ELEMENT);
		memcpy(first, first + VOPRF_ELEMENT, VOPRF_ELEMENT);
		memcpy(first + VOPRF_ELEMENT, swap, VOPRF_ELEMENT);
		keeper_answer(f, 2, buf_slice(&other), answer);
		buf_free(&other);
		return;
	}
	keeper_answer(f, lie == LIE_OTHER_SEAT ? 3 : 2, ask, answer);
	const size_t addresses = 3 * VOPRF_ELEMENT + VOPRF_PROOF, one = VOPRF_ELEMENT + VOPRF_PROOF;
	uint8_t swap[VOPRF_ELEMENT + VOPRF_PROOF];
	if (lie == LIE_ELEMENT)
		memcpy(answer->p, answer->p + VOPRF_ELEMENT, VOPRF_ELEMENT);
	if (lie == LIE_MALFORMED)
		memset(answer->p, 0xff, VOPRF_ELEMENT);
	if (lie == LIE_IDENTITY)
		memset(answer->p + addresses, 0, VOPRF_ELEMENT);
	if (lie == LIE_PROOF)
		answer->p[answer->n - VOPRF_PROOF] ^= 1;
	if (lie == LIE_SCALAR_HIGH)
		answer->p[answer->n - 1] |= 0xf0;
	if (lie == LIE_SHORT)
		answer->n--;
	if (lie == LIE_LONG)
		buf_put_u8(answer, 0);
	if (lie == LIE_EMPTY)
		answer->n = 0;
	if (lie == LIE_CLASSES_SWAPPED) {
		memcpy(swap, answer->p + addresses, one);
		memmove(answer->p + addresses, answer->p + addresses + one, one);
		memcpy(answer->p + addresses + one, swap, one);
	}
}

static void lies(void)
{
	static const enum err want[LIES] = {
		[LIE_ELEMENT] = ERR_AUTH,       [LIE_MALFORMED] = ERR_INPUT,  [LIE_IDENTITY] = ERR_INPUT,
		[LIE_PROOF] = ERR_AUTH,         [LIE_SCALAR_HIGH] = ERR_INPUT, [LIE_OTHER_SEAT] = ERR_AUTH,
		[LIE_OTHER_ASK] = ERR_AUTH,     [LIE_SHORT] = ERR_INPUT,      [LIE_LONG] = ERR_INPUT,
		[LIE_EMPTY] = ERR_INPUT,        [LIE_CLASSES_SWAPPED] = ERR_AUTH,
	};
	struct fixture *f = fixture_new(2, 3);
	static struct few o;
	struct token tokens[FEW], right;
	uint8_t lock[TOKEN_LOCK];
	struct token_client *c;
	struct buf ask, answer;
	few_make(&o);
	REQUIRE(token_client_new(o.at, FEW, f->governance, &c, &why) == ERR_OK);
	buf_init(&ask, EVALUATE_MAX);
	buf_init(&answer, EVALUATED_MAX + 1);
	token_client_ask(c, &ask);
	for (enum lie lie = 0; lie < LIES; lie++) {
		lie_tell(f, lie, buf_slice(&ask), &answer);
		why.text[0] = 0;
		enum err got = token_client_answer(c, 2, buf_slice(&answer), &why);
		CHECK_SAY(got == want[lie] && strstr(why.text, "seat 2") != NULL, "lie %u: %s %s", lie, err_name(got), why.text);
	}
	buf_clear(&answer);
	keeper_answer(f, 2, buf_slice(&ask), &answer);
	CHECK(token_client_answer(c, 0, buf_slice(&answer), &why) == ERR_INPUT);
	CHECK(token_client_answer(c, 4, buf_slice(&answer), &why) == ERR_INPUT);
	CHECK(token_client_answer(c, SEATS_MAX + 1, buf_slice(&answer), &why) == ERR_INPUT);
	CHECK(token_client_answers(c) == 0 && token_client_needed(c) == 2);
	// The seat that lied tells the truth.
	CHECK(token_client_answer(c, 2, buf_slice(&answer), &why) == ERR_OK);
	CHECK(token_client_answer(c, 2, buf_slice(&answer), &why) == ERR_EXISTS);
	CHECK(token_client_finish(c, tokens, NULL, &why) == ERR_ABSENT && token_client_answers(c) == 1);
	for (unsigned seat = 1; seat <= 3; seat += 2) {
		buf_clear(&answer);
		keeper_answer(f, seat, buf_slice(&ask), &answer);
		CHECK(token_client_answer(c, (uint8_t)seat, buf_slice(&answer), &why) == ERR_OK);
	}
	CHECK(token_client_answers(c) == 3 && token_client_finish(c, tokens, NULL, &why) == ERR_OK);
	single_key(f, o.at[0], &right, lock);
	CHECK(same_token(&tokens[0], &right));
	buf_free(&ask);
	buf_free(&answer);
	token_client_free(c);
	fixture_free(f);
}

// Shares of one polynomial, published under another's key, signed by everybody: what a careless ceremony would leave.
static void false_key(void)
{
	struct fixture *f = fixture_new(2, 3);
	struct token_key k = *governance_token_key(f->governance, 0, 1);
	struct token tokens[FEW];
	struct observable o = observable_make(OBSERVABLE_IPV4, "192.0.2.7");
	const struct observable *at = &o;
	struct buf body, leaf;
	k.epoch = 2;
	memcpy(k.key, governance_token_key(f->governance, 1, 1)->key, sizeof k.key);
	buf_init(&body, DOCUMENT_MAX);
	buf_init(&leaf, DOCUMENT_MAX);
	token_key_encode(&k, &body);
	fixture_sign(f, DOCUMENT_TOKEN_KEY, buf_slice(&body), fixture_seats(3), fixture_seats(3), &leaf);
	if (CHECK_SAY(fixture_apply(f, buf_slice(&leaf), &why) == ERR_OK, "%s", why.text))
		CHECK(keepers_tokens(f, &at, 1, fixture_seats(2), false, tokens, NULL) == ERR_AUTH);
	buf_free(&body);
	buf_free(&leaf);
	fixture_free(f);
}

static void counts(void)
{
	static struct observable o;
	static const struct observable *at[TOKEN_BATCH_MAX + 1];
	static struct token tokens[TOKEN_BATCH_MAX];
	struct fixture *f = fixture_new(2, 3);
	struct token_client *c = NULL;
	o = observable_make(OBSERVABLE_ASN, "AS64500");
	for (size_t i = 0; i <= TOKEN_BATCH_MAX; i++)
		at[i] = &o;
	CHECK(token_client_new(at, 0, f->governance, &c, &why) == ERR_LIMIT);
	CHECK(token_client_new(at, TOKEN_BATCH_MAX + 1, f->governance, &c, &why) == ERR_LIMIT);
	struct governance *empty = governance_new();
	CHECK(token_client_new(at, 1, empty, &c, &why) == ERR_ABSENT && c == NULL);
	governance_free(empty);
	REQUIRE(keepers_tokens(f, at, TOKEN_BATCH_MAX, fixture_seats(2), false, tokens, NULL) == ERR_OK);
	CHECK(same_token(&tokens[0], &tokens[TOKEN_BATCH_MAX - 1]));
	token_client_free(NULL);
	fixture_free(f);
}

const struct test tests[] = {{"id and lock by hand", derive_by_hand},
                             {"requests", requests},
                             {"2 of 3: every subset gives RFC 9497's output", two_of_three},
                             {"5 of 7: every subset gives RFC 9497's output", five_of_seven},
                             {"a lying seat is refused and named", lies},
                             {"shares that do not give the key", false_key},
                             {"none, too many, no key, the most", counts},
                             {NULL, NULL}};
