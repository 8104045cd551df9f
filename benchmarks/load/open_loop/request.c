#define _GNU_SOURCE
#include "request.h"
#include <stdio.h>
#include <stdlib.h>
#include "times.h"

static struct request read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END)) fail(path);
  struct request content = {.length = (size_t)ftell(file)};
  rewind(file);
  content.bytes = malloc(content.length + 1);
  if (content.bytes == NULL || fread(content.bytes, 1, content.length, file) != content.length) fail(path);
  fclose(file);
  return content;
}

struct request make_request(struct request_parts parts) {
  struct request body = read_file(parts.body_file), request = {0};
  FILE *text = open_memstream(&request.bytes, &request.length);
  if (text == NULL) fail("memory");
  fprintf(text, "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", parts.path, parts.port);
  for (int i = 0; i < parts.header_count; i++) fprintf(text, "%s\r\n", parts.headers[i]);
  fprintf(text, "Content-Length: %zu\r\n\r\n", body.length);
  fwrite(body.bytes, 1, body.length, text);
  fclose(text);
  free(body.bytes);
  return request;
}
