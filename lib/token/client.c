#include <stdlib.h>

#include "crypto/secret.h"
#include "token/token.h"

struct token_client {
	unsigned needed; // answers: the highest threshold among the keys of the classes that occur
	size_t count;
	size_t first[TOKEN_CLASSES + 1];      // places of a class: first[class] up to first[class + 1]
	struct token_key key[TOKEN_CLASSES];  // of the classes that occur
	struct buf text;                      // the inputs one after another; confidential
	struct slice input[TOKEN_BATCH_MAX];  // by place, in text
	uint16_t observable[TOKEN_BATCH_MAX]; // place → the caller's index
	uint8_t (*blind)[SCALAR];             // by place; secret_new
	uint8_t blinded[TOKEN_BATCH_MAX][VOPRF_ELEMENT];
	uint64_t answered;                    // bit i: seat i
	unsigned answers, kept;
	uint8_t seat[SEATS_MAX];              // of the kept answers, as many as needed
	uint8_t (*evaluated[SEATS_MAX])[VOPRF_ELEMENT]; // by place; owned
};

#define INPUTS_MAX (TOKEN_BATCH_MAX * (1 + OBSERVABLE_MAX)) // bytes

static struct slice input_put(struct token_client *c, const struct observable *o)
{
	size_t from = c->text.n;
	token_input((uint8_t)o->type, observable_value(o), &c->text);
	return slice_of(c->text.p + from, c->text.n - from);
}

// Gives every observable its place. The text is reserved first, so that it never moves under the inputs.
static enum err places_give(struct token_client *c, const struct observable *const *observables, struct why *why)
{
	size_t bytes = 0;
	for (size_t i = 0; i < c->count; i++)
		bytes += 1 + observables[i]->n;
	if (buf_add(&c->text, bytes) == NULL)
		return why_set(why, buf_status(&c->text), "tokens: %zu bytes of observables", bytes);
	buf_clear(&c->text);
	size_t place = 0;
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		c->first[class] = place;
		for (size_t i = 0; i < c->count; i++)
			if ((unsigned)observable_class(observables[i]->type) == class) {
				c->observable[place] = (uint16_t)i;
				c->input[place++] = input_put(c, observables[i]);
			}
	}
	c->first[TOKEN_CLASSES] = place;
	INVARIANT(place == c->count); // a type has a class
	return buf_status(&c->text);
}

static size_t class_count(const struct token_client *c, unsigned class)
{
	return c->first[class + 1] - c->first[class];
}

static enum err keys_take(struct token_client *c, const struct governance *g, struct why *why)
{
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		const struct token_key *key = governance_token_key(g, class, 0);
		if (class_count(c, class) == 0)
			continue;
		if (key == NULL)
			return why_set(why, ERR_ABSENT, "tokens: class %u has no key yet", class);
		c->key[class] = *key;
		if (key->t > c->needed)
			c->needed = key->t;
	}
	return ERR_OK;
}

static enum err blind_all(struct token_client *c, struct why *why)
{
	c->blind = (uint8_t(*)[SCALAR])secret_new(c->count * SCALAR);
	for (size_t i = 0; i < c->count; i++) {
		enum err e = voprf_blind(c->input[i], c->blind[i], c->blinded[i]);
		if (e != ERR_OK)
			return why_set(why, e, "tokens: observable %u cannot be blinded", c->observable[i]);
	}
	return ERR_OK;
}

enum err token_client_new(const struct observable *const *observables, size_t count, const struct governance *g,
                          struct token_client **client, struct why *why)
{
	if (count == 0 || count > TOKEN_BATCH_MAX)
		return why_set(why, ERR_LIMIT, "tokens: %zu observables, must be 1 to %d", count, TOKEN_BATCH_MAX);
	struct token_client *c = calloc(1, sizeof *c);
	if (c == NULL)
		return why_set(why, ERR_SYSTEM, "tokens: out of memory");
	c->count = count;
	buf_init_secret(&c->text, INPUTS_MAX);
	enum err e = places_give(c, observables, why);
	if (e == ERR_OK)
		e = keys_take(c, g, why);
	if (e == ERR_OK)
		e = blind_all(c, why);
	if (e == ERR_OK)
		*client = c;
	else
		token_client_free(c);
	return e;
}

void token_client_free(struct token_client *c)
{
	if (c == NULL)
		return;
	for (unsigned k = 0; k < c->kept; k++)
		free(c->evaluated[k]);
	secret_free((uint8_t *)c->blind);
	buf_free(&c->text);
	free(c);
}

void token_client_ask(const struct token_client *c, struct buf *body)
{
	struct evaluate e = {0};
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		e.count[class] = (uint16_t)class_count(c, class);
		e.epoch[class] = e.count[class] > 0 ? c->key[class].epoch : 0;
		e.element[class] = c->blinded + c->first[class];
	}
	evaluate_encode(&e, body);
}

static size_t answer_size(const struct token_client *c)
{
	size_t n = c->count * VOPRF_ELEMENT;
	for (unsigned class = 0; class < TOKEN_CLASSES; class++)
		n += class_count(c, class) > 0 ? VOPRF_PROOF : 0;
	return n;
}

// Verifies class by class and gathers the elements by place.
static enum err answer_verify(const struct token_client *c, uint8_t seat, const uint8_t *p, uint8_t (*evaluated)[VOPRF_ELEMENT],
                              struct why *why)
{
	for (unsigned class = 0; class < TOKEN_CLASSES; class++) {
		size_t count = class_count(c, class), first = c->first[class];
		if (count == 0)
			continue;
		if (seat > c->key[class].n)
			return why_set(why, ERR_INPUT, "tokens: seat %u has no share of class %u", seat, class);
		memcpy(evaluated[first], p, count * VOPRF_ELEMENT);
		p += count * VOPRF_ELEMENT;
		enum err e = voprf_verify(c->key[class].share[seat - 1], c->blinded + first,
		                          (const uint8_t(*)[VOPRF_ELEMENT])evaluated + first, count, p);
		if (e != ERR_OK)
			return why_set(why, e, "tokens: seat %u: the proof of class %u %s", seat, class,
			               e == ERR_AUTH ? "is false" : "or an element is malformed");
		p += VOPRF_PROOF;
	}
	return ERR_OK;
}

enum err token_client_answer(struct token_client *c, uint8_t seat, struct slice answer, struct why *why)
{
	if (seat == 0 || seat > SEATS_MAX)
		return why_set(why, ERR_INPUT, "tokens: there is no seat %u", seat);
	if ((c->answered >> seat & 1) != 0)
		return why_set(why, ERR_EXISTS, "tokens: seat %u has answered", seat);
	if (answer.n != answer_size(c))
		return why_set(why, ERR_INPUT, "tokens: seat %u answered %zu bytes instead of %zu", seat, answer.n, answer_size(c));
	uint8_t(*evaluated)[VOPRF_ELEMENT] = calloc(c->count, VOPRF_ELEMENT);
	if (evaluated == NULL)
		return why_set(why, ERR_SYSTEM, "tokens: out of memory");
	enum err e = answer_verify(c, seat, answer.p, evaluated, why);
	if (e != ERR_OK || c->kept == c->needed) {
		free(evaluated);
	} else {
		c->seat[c->kept] = seat;
		c->evaluated[c->kept++] = evaluated;
	}
	if (e != ERR_OK)
		return e;
	c->answered |= UINT64_C(1) << seat;
	c->answers++;
	return ERR_OK;
}

unsigned token_client_needed(const struct token_client *c)
{
	return c->needed;
}

unsigned token_client_answers(const struct token_client *c)
{
	return c->answers;
}

// Whether the public shares of the first t seats give the class's key, as their evaluations then do: otherwise the ids would meet
// nothing, and nobody would notice.
static enum err key_check(const struct token_client *c, const struct token_key *key)
{
	const uint8_t(*shares[SEATS_MAX])[VOPRF_ELEMENT];
	uint8_t sum[1][VOPRF_ELEMENT];
	for (unsigned k = 0; k < key->t; k++)
		shares[k] = &key->share[c->seat[k] - 1];
	enum err e = voprf_combine(c->seat, key->t, shares, 1, sum);
	return e == ERR_OK && memcmp(sum[0], key->key, VOPRF_ELEMENT) != 0 ? ERR_AUTH : e;
}

// Outputs of one class from the first t evaluations.
static enum err class_finish(const struct token_client *c, unsigned class, uint8_t (*combined)[VOPRF_ELEMENT],
                             uint8_t (*outputs)[VOPRF_OUTPUT])
{
	size_t first = c->first[class], count = class_count(c, class);
	unsigned t = c->key[class].t;
	const uint8_t(*evaluated[SEATS_MAX])[VOPRF_ELEMENT];
	for (unsigned k = 0; k < t; k++)
		evaluated[k] = (const uint8_t(*)[VOPRF_ELEMENT])c->evaluated[k] + first;
	enum err e = key_check(c, &c->key[class]);
	if (e == ERR_OK)
		e = voprf_combine(c->seat, t, evaluated, count, combined);
	if (e != ERR_OK)
		return e;
	return voprf_finalize(c->input + first, (const uint8_t(*)[SCALAR])c->blind + first, (const uint8_t(*)[VOPRF_ELEMENT])combined,
	                      count, outputs + first);
}

static void tokens_give(const struct token_client *c, const uint8_t (*outputs)[VOPRF_OUTPUT], struct token *tokens,
                        uint8_t (*locks)[TOKEN_LOCK])
{
	for (unsigned class = 0; class < TOKEN_CLASSES; class++)
		for (size_t place = c->first[class]; place < c->first[class + 1]; place++) {
			size_t i = c->observable[place];
			tokens[i] = (struct token){TOKEN_REAL, (uint8_t)class, c->key[class].epoch, {0}};
			token_derive(outputs[place], (uint8_t)class, c->key[class].epoch, tokens[i].id, locks != NULL ? locks[i] : NULL);
		}
}

enum err token_client_finish(struct token_client *c, struct token *tokens, uint8_t (*locks)[TOKEN_LOCK], struct why *why)
{
	if (c->kept < c->needed)
		return why_set(why, ERR_ABSENT, "tokens: %u seats have answered, %u are needed", c->kept, c->needed);
	uint8_t(*outputs)[VOPRF_OUTPUT] = calloc(c->count, VOPRF_OUTPUT);
	uint8_t(*combined)[VOPRF_ELEMENT] = calloc(c->count, VOPRF_ELEMENT);
	enum err e = outputs != NULL && combined != NULL ? ERR_OK : why_set(why, ERR_SYSTEM, "tokens: out of memory");
	for (unsigned class = 0; e == ERR_OK && class < TOKEN_CLASSES; class++)
		if (class_count(c, class) > 0 && (e = class_finish(c, class, combined, outputs)) != ERR_OK)
			(void)why_set(why, e, "tokens: the answers of class %u do not combine", class);
	if (e == ERR_OK)
		tokens_give(c, (const uint8_t(*)[VOPRF_OUTPUT])outputs, tokens, locks);
	if (outputs != NULL)
		secret_wipe(outputs, c->count * VOPRF_OUTPUT);
	if (combined != NULL)
		secret_wipe(combined, c->count * VOPRF_ELEMENT);
	free(outputs);
	free(combined);
	return e;
}
