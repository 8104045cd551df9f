#include "arrivals.h"
#include <math.h>
#include "times.h"

/* SplitMix64, as a number above 0 and at most 1. */
static double random_unit(uint64_t *seed) {
  uint64_t mixed = (*seed += 0x9E3779B97F4A7C15u);
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9u;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBu;
  mixed ^= mixed >> 31;
  return (double)((mixed >> 11) + 1) / 9007199254740992.0;
}

double next_gap(struct arrivals *arrivals) { return -log(random_unit(&arrivals->seed)) / arrivals->rate * SECOND; }
