#include <curl/curl.h>

// libcurl is loaded with dlopen, so these take the address of the variadic function they call: Swift can neither link
// to it nor call a C function with variable arguments.
typedef CURLcode (*martlet_curl_setopt)(CURL *, CURLoption, ...);
typedef CURLcode (*martlet_curl_getinfo)(CURL *, CURLINFO, ...);

static inline CURLcode martlet_curl_setopt_long(martlet_curl_setopt setopt, CURL *handle, CURLoption option, long value) {
  return setopt(handle, option, value);
}
static inline CURLcode martlet_curl_setopt_pointer(martlet_curl_setopt setopt, CURL *handle, CURLoption option,
                                                   const void *value) {
  return setopt(handle, option, value);
}
typedef size_t (*martlet_curl_write_callback)(char *, size_t, size_t, void *);
static inline CURLcode martlet_curl_setopt_write(martlet_curl_setopt setopt, CURL *handle, CURLoption option,
                                                 martlet_curl_write_callback callback) {
  return setopt(handle, option, callback);
}
typedef int (*martlet_curl_debug_callback)(CURL *, curl_infotype, char *, size_t, void *);
static inline CURLcode martlet_curl_setopt_debug(martlet_curl_setopt setopt, CURL *handle,
                                                 martlet_curl_debug_callback callback) {
  return setopt(handle, CURLOPT_DEBUGFUNCTION, callback);
}
typedef int (*martlet_curl_progress_callback)(void *, curl_off_t, curl_off_t, curl_off_t, curl_off_t);
static inline CURLcode martlet_curl_setopt_progress(martlet_curl_setopt setopt, CURL *handle, CURLoption option,
                                                    martlet_curl_progress_callback callback) {
  return setopt(handle, option, callback);
}
static inline CURLcode martlet_curl_getinfo_long(martlet_curl_getinfo getinfo, CURL *handle, CURLINFO info, long *value) {
  return getinfo(handle, info, value);
}
static inline CURLcode martlet_curl_getinfo_offset(martlet_curl_getinfo getinfo, CURL *handle, CURLINFO info,
                                                   curl_off_t *value) {
  return getinfo(handle, info, value);
}

typedef CURLHcode (*martlet_curl_header)(CURL *, const char *, size_t, unsigned int, int, struct curl_header **);
// The first field of a name of the last answer's head; null where there is none.
static inline const char *martlet_curl_field(martlet_curl_header header, CURL *handle, const char *name) {
  struct curl_header *found;
  return header(handle, name, 0, CURLH_HEADER, -1, &found) == CURLHE_OK ? found->value : 0;
}
