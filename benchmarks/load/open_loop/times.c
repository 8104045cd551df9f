#include "times.h"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

_Noreturn void fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, strerror(errno));
  exit(1);
}

double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * SECOND + (double)time.tv_nsec / 1e3;
}

void keep(struct times *times, double value) {
  if (times->count == times->capacity) {
    times->capacity = times->capacity * 2 + 4096;
    times->values = realloc(times->values, times->capacity * sizeof *times->values);
    if (times->values == NULL) fail("memory");
  }
  times->values[times->count++] = value;
}

static int in_order(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

void sort(struct times *times) {
  if (times->count > 0) qsort(times->values, times->count, sizeof *times->values, in_order);
}

void print_percentile(const char *name, const struct times *times, long of, double share) {
  long rank = (long)ceil(share * (double)of) - 1;
  if (rank >= 0 && (size_t)rank < times->count) printf(",\"%s\":%.1f", name, times->values[rank]);
  else printf(",\"%s\":null", name);
}
