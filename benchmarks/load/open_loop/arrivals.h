#pragma once
#include <stdint.h>

/* A Poisson process: the gaps between arrivals are independent, and exponentially distributed. */
struct arrivals {
  double rate; /* a second */
  uint64_t seed;
};

/* In microseconds. */
double next_gap(struct arrivals *arrivals);
