#pragma once
#include <stddef.h>

struct request_parts {
  int port;
  const char *path, *body_file;
  char **headers; /* `Name: value` each */
  int header_count;
};

/* A POST as it goes over the wire. */
struct request {
  char *bytes;
  size_t length;
};

struct request make_request(struct request_parts parts);
