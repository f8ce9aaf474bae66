// The functions of libcurl that Swift cannot call because C declares them with variable arguments,
// one for each type of argument, and the constants that Swift cannot read because they are casts.
#pragma once
#include <curl/curl.h>

static inline CURLcode sampan_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sampan_curl_set_large(CURL *handle, CURLoption option, curl_off_t value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sampan_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sampan_curl_set_write(
    CURL *handle, CURLoption option, curl_write_callback function) {
  return curl_easy_setopt(handle, option, function);
}

static inline CURLcode sampan_curl_get_long(CURL *handle, CURLINFO info, long *value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode sampan_curl_get_pointer(CURL *handle, CURLINFO info, void **value) {
  return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode sampan_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

static const size_t sampan_curl_write_pause = CURL_WRITEFUNC_PAUSE;
static const size_t sampan_curl_write_stop = CURL_WRITEFUNC_ERROR;
