// The functions of libcurl that Swift cannot call because C declares them with variable arguments.
#pragma once
#include <curl/curl.h>

static inline CURLcode sampan_curl_set_long(CURL *handle, CURLoption option, long value) {
  return curl_easy_setopt(handle, option, value);
}

static inline CURLcode sampan_curl_set_pointer(CURL *handle, CURLoption option, const void *value) {
  return curl_easy_setopt(handle, option, value);
}
