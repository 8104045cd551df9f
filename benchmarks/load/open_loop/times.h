/* All times are microseconds. */
#pragma once
#include <stddef.h>

#define SECOND 1e6

struct times {
  double *values;
  size_t count, capacity;
};

/* Of CLOCK_MONOTONIC. */
double now(void);
void keep(struct times *times, double value);
void sort(struct times *times);

/* Prints `,"name":…` of sorted times. @param of how many: those that have no time count as endless, which is null */
void print_percentile(const char *name, const struct times *times, long of, double share);

/* Ends the program, with what went wrong. */
_Noreturn void fail(const char *what);
