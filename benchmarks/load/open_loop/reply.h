/* Reads HTTP/1.1 replies (RFC 9112) as they come in, keeping nothing of their bodies. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOST_HEAD_BYTES 16384

/* What is expected next. */
enum part { HEAD, LENGTH, UNTIL_CLOSE, CHUNK_SIZE, CHUNK, CHUNK_END, TRAILER, WHOLE, MALFORMED };

struct reply {
  enum part part; /* WHOLE once it is complete */
  int status;
  bool close_after; /* its connection takes no further request */
  uint64_t left;    /* bytes of the body, or of the chunk */
  bool size_ended, line_has_text;
  size_t head_bytes;
  char head[MOST_HEAD_BYTES];
};

void begin_reply(struct reply *reply);

/* Bytes beyond the end of a reply make it MALFORMED: nobody has asked for them. */
void read_reply(struct reply *reply, const char *bytes, size_t count);
