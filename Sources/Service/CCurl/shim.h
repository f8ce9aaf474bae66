// The functions of libcurl that Swift cannot call because C declares them with variable arguments,
// one for each type of argument, and the constants that Swift cannot read because they are casts.
#pragma once
#include <curl/curl.h>
#include <fcntl.h>
#include <sys/socket.h>

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

// Opens sockets that programs started by this process do not inherit: an inherited copy would keep
// a connection open after we closed it, and hand it to a stranger. libcurl 7.88 does not do this.
static inline curl_socket_t sampan_curl_open_socket(
    void *context, curlsocktype purpose, struct curl_sockaddr *address) {
  (void)context;
  (void)purpose;
#ifdef SOCK_CLOEXEC
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
#else
  curl_socket_t opened = socket(address->family, address->socktype, address->protocol);
  if (opened != CURL_SOCKET_BAD) fcntl(opened, F_SETFD, FD_CLOEXEC);
  return opened;
#endif
}

static inline CURLcode sampan_curl_set_private_sockets(CURL *handle) {
  return curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, sampan_curl_open_socket);
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
