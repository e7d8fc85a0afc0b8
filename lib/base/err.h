// Errors: one closed list of what the *caller* can do about a failure, and the sentence that tells a person.
//
// Every function that can fail returns `enum err`; results come through the last parameters and are untouched on failure.
// A parser or a rule also fills a `struct why`: the place, the value and the rule that refused it, in one line.
#ifndef TOCSIN_BASE_ERR_H
#define TOCSIN_BASE_ERR_H

#define MUST_USE __attribute__((warn_unused_result))
#define PRINTF_LIKE(text, first) __attribute__((format(printf, text, first)))

enum err {
	ERR_OK = 0,
	ERR_INPUT,   // these bytes are malformed: the same bytes will never be accepted
	ERR_LIMIT,   // well formed, but over a documented maximum
	ERR_AUTH,    // a signature, MAC, commitment or proof is false: somebody lies or bits were lost
	ERR_DENIED,  // genuine, but a rule says no (not accredited, suspended, wrong team, quota…)
	ERR_ABSENT,  // no such thing here
	ERR_EXISTS,  // there already, with other content
	ERR_AWAY,    // the other side cannot be reached or is not ready: try again, or try another
	ERR_SYSTEM,  // disk, memory or kernel failed here: nothing was promised, an operator must look
};

#define WHY_MAX 320 // bytes of explanation, final NUL included; longer text is cut

struct why {
	char text[WHY_MAX];
};

// The name of a cause, for logs and for the wire: "input", "limit", … ("ok" for ERR_OK).
const char *err_name(enum err e);
// The cause named `name`, or ERR_SYSTEM when there is no such name.
enum err err_named(const char *name);

// Writes the explanation (w may be NULL) and returns e, so that a refusal is one statement. Control characters (C0,
// DEL, C1) in the result become '?', so hostile values can be quoted.
enum err why_set(struct why *w, enum err e, const char *format, ...) PRINTF_LIKE(3, 4);
// Puts "place: " before an explanation already there, as the error travels outwards. Returns e.
enum err why_at(struct why *w, enum err e, const char *format, ...) PRINTF_LIKE(3, 4);

// A broken invariant stops the process, in release too.
#define INVARIANT(condition) ((condition) ? (void)0 : invariant_broken(#condition, __FILE__, __LINE__))
_Noreturn void invariant_broken(const char *condition, const char *file, int line);

#endif
