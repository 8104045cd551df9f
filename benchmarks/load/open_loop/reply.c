#define _GNU_SOURCE
#include "reply.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

void begin_reply(struct reply *reply) {
  reply->part = HEAD;
  reply->head_bytes = 0;
}

/* @return the value of a header as far as the end of the head, or NULL */
static const char *value_of(const char *head, const char *name) {
  size_t length = strlen(name);
  for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line, "\r\n")) {
    line += 2;
    if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
      return line + length + 1 + strspn(line + length + 1, " \t");
    }
  }
  return NULL;
}

/* Whether the value of a header holds a word, whatever its case. */
static bool holds(const char *value, const char *word) {
  size_t end = value == NULL ? 0 : strcspn(value, "\r\n");
  for (size_t i = 0; i + strlen(word) <= end; i++) {
    if (strncasecmp(value + i, word, strlen(word)) == 0) return true;
  }
  return false;
}

/* Section 6.3: how the length of the body is known. */
static enum part part_of_body(struct reply *reply) {
  if (reply->status == 204 || reply->status == 304) return WHOLE;
  if (holds(value_of(reply->head, "transfer-encoding"), "chunked")) {
    reply->left = 0;
    reply->size_ended = false;
    return CHUNK_SIZE;
  }
  const char *length = value_of(reply->head, "content-length");
  if (length == NULL) {
    reply->close_after = true;
    return UNTIL_CLOSE;
  }
  reply->left = strtoull(length, NULL, 10);
  return reply->left == 0 ? WHOLE : LENGTH;
}

static enum part part_after_head(struct reply *reply) {
  const char *head = reply->head;
  if (strncmp(head, "HTTP/1.", 7) != 0 || strlen(head) < 12) return MALFORMED;
  reply->status = atoi(head + 9);
  if (reply->status < 100 || reply->status > 599) return MALFORMED;
  if (reply->status < 200) return HEAD;
  const char *persistence = value_of(head, "connection");
  reply->close_after = head[7] == '0' ? !holds(persistence, "keep-alive") : holds(persistence, "close");
  return part_of_body(reply);
}

/* @return how many of the bytes belong to the head */
static size_t read_head(struct reply *reply, const char *bytes, size_t count) {
  size_t before = reply->head_bytes;
  size_t room = MOST_HEAD_BYTES - before;
  size_t taken = count < room ? count : room;
  size_t searched = before < 3 ? 0 : before - 3;
  memcpy(reply->head + before, bytes, taken);
  char *end = memmem(reply->head + searched, before + taken - searched, "\r\n\r\n", 4);
  if (end == NULL) {
    reply->head_bytes += taken;
    if (taken == room) reply->part = MALFORMED;
    return taken;
  }
  end[2] = '\0';
  reply->part = part_after_head(reply);
  reply->head_bytes = 0;
  return (size_t)(end + 4 - reply->head) - before;
}

static size_t skip(struct reply *reply, size_t count, enum part next) {
  size_t taken = count < reply->left ? count : (size_t)reply->left;
  reply->left -= taken;
  if (reply->left == 0) reply->part = next;
  return taken;
}

/* One byte of the line with a chunk's size, section 7.1; what follows the size is skipped. */
static void read_chunk_size(struct reply *reply, char byte) {
  if (byte == '\n') {
    reply->part = reply->left == 0 ? TRAILER : CHUNK;
    reply->size_ended = reply->line_has_text = false;
    return;
  }
  if (!isxdigit((unsigned char)byte)) reply->size_ended = true;
  if (reply->size_ended) return;
  const char digit[] = {byte, '\0'};
  if (reply->left >> 59) reply->part = MALFORMED;
  reply->left = reply->left * 16 + strtoull(digit, NULL, 16);
}

static void read_chunk_end(struct reply *reply, char byte) {
  if (byte == '\n') reply->part = CHUNK_SIZE;
  else if (byte != '\r') reply->part = MALFORMED;
}

/* One byte of the lines after the last chunk: an empty one ends the reply. */
static void read_trailer(struct reply *reply, char byte) {
  if (byte == '\n' && !reply->line_has_text) reply->part = WHOLE;
  else if (byte != '\r') reply->line_has_text = byte != '\n';
}

/* @return how many of the bytes were of the part that was expected */
static size_t read_part(struct reply *reply, const char *bytes, size_t count) {
  switch (reply->part) {
    case HEAD: return read_head(reply, bytes, count);
    case LENGTH: return skip(reply, count, WHOLE);
    case CHUNK: return skip(reply, count, CHUNK_END);
    case UNTIL_CLOSE: return count;
    case CHUNK_SIZE: read_chunk_size(reply, *bytes); return 1;
    case CHUNK_END: read_chunk_end(reply, *bytes); return 1;
    case TRAILER: read_trailer(reply, *bytes); return 1;
    default: reply->part = MALFORMED; return count;
  }
}

void read_reply(struct reply *reply, const char *bytes, size_t count) {
  for (size_t at = 0; at < count;) at += read_part(reply, bytes + at, count - at);
}
