// `key`, `sign` and `update`: sets that somebody answers for, from him to the sensor. A process of its own that sees no log.
#include <ctype.h>
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/num.h"
#include "issuer/issuer.h"
#include "sys/file.h"
#include "watch.h"

#define ETAG_MAX 256
#define CONNECT_SECONDS 20L
#define STALLED_SECONDS 60L // with less than STALLED_BYTES a second
#define STALLED_BYTES 1000L
#define REDIRECTS 3L
#define COPY_ROOM (256u << 10)
#define ADDRESS_MAX 2048 // bytes of the signature's address, NUL included
#define WORDS_MAX 32     // of the command line

static const struct issued sets = {"set", "indicator-set", INDICATOR_FILE_MAX};

// --- key, sign ---------------------------------------------------------------------------------------------------------------

static int run_key(int argc, char **argv)
{
	const char *name = NULL;
	const struct verb_option table[] = {{"name", VERB_TEXT, &name, 0, 0}, {0}};
	struct why why;
	char pub[FILE_PATH_MAX];
	int n = verb_options(&verb_key, argc, argv, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n != 1 || name == NULL || !issuer_name_is(name))
		return verb_usage(&verb_key, "KEY and --name NAME (1 to %d printable characters without a space)", ISSUER_NAME_MAX);
	enum err e = issuer_make(&sets, argv[0], name, pub, &why);
	if (e != ERR_OK)
		return verb_fail(&verb_key, WATCH_FAILED, e, &why);
	printf("%s: keep it; %s: give it to those who take sets of \"%s\"\n", argv[0], pub, name);
	return WATCH_OK;
}

// What is signed is a set, not just any file.
static enum err sign_set(const char *set, const char *key, struct issuer *i, char path[static FILE_PATH_MAX], struct why *why)
{
	struct indicator_set *opened;
	enum err e = indicator_open(set, &opened, why);
	if (e != ERR_OK)
		return e;
	indicator_close(opened);
	return issuer_sign_file(&sets, set, key, i, path, why);
}

static int run_sign(int argc, char **argv)
{
	const char *key = NULL;
	const struct verb_option table[] = {{"key", VERB_TEXT, &key, 0, 0}, {0}};
	struct issuer i;
	struct why why;
	char path[FILE_PATH_MAX];
	int n = verb_options(&verb_sign, argc, argv, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n != 1 || key == NULL)
		return verb_usage(&verb_sign, "one SET and --key KEY");
	enum err e = sign_set(argv[0], key, &i, path, &why);
	if (e != ERR_OK)
		return verb_fail(&verb_sign, WATCH_FAILED, e, &why);
	printf("%s: signed by \"%s\"\n", path, i.name);
	return WATCH_OK;
}

// --- update ------------------------------------------------------------------------------------------------------------------

struct fetch {
	CURL *curl;
	int fd;          // where the body goes, or
	struct buf *buf; // here
	uint64_t left;   // bytes allowed still
	char etag[ETAG_MAX];
	long status;
	bool unwritable;
};

static size_t body(char *p, size_t one, size_t n, void *context)
{
	struct fetch *f = context;
	size_t left = one * n;
	if (left > f->left)
		return 0;
	f->left -= left;
	if (f->buf != NULL) {
		buf_put(f->buf, p, left);
		return buf_status(f->buf) == ERR_OK ? one * n : 0;
	}
	while (left > 0) {
		ssize_t w = write(f->fd, p, left);
		if (w < 0 && errno == EINTR)
			continue;
		if (w < 0) {
			f->unwritable = true;
			return 0;
		}
		p += w;
		left -= (size_t)w;
	}
	return one * n;
}

static size_t header(char *p, size_t one, size_t n, void *context)
{
	struct fetch *f = context;
	struct slice line = slice_of(p, one * n);
	if (line.n > 5 && strncasecmp(p, "etag:", 5) == 0) {
		struct slice value = slice_trim(slice_part(line, 5, line.n));
		bool fits = value.n < sizeof f->etag;
		for (size_t i = 0; i < value.n; i++)
			fits &= isprint(value.p[i]) != 0;
		memcpy(f->etag, value.p, fits ? value.n : 0);
		f->etag[fits ? value.n : 0] = 0;
	}
	return one * n;
}

static enum err get(struct fetch *f, const char *url, const char *ca, const char *etag, struct why *why)
{
	char condition[ETAG_MAX + 32], text[CURL_ERROR_SIZE] = "";
	struct curl_slist *headers = NULL;
	CURL *c = f->curl;
	curl_easy_reset(c);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_REDIR_PROTOCOLS_STR, "https");
	curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
	curl_easy_setopt(c, CURLOPT_MAXREDIRS, REDIRECTS);
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALLED_SECONDS);
	curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, STALLED_BYTES);
	curl_easy_setopt(c, CURLOPT_USERAGENT, "tocsin-watch/" TOCSIN_VERSION);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, text);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, f);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, header);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, f);
	if (ca != NULL)
		curl_easy_setopt(c, CURLOPT_CAINFO, ca);
	if (etag != NULL && *etag != 0) {
		snprintf(condition, sizeof condition, "If-None-Match: %s", etag);
		headers = curl_slist_append(NULL, condition);
		curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	}
	f->etag[0] = 0;
	CURLcode r = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &f->status);
	curl_slist_free_all(headers);
	if (r == CURLE_WRITE_ERROR)
		return why_set(why, f->unwritable ? ERR_SYSTEM : ERR_LIMIT, "%s: %s", url,
		               f->unwritable ? "the disk refused it" : "too large");
	if (r != CURLE_OK)
		return why_set(why, r == CURLE_PEER_FAILED_VERIFICATION ? ERR_AUTH : ERR_AWAY, "%s: %s", url,
		               text[0] != 0 ? text : curl_easy_strerror(r));
	if (f->status != 200 && f->status != 304)
		return why_set(why, f->status == 404 ? ERR_ABSENT : ERR_AWAY, "%s: status %ld", url, f->status);
	return ERR_OK;
}

struct update {
	const char *from, *set, *ca;
	struct issuer issuer;
	char part[FILE_PATH_MAX], signature[FILE_PATH_MAX], etag_path[FILE_PATH_MAX], etag[ETAG_MAX];
	struct buf text; // of the signature
	bool unchanged;
};

// What is here is whole and this issuer's: only then "not modified" is an answer.
static bool is_genuine(const struct update *u)
{
	uint8_t hash[32];
	struct buf signature;
	buf_init(&signature, ISSUER_FILE_MAX);
	bool genuine = file_read(u->signature, ISSUER_FILE_MAX, &signature, NULL) == ERR_OK &&
	               issuer_hash(&sets, u->set, hash, NULL) == ERR_OK &&
	               issuer_verify(&sets, buf_slice(&signature), &u->issuer, hash, NULL) == ERR_OK;
	buf_free(&signature);
	return genuine;
}

static void read_etag(struct update *u)
{
	struct buf b;
	buf_init(&b, ETAG_MAX - 1);
	if (is_genuine(u) && file_read(u->etag_path, ETAG_MAX - 1, &b, NULL) == ERR_OK && memchr(b.p, '\n', b.n) == NULL) {
		memcpy(u->etag, b.p, b.n);
		u->etag[b.n] = 0;
	}
	buf_free(&b);
}

static enum err fetch_https(struct update *u, int fd, struct why *why)
{
	char url[ADDRESS_MAX];
	struct fetch f = {.curl = curl_easy_init(), .fd = fd, .left = INDICATOR_FILE_MAX};
	if (f.curl == NULL)
		return why_set(why, ERR_SYSTEM, "libcurl failed");
	read_etag(u);
	enum err e = get(&f, u->from, u->ca, u->etag, why);
	u->unchanged = e == ERR_OK && f.status == 304;
	memcpy(u->etag, f.etag, sizeof u->etag);
	if (e == ERR_OK && !u->unchanged) {
		size_t path = strcspn(u->from, "?#"); // the signature lies beside the file, whatever the query
		if ((size_t)snprintf(url, sizeof url, "%.*s.sig%s", (int)path, u->from, u->from + path) >= sizeof url)
			e = why_set(why, ERR_LIMIT, "an address of over %zu bytes", sizeof url);
		f.buf = &u->text;
		f.left = ISSUER_FILE_MAX;
		if (e == ERR_OK)
			e = get(&f, url, u->ca, NULL, why);
	}
	curl_easy_cleanup(f.curl);
	return e;
}

static enum err copy_file(const char *path, int to, struct why *why)
{
	static uint8_t room[COPY_ROOM];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	enum err e = fd >= 0 ? ERR_OK : why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", path, strerror(errno));
	uint64_t total = 0;
	for (ssize_t n = 1; e == ERR_OK && n > 0;) {
		n = read(fd, room, sizeof room);
		if (n < 0)
			e = why_set(why, ERR_SYSTEM, "%s: read: %s", path, strerror(errno));
		total += n > 0 ? (uint64_t)n : 0;
		if (n > 0 && total > INDICATOR_FILE_MAX)
			e = why_set(why, ERR_LIMIT, "%s: over %llu bytes", path, INDICATOR_FILE_MAX);
		else if (n > 0 && write(to, room, (size_t)n) != n)
			e = why_set(why, ERR_SYSTEM, "the copy of %s cannot be written: %s", path, strerror(errno));
	}
	if (fd >= 0)
		close(fd);
	return e;
}

// A set file, or a directory with one of the name that it has here.
static enum err fetch_path(struct update *u, int fd, struct why *why)
{
	char path[FILE_PATH_MAX], signature[FILE_PATH_MAX];
	struct stat st;
	const char *slash = strrchr(u->set, '/');
	if (stat(u->from, &st) != 0)
		return why_set(why, errno == ENOENT ? ERR_ABSENT : ERR_SYSTEM, "%s: %s", u->from, strerror(errno));
	enum err e = S_ISDIR(st.st_mode) ? file_path(path, u->from, slash != NULL ? slash + 1 : u->set, why)
	                                 : issuer_beside(u->from, "", path, why);
	if (e == ERR_OK)
		e = issuer_beside(path, ".sig", signature, why);
	if (e == ERR_OK)
		e = file_read(signature, ISSUER_FILE_MAX, &u->text, why);
	return e == ERR_OK ? copy_file(path, fd, why) : e;
}

// Genuine, whole, and not older than what is here: an old set that is genuine would hide what is new.
static enum err check(const struct update *u, struct why *why)
{
	uint8_t hash[32], here[32];
	struct indicator_set *fresh, *old;
	enum err e = issuer_hash(&sets, u->part, hash, why);
	if (e == ERR_OK)
		e = issuer_verify(&sets, buf_slice(&u->text), &u->issuer, hash, why);
	if (e == ERR_OK)
		e = indicator_open(u->part, &fresh, why);
	if (e != ERR_OK)
		return e;
	if (indicator_open(u->set, &old, NULL) == ERR_OK) {
		char was[TIME_TEXT], is[TIME_TEXT];
		time_print(indicator_made(old), was);
		time_print(indicator_made(fresh), is);
		if (indicator_made(fresh) < indicator_made(old))
			e = why_set(why, ERR_DENIED, "the set was made %s, the one here %s", is, was);
		if (e == ERR_OK && issuer_hash(&sets, u->set, here, NULL) == ERR_OK && memcmp(here, hash, sizeof here) == 0)
			e = ERR_EXISTS; // the same: nothing to do
		indicator_close(old);
	}
	indicator_close(fresh);
	return e;
}

static enum err install(struct update *u, int fd, struct why *why)
{
	if (fchmod(fd, FILE_PUBLIC) != 0 || fsync(fd) != 0)
		return why_set(why, ERR_SYSTEM, "%s: %s", u->part, strerror(errno));
	enum err e = file_write(u->signature, buf_slice(&u->text), FILE_PUBLIC, why);
	if (e == ERR_OK && rename(u->part, u->set) != 0)
		e = why_set(why, ERR_SYSTEM, "%s: rename: %s", u->set, strerror(errno));
	return e;
}

static enum err update(struct update *u, struct why *why)
{
	bool https = strncmp(u->from, "https://", 8) == 0;
	if (!https && strstr(u->from, "://") != NULL)
		return why_set(why, ERR_INPUT, "\"%s\": https:// or a path", u->from);
	enum err e = issuer_beside(u->set, ".part", u->part, why);
	if (e == ERR_OK)
		e = issuer_beside(u->set, ".sig", u->signature, why);
	if (e == ERR_OK)
		e = issuer_beside(u->set, ".etag", u->etag_path, why);
	if (e != ERR_OK)
		return e;
	int fd = open(u->part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return why_set(why, ERR_SYSTEM, "%s: %s", u->part, strerror(errno));
	e = https ? fetch_https(u, fd, why) : fetch_path(u, fd, why);
	if (e == ERR_OK && !u->unchanged) {
		e = check(u, why);
		if (e == ERR_OK)
			e = install(u, fd, why);
		else if (e == ERR_EXISTS) {
			u->unchanged = true;
			e = file_write(u->signature, buf_slice(&u->text), FILE_PUBLIC, why);
		}
		if (e == ERR_OK && https)
			e = file_write(u->etag_path, slice_text(u->etag), FILE_PUBLIC, why);
	}
	close(fd);
	unlink(u->part); // gone when it was installed
	return e;
}

static int run_update(int argc, char **argv)
{
	struct update u = {0};
	const char *key = NULL;
	char *words[WORDS_MAX];
	static char out_option[] = "--out";
	const struct verb_option table[] = {{"key", VERB_TEXT, &key, 0, 0}, {"out", VERB_TEXT, &u.set, 0, 0},
	                                     {"ca", VERB_TEXT, &u.ca, 0, 0}, {0}};
	struct why why;
	if (argc > WORDS_MAX)
		return verb_usage(&verb_update, "more than %d words", WORDS_MAX);
	for (int i = 0; i < argc; i++)
		words[i] = strcmp(argv[i], "-o") == 0 ? out_option : argv[i];
	int n = verb_options(&verb_update, argc, words, table);
	if (n < 0)
		return WATCH_USAGE;
	if (n != 1 || key == NULL || u.set == NULL)
		return verb_usage(&verb_update, "one https address or path, --key ISSUER.pub and -o SET");
	u.from = words[0];
	buf_init(&u.text, ISSUER_FILE_MAX);
	enum err e = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? ERR_OK : why_set(&why, ERR_SYSTEM, "libcurl failed");
	if (e == ERR_OK)
		e = issuer_read(&sets, key, &u.issuer, &why);
	if (e == ERR_OK)
		e = update(&u, &why);
	buf_free(&u.text);
	curl_global_cleanup();
	if (e != ERR_OK) {
		verb_fail(&verb_update, WATCH_FAILED, e, &why);
		fprintf(stderr, "%s stays as it is\n", u.set);
		return WATCH_FAILED;
	}
	printf(u.unchanged ? "%s: unchanged\n" : "%s: replaced\n", u.set);
	return WATCH_OK;
}

const struct verb verb_key = {"key", "KEY --name NAME", "make the key pair of an issuer of sets: KEY and KEY.pub", run_key};
const struct verb verb_sign = {"sign", "SET --key KEY", "sign a set: SET.sig", run_sign};
const struct verb verb_update = {
	"update",
	"https://…/SET|DIR|FILE --key ISSUER.pub -o SET [--ca FILE]",
	"fetch a signed set and put it in force (exit 1: the old one stays)",
	run_update,
};
