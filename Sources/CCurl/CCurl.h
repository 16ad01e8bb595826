// Debian's libcurl (package libcurl4-openssl-dev). Its calls with a variable argument are wrapped, one
// line for each kind of argument, because Swift cannot call them.
#ifndef CCURL_H
#define CCURL_H

#include <curl/curl.h>

// The macros that check types would hide the functions.
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

static inline CURLcode ccurl_set_long(CURL *h, CURLoption o, long v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_offset(CURL *h, CURLoption o, curl_off_t v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_text(CURL *h, CURLoption o, const char *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_pointer(CURL *h, CURLoption o, void *v) { return curl_easy_setopt(h, o, v); }
static inline CURLcode ccurl_set_list(CURL *h, CURLoption o, struct curl_slist *v) { return curl_easy_setopt(h, o, v); }

// Copies the bytes.
static inline CURLcode ccurl_set_blob(CURL *h, CURLoption o, const void *data, size_t length) {
  struct curl_blob blob = {(void *)data, length, CURL_BLOB_COPY};
  return curl_easy_setopt(h, o, &blob);
}

typedef size_t (*ccurl_transfer)(char *bytes, size_t size, size_t count, void *context);
static inline CURLcode ccurl_on_write(CURL *h, ccurl_transfer f) { return curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, f); }
static inline CURLcode ccurl_on_read(CURL *h, ccurl_transfer f) { return curl_easy_setopt(h, CURLOPT_READFUNCTION, f); }
static inline CURLcode ccurl_on_header(CURL *h, ccurl_transfer f) { return curl_easy_setopt(h, CURLOPT_HEADERFUNCTION, f); }

static inline long ccurl_long(CURL *h, CURLINFO i) {
  long v = 0;
  curl_easy_getinfo(h, i, &v);
  return v;
}
static inline CURLMcode ccurl_multi_set_long(CURLM *m, CURLMoption o, long v) { return curl_multi_setopt(m, o, v); }

static inline CURL *ccurl_finished(CURLM *m, CURLcode *result) {
  int left = 0;
  CURLMsg *message = curl_multi_info_read(m, &left);
  while (message && message->msg != CURLMSG_DONE) message = curl_multi_info_read(m, &left);
  if (!message) return NULL;
  *result = message->data.result;
  return message->easy_handle;
}

static const size_t ccurl_write_pause = CURL_WRITEFUNC_PAUSE;
static const size_t ccurl_read_pause = CURL_READFUNC_PAUSE;
static const size_t ccurl_read_abort = CURL_READFUNC_ABORT;

#endif
