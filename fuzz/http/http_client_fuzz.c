// Any bytes as what a peer answers, as lib/http/client.c meets it: libcurl's functions are replaced by some that hand it a status, a result,
// header lines and pieces of a body. TLS and HTTP's grammar are libcurl's and not tried here.
//
//   status 2 ‖ result 1 ‖ maximum 1 ‖ then pieces: 1 byte length, that many bytes; an odd length is a header line
#include <curl/curl.h>
#include <stdarg.h>
#include <stdlib.h>

#include "http/client.h"
#undef curl_easy_setopt
#undef curl_easy_getinfo

typedef size_t taker(char *p, size_t one, size_t n, void *context);
static struct {
	struct slice input;
	taker *body, *header;
	void *body_to, *header_to;
	long status;
} peer;

CURLcode curl_easy_setopt(CURL *handle, CURLoption option, ...)
{
	va_list list;
	(void)handle;
	va_start(list, option);
	switch (option) {
	case CURLOPT_WRITEFUNCTION: peer.body = va_arg(list, taker *); break;
	case CURLOPT_WRITEDATA: peer.body_to = va_arg(list, void *); break;
	case CURLOPT_HEADERFUNCTION: peer.header = va_arg(list, taker *); break;
	case CURLOPT_HEADERDATA: peer.header_to = va_arg(list, void *); break;
	default: break;
	}
	va_end(list);
	return CURLE_OK;
}

CURLcode curl_easy_getinfo(CURL *handle, CURLINFO info, ...)
{
	va_list list;
	(void)handle;
	va_start(list, info);
	*va_arg(list, long *) = peer.status;
	va_end(list);
	return CURLE_OK;
}

CURLcode curl_easy_perform(CURL *handle)
{
	(void)handle;
	struct slice in = peer.input;
	for (size_t at = 4; at < in.n;) {
		struct slice piece = slice_part(in, at + 1, in.p[at]);
		bool header = in.p[at] % 2 != 0;
		char copy[256]; // libcurl's own buffer, writable and without a NUL at its end
		memcpy(copy, piece.p, piece.n);
		at += 1 + (size_t)in.p[at];
		if ((header ? peer.header(copy, 1, piece.n, peer.header_to) : peer.body(copy, 1, piece.n, peer.body_to)) != piece.n)
			return CURLE_WRITE_ERROR;
	}
	return in.p[2] < CURL_LAST ? (CURLcode)in.p[2] : CURLE_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct http_client *client;
	const struct http_peer who = {.name = "hub", .host = "127.0.0.1", .port = 1};
	struct buf answer;
	if (size < 4 || (client == NULL && http_client_new(&who, &client, NULL) != ERR_OK))
		return 0;
	peer.input = slice_of(data, size);
	peer.status = (data[0] << 8 | data[1]) % 1000;
	buf_init(&answer, 3 + data[3]);
	buf_put_text(&answer, "old");
	struct http_call call = {.client = client, .method = "POST", .path = "/v1/x", .answer = data[3] % 2 ? &answer : NULL};
	enum err e = http_call(&call);
	if ((e == ERR_OK && call.status / 100 != 2) || (e != ERR_OK && (answer.n != 3 || call.why.text[0] == 0)) || answer.n > 3u + data[3] ||
	    strnlen(call.refused, sizeof call.refused) == sizeof call.refused || call.result != e)
		abort();
	for (const char *c = call.why.text; *c != 0; c++) // goes to terminals and logs
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			abort();
	buf_free(&answer);
	return 0;
}
